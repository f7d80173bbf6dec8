// The port that dialects call: finds the parties and the price, hands the command to the journal,
// waits for the payee's side where asked to, and answers only with what is durable.
import { type ProblemCode, problemCodeSchema } from '@hutong/sdk/contract';
import type { Submitted } from '../journal/queue.ts';
import { subjectId } from '../journal/vault.ts';
import { problem } from '../problems/index.ts';
import { isEnded, type Order, type Payment, parseLegId } from './payment.ts';
import type { PaymentCommand, PaymentResult, PrepareCommand, Side } from './payment.commands.ts';
import { orderView, paymentView } from './payment.view.ts';
import { openParty, type PartyFile, sealParty } from './party-file.ts';
import type {
  Credential,
  Idempotent,
  OrderView,
  Outcome,
  PaymentRef,
  PaymentsPort,
  PaymentView,
  Party,
  PayCommand,
  RefundCommand,
} from './port.ts';
import { commandKey, keyHash, type Operation } from './scope.ts';
import type { QuotedTerms, ResolvedParty, ServiceDeps, Terms } from './service.deps.ts';
import { createWaiting } from './waiting.ts';

/** How long a payment may take where nobody says otherwise, and at most. */
const EXPIRY_MS = 60_000;
const ORDER_EXPIRY_MS = 15 * 60_000;
const EXPIRY_MS_MAX = 7 * 86_400_000;

const no = (code: ProblemCode): { ok: false; problem: ReturnType<typeof problem> } => ({
  ok: false,
  problem: problem(code),
});

interface Payee {
  readonly party: ResolvedParty;
  readonly terms: Terms;
  readonly quoteId: string | null;
  readonly orderId: string | null;
}

export function createPaymentsService(deps: ServiceDeps): PaymentsPort {
  const { journal, machine, indexKey } = deps;
  const waiting = createWaiting();
  journal.onCommit((batch) => waiting.committed(batch.events));

  /** The account a credential names, as a side of a payment. */
  function ownSide(credential: Credential, party: Party, extra: Partial<PartyFile> = {}): Side {
    const subject = subjectId(indexKey, credential.participantId, party.account);
    return {
      participantId: credential.participantId,
      connectionId: credential.connectionId,
      party: sealParty({ ...party, ...extra }, subject),
    };
  }

  function otherSide(found: ResolvedParty): Side {
    return {
      participantId: found.participantId,
      connectionId: found.connectionId,
      party: sealParty({ account: found.account, name: found.name }, found.subject),
    };
  }

  async function findPayee(to: PayCommand['to'], participantId: string): Promise<Payee | ProblemCode> {
    if ('alias' in to) {
      const party = await deps.resolve(to.alias);
      if (typeof party === 'string') return party;
      const terms = deps.price(to.amount);
      if (typeof terms === 'string') return terms;
      return { party, terms, quoteId: null, orderId: null };
    }
    if ('quoteId' in to) {
      const quoted: QuotedTerms | ProblemCode = deps.quote(to.quoteId);
      if (typeof quoted === 'string') return quoted;
      if (quoted.payerParticipantId !== participantId) return 'quote_not_found';
      return { party: quoted.payee, terms: quoted.terms, quoteId: to.quoteId, orderId: null };
    }
    return orderPayee(to.orderId);
  }

  async function orderPayee(orderId: string): Promise<Payee | ProblemCode> {
    const order = await findOrder(orderId);
    if (order === undefined) return 'order_not_found';
    const terms = deps.price({ currency: order.currency, minor: order.amountMinor });
    if (typeof terms === 'string') return terms;
    const payee = openParty(order.payee);
    const party: ResolvedParty = {
      participantId: order.payeeParticipantId,
      connectionId: order.payeeConnectionId,
      account: payee.account,
      name: payee.name,
      subject: order.payee.subjects[0] ?? '',
    };
    return { party, terms, quoteId: null, orderId };
  }

  async function findOrder(id: string): Promise<Readonly<Order> | undefined> {
    const live = machine.book.order(id);
    if (live !== undefined) return { ...live };
    const [stored] = await deps.stored.orders(journal.reader, [id]);
    return stored;
  }

  async function findPayment(id: string): Promise<Readonly<Payment> | undefined> {
    const live = machine.book.payment(id);
    if (live !== undefined) return { ...live, legs: live.legs.map((leg) => ({ ...leg })) };
    const [stored] = await deps.stored.payments(journal.reader, [id]);
    return stored;
  }

  /** The payment as it stands now, once that is durable. */
  async function read(credential: Credential, id: string): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return no('not_leader');
    const payment = await findPayment(id);
    if (!(await isDurable())) return no('outcome_unknown');
    if (payment === undefined) return no('payment_not_found');
    const own = credential.participantId;
    if (payment.payerParticipantId !== own && payment.payeeParticipantId !== own) {
      return no('payment_not_found');
    }
    return { ok: true, value: paymentView(payment, own, deps.maskName), replayed: false };
  }

  async function isDurable(): Promise<boolean> {
    try {
      await journal.barrier();
      return journal.isFresh();
    } catch {
      return false; // a reload came between: the asker asks again
    }
  }

  function subjectsOf(...sides: readonly Side[]): string[] {
    return sides.flatMap((side) => [...side.party.subjects]);
  }

  function submit(
    operation: Operation,
    asked: Idempotent,
    command: PaymentCommand,
    subjects: readonly string[],
  ): Promise<Submitted<PaymentResult>> {
    return journal.submit(machine, command, { key: commandKey(indexKey, operation, asked), subjects });
  }

  /** What a submitted payment command is answered with, after waiting for its end. */
  async function concludePayment(
    credential: Credential,
    answer: Submitted<PaymentResult>,
    waitMs: number,
  ): Promise<Outcome<PaymentView>> {
    switch (answer.kind) {
      case 'refused':
        return no(answer.code);
      case 'conflict':
        return no('idempotency_conflict');
      case 'replayed': {
        const refused = refusalOf(answer.resource);
        if (refused !== null) return no(refused);
        const seen = await waitAndRead(credential, answer.resourceId, waitMs);
        return seen.ok ? { ...seen, replayed: true } : seen;
      }
      case 'applied': {
        if (!answer.result.ok) return no(answer.result.code);
        if (!('payment' in answer.result)) return no('internal');
        const { payment } = answer.result;
        if (isEnded(payment.state)) {
          const value = paymentView(payment, credential.participantId, deps.maskName);
          return { ok: true, value, replayed: false };
        }
        return waitAndRead(credential, payment.id, waitMs);
      }
    }
  }

  async function waitAndRead(
    credential: Credential,
    id: string,
    waitMs: number,
  ): Promise<Outcome<PaymentView>> {
    const live = machine.book.payment(id);
    if (waitMs > 0 && live !== undefined && !isEnded(live.state)) await waiting.ended(id, waitMs);
    return read(credential, id);
  }

  /** Remembers under the key that this attempt was refused; a retry of it stays refused. */
  async function poison(
    operation: Operation,
    asked: Idempotent,
    party: Party,
    code: ProblemCode,
  ): Promise<Outcome<never>> {
    const side = ownSide(asked.credential, party);
    const { subjects } = side.party;
    const answer = await submit(
      operation,
      asked,
      {
        type: 'refuse',
        id: deps.newId(),
        participantId: asked.credential.participantId,
        code,
        evidence: asked.evidence === null ? null : { bytes: asked.evidence, subjects },
      },
      subjects,
    );
    if (answer.kind === 'refused') return no(answer.code);
    if (answer.kind === 'conflict') return no('idempotency_conflict');
    if (answer.kind === 'replayed') {
      // an earlier attempt under this key got further than this one: that one stands
      return no(refusalOf(answer.resource) ?? 'idempotency_conflict');
    }
    return no(code);
  }

  async function pay(command: PayCommand): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return no('not_leader');
    const { credential } = command;
    const found = await findPayee(command.to, credential.participantId);
    if (typeof found === 'string') {
      const known = await replayOf('pay', command, command.waitMs);
      return known ?? poison('pay', command, command.payer, found);
    }
    const expiresAtMs = command.expiresAtMs ?? deps.clock.nowMs() + EXPIRY_MS;
    if (expiresAtMs > deps.clock.nowMs() + EXPIRY_MS_MAX) return no('expiry_invalid');
    const { note, authorisation } = command;
    const payer = ownSide(credential, command.payer, { note, authorisation });
    const payee = otherSide(found.party);
    return start('pay', command, { flow: 'push', payer, payee, found, expiresAtMs });
  }

  async function start(
    operation: Operation,
    asked: Idempotent & { readonly waitMs: number; readonly reference?: string | null },
    what: {
      readonly flow: PrepareCommand['flow'];
      readonly payer: Side;
      readonly payee: Side;
      readonly found: Payee;
      readonly expiresAtMs: number;
    },
  ): Promise<Outcome<PaymentView>> {
    const { payer, payee, found } = what;
    const subjects = subjectsOf(payer, payee);
    const command: PrepareCommand = {
      type: 'prepare',
      id: deps.newId(),
      flow: what.flow,
      orderId: found.orderId,
      quoteId: found.quoteId,
      payer,
      payee,
      ...found.terms,
      reference: asked.reference ?? null,
      expiresAtMs: what.expiresAtMs,
      evidence: asked.evidence === null ? null : { bytes: asked.evidence, subjects },
    };
    const answer = await submit(operation, asked, command, subjects);
    return concludePayment(asked.credential, answer, asked.waitMs);
  }

  /** Whether the key already stands for something, although the request would be refused today. */
  async function replayOf(
    operation: Operation,
    asked: Idempotent,
    waitMs: number,
  ): Promise<Outcome<PaymentView> | null> {
    const resource = await findKey(asked.credential, operation, asked.idempotencyKey);
    if (resource === null) return null;
    const same = commandKey(indexKey, operation, asked).content === resource.content;
    if (!same) return no('idempotency_conflict');
    const refused = refusalOf(resource.resource);
    if (refused !== null) return no(refused);
    const seen = await waitAndRead(asked.credential, resource.resourceId, waitMs);
    return seen.ok ? { ...seen, replayed: true } : seen;
  }

  async function findKey(credential: Credential, operation: Operation, key: string) {
    await journal.barrier().catch(() => undefined);
    const [row] = await journal.reader.rows(
      // rides keys_pkey
      `select encode(content, 'hex') as content, resource, resource_id from keys
       where key = decode($1, 'hex')`,
      [keyHash(indexKey, credential, operation, key)],
    );
    if (row === undefined) return null;
    return {
      content: String(row['content']),
      resource: String(row['resource']),
      resourceId: String(row['resource_id']),
    };
  }

  async function refund(command: RefundCommand): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return no('not_leader');
    const original = await findPayment(command.paymentId);
    const own = command.credential;
    const subjects =
      original === undefined
        ? [subjectId(indexKey, own.participantId, '')]
        : [...original.payer.subjects, ...original.payee.subjects];
    const answer = await submit(
      'refund',
      command,
      {
        type: 'refund',
        id: deps.newId(),
        causeId: command.paymentId,
        requesterParticipantId: own.participantId,
        requesterConnectionId: own.connectionId,
        currency: command.amount.currency,
        amountMinor: command.amount.minor,
        reference: command.reference,
        expiresAtMs: deps.clock.nowMs() + EXPIRY_MS,
        evidence: command.evidence === null ? null : { bytes: command.evidence, subjects },
      },
      subjects,
    );
    return concludePayment(own, answer, command.waitMs);
  }

  async function concludeOrder(answer: Submitted<PaymentResult>): Promise<Outcome<OrderView>> {
    switch (answer.kind) {
      case 'refused':
        return no(answer.code);
      case 'conflict':
        return no('idempotency_conflict');
      case 'replayed': {
        const order = await findOrder(answer.resourceId);
        if (!(await isDurable())) return no('outcome_unknown');
        if (order === undefined) return no('order_not_found');
        return { ok: true, value: orderView(order), replayed: true };
      }
      case 'applied':
        if (!answer.result.ok) return no(answer.result.code);
        if (!('order' in answer.result)) return no('internal');
        return { ok: true, value: orderView(answer.result.order), replayed: false };
    }
  }

  async function reference(credential: Credential, ref: PaymentRef): Promise<string | null> {
    switch (ref.by) {
      case 'id':
        return ref.id;
      case 'key': {
        const [pay, back] = await Promise.all([
          findKey(credential, 'pay', ref.idempotencyKey),
          findKey(credential, 'refund', ref.idempotencyKey),
        ]);
        const found = pay ?? back;
        return found?.resource === 'payment' ? found.resourceId : null;
      }
      case 'external': {
        await journal.barrier().catch(() => undefined);
        const [row] = await journal.reader.rows(
          // rides external_ids_pkey; the latest use of a reference is the one meant
          `select payment_id from external_ids where connection_id = $1 and kind = $2
           and external_id = $3 order by payment_id desc limit 1`,
          [credential.connectionId, ref.kind, ref.externalId],
        );
        return row === undefined ? null : String(row['payment_id']);
      }
    }
  }

  return {
    pay,
    refund,
    async createOrder(command) {
      if (!journal.isFresh()) return no('not_leader');
      const { description } = command;
      const payee = ownSide(command.credential, command.payee, { note: description });
      const subjects = subjectsOf(payee);
      const expiresAtMs = command.expiresAtMs ?? deps.clock.nowMs() + ORDER_EXPIRY_MS;
      if (expiresAtMs > deps.clock.nowMs() + EXPIRY_MS_MAX) return no('expiry_invalid');
      const answer = await submit(
        'order',
        command,
        {
          type: 'open_order',
          id: deps.newId(),
          payee,
          currency: command.amount.currency,
          amountMinor: command.amount.minor,
          reference: command.reference,
          expiresAtMs,
          evidence: command.evidence === null ? null : { bytes: command.evidence, subjects },
        },
        subjects,
      );
      return concludeOrder(answer);
    },
    async closeOrder(command) {
      const requesterParticipantId = command.credential.participantId;
      const close = { type: 'close_order', id: command.orderId, requesterParticipantId } as const;
      const order = await findOrder(command.orderId);
      return concludeOrder(
        await submit('close_order', command, close, order?.payee.subjects ?? []),
      );
    },
    async order(_credential, orderId) {
      if (!journal.isFresh()) return no('not_leader');
      const order = await findOrder(orderId);
      if (!(await isDurable())) return no('outcome_unknown');
      if (order === undefined) return no('order_not_found');
      return { ok: true, value: orderView(order), replayed: false };
    },
    async collect(command) {
      if (!journal.isFresh()) return no('not_leader');
      const order = await findOrder(command.orderId);
      const { credential } = command;
      if (order === undefined || order.payeeParticipantId !== credential.participantId) {
        return no('order_not_found');
      }
      const payer = await deps.resolve(command.payerAlias);
      if (typeof payer === 'string') return no(payer);
      const found = await orderPayee(command.orderId);
      if (typeof found === 'string') return no(found);
      return start('collect', command, {
        flow: 'collect',
        payer: otherSide(payer),
        payee: otherSide(found.party),
        found,
        expiresAtMs: Math.min(order.expiresAtMs, deps.clock.nowMs() + ORDER_EXPIRY_MS),
      });
    },
    async payment(credential, ref) {
      if (!journal.isFresh()) return no('not_leader');
      const id = await reference(credential, ref);
      return id === null ? no('payment_not_found') : read(credential, id);
    },
    async report(credential, legId, report) {
      if (!journal.isFresh()) return no('not_leader');
      const leg = parseLegId(legId);
      const payment = leg === null ? undefined : await findPayment(leg.paymentId);
      if (leg === null || payment === undefined) return no('payment_not_found');
      const subjects = [...payment.payer.subjects, ...payment.payee.subjects];
      const answer = await journal.submit(
        machine,
        {
          type: 'settle',
          paymentId: leg.paymentId,
          leg: leg.n,
          connectionId: credential.connectionId,
          outcome: report.outcome,
          externalId: report.externalId,
          problem: report.problem,
          record: report.record,
          evidence: report.evidence === null ? null : { bytes: report.evidence, subjects },
          returnId: deps.newId(),
        },
        { subjects },
      );
      return concludePayment(credential, answer, 0);
    },
  };
}

/** `refused:<code>`: the key stands for a refusal. */
function refusalOf(resource: string): ProblemCode | null {
  if (!resource.startsWith('refused:')) return null;
  const code = problemCodeSchema.safeParse(resource.slice(8));
  return code.success ? code.data : 'internal';
}
