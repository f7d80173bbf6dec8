// The port that dialects call: finds the parties and the price, hands the command to the journal,
// waits for the payee's side where asked to, and answers only with what is durable.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { Submitted } from '../journal/queue.ts';
import { subjectId } from '../journal/vault.ts';
import { type Begun, createCollectService, type Payee } from './collect.service.ts';
import { createHoldsService } from './holds.service.ts';
import { createOrderService } from './orders.service.ts';
import { openParty } from './party-file.ts';
import type { PaymentCommand, PaymentResult, PrepareCommand, Side } from './payment.commands.ts';
import { createLookup } from './payment.lookup.ts';
import { type Hold, isEnded, type PaymentState, parseLegId } from './payment.ts';
import { paymentView } from './payment.view.ts';
import type {
  Credential,
  Idempotent,
  Outcome,
  Party,
  PayCommand,
  PaymentsPort,
  PaymentView,
  RefundCommand,
} from './port.ts';
import { refusalOf, refused } from './refusal.ts';
import { commandKey, type Operation } from './scope.ts';
import {
  EXPIRY_MS,
  expiryOf,
  HOLD_EXPIRY_MS,
  otherSide,
  ownSide,
  type ResolvedParty,
  type ServiceDeps,
  type Terms,
} from './service.deps.ts';
import { createWaiting } from './waiting.ts';

/** Whoever pays an order pays what it asks for: who asked bears the fee. */
function borneByPayee(terms: Terms): Terms {
  const { amountMinor, feeMinor } = terms;
  return { ...terms, debitMinor: amountMinor, creditMinor: amountMinor - feeMinor };
}

const isResting = (state: PaymentState) => state === 'reserved' || state === 'held';

function holdOf(wanted: PayCommand['hold'], { amountMinor }: Terms): Hold | null {
  if (wanted === null) return null;
  if (wanted === 'capture') return { until: 'capture', authorisedMinor: amountMinor };
  return { until: 'fulfilment', condition: wanted.condition, fulfilment: null };
}

export function createPaymentsService(deps: ServiceDeps): PaymentsPort {
  const { journal, machine, indexKey } = deps;
  const lookup = createLookup(deps);
  const waiting = createWaiting();
  journal.onCommit((batch) => waiting.committed(batch.events));

  async function findPayee(
    to: PayCommand['to'],
    participantId: string,
  ): Promise<Payee | ProblemCode> {
    if ('alias' in to) {
      const party = await deps.resolve(to.alias);
      if (typeof party === 'string') return party;
      const terms = deps.price(to.amount);
      if (typeof terms === 'string') return terms;
      return { party, terms, quoteId: null, orderId: null };
    }
    if ('quoteId' in to) {
      const quoted = deps.quote(to.quoteId);
      if (typeof quoted === 'string') return quoted;
      if (quoted.payerParticipantId !== participantId) return 'quote_not_found';
      const { payee: party, terms, exchange } = quoted;
      return { party, terms, exchange, quoteId: to.quoteId, orderId: null };
    }
    return orderPayee(to.orderId);
  }

  async function orderPayee(orderId: string): Promise<Payee | ProblemCode> {
    const order = await lookup.order(orderId);
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
    return { party, terms: borneByPayee(terms), quoteId: null, orderId };
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
    return journal.submit(machine, command, {
      key: commandKey(indexKey, operation, asked),
      subjects,
    });
  }

  /** What a submitted payment command is answered with, after waiting for its end. */
  async function concludePayment(
    credential: Credential,
    answer: Submitted<PaymentResult>,
    waitMs: number,
  ): Promise<Outcome<PaymentView>> {
    switch (answer.kind) {
      case 'refused':
        return refused(answer.code);
      case 'conflict':
        return refused('idempotency_conflict');
      case 'replayed': {
        const code = refusalOf(answer.resource);
        if (code !== null) return refused(code);
        const seen = await waitAndRead(credential, answer.resourceId, waitMs);
        return seen.ok ? { ...seen, replayed: true } : seen;
      }
      case 'applied': {
        if (!answer.result.ok) return refused(answer.result.code);
        if (!('payment' in answer.result)) return refused('internal');
        const { payment } = answer.result;
        // as it was decided, which is durable now
        if (waitMs === 0 || isEnded(payment.state)) {
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
    // what waits for people, for a capture or a review, does not end while its asker waits
    const isMoving = live !== undefined && !isEnded(live.state) && !isResting(live.state);
    if (waitMs > 0 && isMoving) await waiting.ended(id, waitMs);
    return lookup.read(credential, id);
  }

  /** Remembers under the key that this attempt was refused; a retry of it stays refused. */
  async function poison(
    operation: Operation,
    asked: Idempotent,
    party: Party,
    code: ProblemCode,
  ): Promise<Outcome<never>> {
    const side = ownSide(indexKey, asked.credential, party);
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
    if (answer.kind === 'refused') return refused(answer.code);
    if (answer.kind === 'conflict') return refused('idempotency_conflict');
    if (answer.kind === 'replayed') {
      // an earlier attempt under this key got further than this one: that one stands
      return refused(refusalOf(answer.resource) ?? 'idempotency_conflict');
    }
    return refused(code);
  }

  async function pay(command: PayCommand): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return refused('not_leader');
    const { credential } = command;
    const found = await findPayee(command.to, credential.participantId);
    if (typeof found === 'string') {
      const known = await replayOf('pay', command, command.waitMs);
      return known ?? poison('pay', command, command.payer, found);
    }
    const { note, authorisation, hold: wanted } = command;
    const usualMs = wanted === null ? EXPIRY_MS : HOLD_EXPIRY_MS;
    const expiresAtMs = expiryOf(command.expiresAtMs, usualMs, deps.clock.nowMs());
    if (expiresAtMs === null) return refused('expiry_invalid');
    const hold = holdOf(wanted, found.terms);
    const payer = ownSide(indexKey, credential, command.payer, { note, authorisation });
    const payee = otherSide(found.party);
    return start('pay', command, { flow: 'push', payer, payee, found, expiresAtMs, hold });
  }

  async function start(
    operation: Operation,
    asked: Idempotent & { readonly waitMs: number; readonly reference?: string | null },
    what: Begun,
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
      hold: what.hold ?? null,
      exchange: found.exchange ?? null,
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
    const resource = await lookup.key(asked.credential, operation, asked.idempotencyKey);
    if (resource === null) return null;
    const same = commandKey(indexKey, operation, asked).content === resource.content;
    if (!same) return refused('idempotency_conflict');
    const code = refusalOf(resource.resource);
    if (code !== null) return refused(code);
    const seen = await waitAndRead(asked.credential, resource.resourceId, waitMs);
    return seen.ok ? { ...seen, replayed: true } : seen;
  }

  async function refund(command: RefundCommand): Promise<Outcome<PaymentView>> {
    if (!journal.isFresh()) return refused('not_leader');
    const original = await lookup.payment(command.paymentId);
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

  return {
    ...createOrderService(deps, lookup, submit),
    ...createCollectService(deps, lookup, { orderPayee, start }),
    ...createHoldsService(deps, lookup, { submit, conclude: concludePayment }),
    pay,
    refund,
    async receiveBulk(asked) {
      if (!journal.isFresh()) return refused('not_leader');
      const { participantId } = asked.credential;
      const id = deps.newId();
      // sealed for itself: it speaks of too many people to be any one's
      const subjects = [subjectId(indexKey, participantId, `\nbulk ${id}`)];
      const evidence = asked.evidence === null ? null : { bytes: asked.evidence, subjects };
      const { items } = asked;
      const command = { type: 'receive_bulk', id, participantId, items, evidence } as const;
      const answer = await submit('bulk', asked, command, subjects);
      if (answer.kind === 'refused') return refused(answer.code);
      if (answer.kind === 'conflict') return refused('idempotency_conflict');
      if (answer.kind === 'replayed') {
        return { ok: true, value: { id: answer.resourceId }, replayed: true };
      }
      return answer.result.ok
        ? { ok: true, value: { id }, replayed: false }
        : refused(answer.result.code);
    },
    async payment(credential, ref) {
      if (!journal.isFresh()) return refused('not_leader');
      const id = await lookup.idOf(credential, ref);
      return id === null ? refused('payment_not_found') : lookup.read(credential, id);
    },
    async report(credential, legId, report) {
      if (!journal.isFresh()) return refused('not_leader');
      const leg = parseLegId(legId);
      const payment = leg === null ? undefined : await lookup.payment(leg.paymentId);
      if (leg === null || payment === undefined) return refused('payment_not_found');
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
