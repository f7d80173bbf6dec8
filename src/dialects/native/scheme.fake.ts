// For tests only: a scheme in memory with the ports that the dialect calls. It keeps state (payments,
// orders, keys, aliases, positions), speaks to connections through the real connector, and follows the
// same states as the payments room, without journal, ledger limits or durability.
import { createCurrencies } from '../../money/index.ts';
import { isEnded, legIdOf, type Payment, type PaymentState } from '../../payments/payment.ts';
import type {
  Amount,
  ConnectionSettings,
  Connector,
  Credential,
  Idempotent,
  Instruction,
  LegReport,
  OrderView,
  Outcome,
  Party,
  PayCommand,
  PaymentsPort,
  PaymentView,
} from '../../payments/port.ts';
import { type ProblemCode, problem } from '../../problems/index.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createIds } from '../../runtime/ids.ts';
import { createLogger } from '../../runtime/logging.ts';
import { createCryptoRandom } from '../../runtime/random.ts';
import {
  createReplayCache,
  generateSigningKey,
  type PublicJwk,
  signingKey,
} from '../../signatures/index.ts';
import { createAddressGuard, createHttpClient } from '../../wire/index.ts';
import type { EventView, KnownKey } from '../dialect.ts';
import type { NativeDeps } from './native.deps.ts';

interface Held {
  payment: Payment;
  payer: Party;
  payee: Party;
}

const yes = <T>(value: T, replayed = false): Outcome<T> => ({ ok: true, value, replayed });
const no = (code: ProblemCode): { ok: false; problem: ReturnType<typeof problem> } => ({
  ok: false,
  problem: problem(code),
});
const mask = (name: string | null) => (name === null ? null : `${name.charAt(0)}***`);

export type FakeScheme = ReturnType<typeof createFakeScheme>;

export function createFakeScheme(options: { readonly publicUrl: string }) {
  const clock = systemClock;
  const random = createCryptoRandom();
  const ids = createIds({ clock, random });
  const ownKey = signingKey(generateSigningKey().privateJwk);
  const keys = new Map<string, KnownKey>();
  const connections = new Map<string, ConnectionSettings>();
  const aliases = new Map<string, Party & { readonly connectionId: string }>();
  const payments = new Map<string, Held>();
  const orders = new Map<
    string,
    OrderView & { readonly connectionId: string; readonly account: string }
  >();
  const used = new Map<string, { readonly content: string; readonly id: string }>();
  const events: EventView[] = [];
  const waiting = new Set<() => void>();
  let connector: Connector | null = null;

  const owner = (connectionId: string) => connections.get(connectionId)?.participantId ?? '';

  function event(type: string, paymentId: string) {
    const atMs = clock.nowMs();
    events.push({ seq: events.length + 1, ordinal: 0, type, atMs, paymentId, orderId: null });
    for (const wake of [...waiting]) wake();
  }

  function move(held: Held, state: PaymentState) {
    held.payment.previousState = held.payment.state;
    held.payment.state = state;
    held.payment.updatedSeq = events.length + 1;
    if (isEnded(state)) held.payment.endedAtMs = clock.nowMs();
    event(`payment.${state}`, held.payment.id);
  }

  function draft(
    kind: Payment['kind'],
    flow: Payment['flow'],
    sides: readonly [payerConnection: string, payeeConnection: string],
    amount: Amount,
    over: Partial<Payment> = {},
  ): Payment {
    const sealed = { bytes: new Uint8Array(), subjects: [] };
    const leg = (n: number, role: 'debit' | 'credit', connectionId: string) => ({
      n,
      role,
      participantId: owner(connectionId),
      connectionId,
      instruction: null,
      state: 'none' as const,
      inDoubt: false,
      externalId: null,
      sentAt: null,
      record: null,
    });
    return {
      id: ids.uuid(),
      kind,
      flow,
      causeId: null,
      orderId: null,
      quoteId: null,
      state: 'reserved',
      previousState: null,
      payerParticipantId: owner(sides[0]),
      payeeParticipantId: owner(sides[1]),
      currency: amount.currency,
      amountMinor: amount.minor,
      debitMinor: amount.minor,
      creditMinor: amount.minor,
      feeMinor: 0n,
      feeParticipantId: null,
      movements: [],
      legs: [leg(0, 'debit', sides[0]), leg(1, 'credit', sides[1])],
      problem: null,
      reference: null,
      createdAtMs: clock.nowMs(),
      expiresAtMs: clock.nowMs() + 60_000,
      endedAtMs: null,
      createdSeq: events.length + 1,
      updatedSeq: events.length + 1,
      refundedMinor: 0n,
      refundingMinor: 0n,
      payer: sealed,
      payee: sealed,
      ...over,
    };
  }

  function view({ payment, payer, payee }: Held, { participantId }: Credential): PaymentView {
    const side = (own: boolean, party: Party) =>
      own ? party : { account: '', name: mask(party.name) };
    return {
      payment: { ...payment, legs: payment.legs.map((leg) => ({ ...leg })) },
      state: payment.state,
      legs: payment.legs.map((leg) => ({ ...leg, legId: legIdOf(payment.id, leg.n) })),
      payer: side(payment.payerParticipantId === participantId, payer),
      payee: side(payment.payeeParticipantId === participantId, payee),
    };
  }

  function instruct(
    held: Held,
    n: number,
    kind: Instruction['kind'],
    original: Instruction['original'],
    party: Party,
    other: Instruction['counterparty'],
  ) {
    const { payment } = held;
    const leg = payment.legs[n];
    const connection = connections.get(leg?.connectionId ?? '');
    if (leg === undefined || connection === undefined || connector === null) throw new Error('bug');
    leg.instruction = kind;
    leg.state = 'sent';
    const legId = legIdOf(payment.id, n);
    const bytes = connector.encode(connection, {
      kind,
      legId,
      paymentId: payment.id,
      amount: { currency: payment.currency, minor: payment.creditMinor },
      party,
      counterparty: other,
      note: null,
      reference: payment.reference,
      expiresAtMs: payment.expiresAtMs,
      original,
      record: null,
    });
    void carry(held, n, connector, connection, { kind, legId, paymentId: payment.id, bytes });
  }

  async function carry(
    held: Held,
    n: number,
    out: Connector,
    connection: ConnectionSettings,
    stored: Parameters<Connector['execute']>[1],
  ) {
    for (let tries = 0; held.payment.legs[n]?.state === 'sent'; tries += 1) {
      const report = await (tries === 0
        ? out.execute(connection, stored)
        : out.inquire(connection, stored));
      if (report.outcome !== 'pending') return void settle(held, n, report);
      const leg = held.payment.legs[n];
      if (leg !== undefined) leg.inDoubt = stored.kind !== 'collect';
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  function settle(held: Held, n: number, report: LegReport): ProblemCode | null {
    const { payment } = held;
    const leg = payment.legs[n];
    if (leg === undefined || leg.state === 'none') return 'transition_refused';
    if (leg.state !== 'sent') return leg.state === report.outcome ? null : 'outcome_contradicts';
    if (report.outcome === 'pending') return null;
    leg.state = report.outcome;
    leg.externalId = report.externalId;
    leg.inDoubt = false;
    const isDone = report.outcome === 'completed';
    if (!isDone) payment.problem = report.problem ?? 'refused_by_payee';
    const cause = payments.get(payment.causeId ?? '');
    if (payment.kind === 'refund' && cause !== undefined && isDone) {
      cause.payment.refundedMinor += payment.amountMinor;
    }
    if (payment.flow === 'collect' && leg.role === 'debit' && isDone) {
      move(held, 'paid_in');
      const name = held.payer.name;
      const other = { participantId: payment.payerParticipantId, name };
      move(held, 'delivering');
      instruct(held, 1, 'credit', null, held.payee, other);
      return null;
    }
    move(held, isDone ? 'completed' : 'rejected');
    const order = orders.get(payment.orderId ?? '');
    if (order !== undefined && isDone) {
      orders.set(order.id, { ...order, state: 'paid', winnerId: payment.id });
    }
    return null;
  }

  async function ended(held: Held, waitMs: number) {
    const untilMs = clock.nowMs() + waitMs;
    while (!isEnded(held.payment.state) && clock.nowMs() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** One effect per key: makes the resource, or gives the one that the key stands for. */
  function once<T>(
    operation: string,
    asked: Idempotent,
    make: () => { readonly id: string; readonly value: T } | ProblemCode,
    find: (id: string) => T,
  ): { readonly value: T; readonly replayed: boolean } | ProblemCode {
    const scope = `${asked.credential.connectionId} ${operation} ${asked.idempotencyKey}`;
    const before = used.get(scope);
    if (before !== undefined) {
      if (before.content !== asked.content) return 'idempotency_conflict';
      return { value: find(before.id), replayed: true };
    }
    const made = make();
    if (typeof made === 'string') return made;
    used.set(scope, { content: asked.content, id: made.id });
    return { value: made.value, replayed: false };
  }

  const heldOf = (id: string): Held => {
    const held = payments.get(id);
    if (held === undefined) throw new Error('bug');
    return held;
  };

  async function conclude(
    done: { readonly value: Held; readonly replayed: boolean } | ProblemCode,
    credential: Credential,
    waitMs: number,
  ): Promise<Outcome<PaymentView>> {
    if (typeof done === 'string') return no(done);
    await ended(done.value, waitMs);
    return yes(view(done.value, credential), done.replayed);
  }

  function target(to: PayCommand['to']) {
    if ('quoteId' in to) return 'quote_not_found' as const;
    if ('alias' in to) {
      const party = aliases.get(to.alias);
      return party === undefined
        ? ('alias_not_found' as const)
        : { party, amount: to.amount, orderId: null };
    }
    const order = orders.get(to.orderId);
    if (order === undefined) return 'order_not_found' as const;
    if (order.state !== 'open') return 'order_already_paid' as const;
    const party = {
      account: order.account,
      name: order.payeeName,
      connectionId: order.connectionId,
    };
    return { party, amount: order.amount, orderId: order.id };
  }

  function begin(held: Held): { id: string; value: Held } {
    payments.set(held.payment.id, held);
    move(held, 'delivering');
    return { id: held.payment.id, value: held };
  }

  const port: PaymentsPort = {
    async pay(command) {
      const { credential, payer } = command;
      const done = once(
        'pay',
        command,
        () => {
          const to = target(command.to);
          if (typeof to === 'string') return to;
          const sides = [credential.connectionId, to.party.connectionId] as const;
          const payment = draft('payment', 'push', sides, to.amount, {
            reference: command.reference,
            orderId: to.orderId,
            ...(command.expiresAtMs === null ? {} : { expiresAtMs: command.expiresAtMs }),
          });
          const held = {
            payment,
            payer,
            payee: { account: to.party.account, name: to.party.name },
          };
          const made = begin(held);
          const other = { participantId: credential.participantId, name: payer.name };
          instruct(held, 1, 'credit', null, held.payee, other);
          return made;
        },
        heldOf,
      );
      return conclude(done, credential, command.waitMs);
    },
    async refund(command) {
      const { credential } = command;
      const done = once(
        'refund',
        command,
        () => {
          const cause = payments.get(command.paymentId);
          if (cause?.payment.payeeParticipantId !== credential.participantId)
            return 'payment_not_found';
          if (cause.payment.state !== 'completed') return 'payment_not_completed';
          if (cause.payment.refundedMinor + command.amount.minor > cause.payment.amountMinor) {
            return 'refund_exceeds_payment';
          }
          const [debit] = cause.payment.legs;
          const sides = [credential.connectionId, debit?.connectionId ?? ''] as const;
          const payment = draft('refund', 'push', sides, command.amount, {
            causeId: cause.payment.id,
            reference: command.reference,
          });
          const held = { payment, payer: cause.payee, payee: cause.payer };
          const made = begin(held);
          const original = {
            legId: legIdOf(cause.payment.id, 0),
            externalId: debit?.externalId ?? null,
          };
          const other = { participantId: credential.participantId, name: cause.payee.name };
          instruct(held, 1, 'refund', original, held.payee, other);
          return made;
        },
        heldOf,
      );
      return conclude(done, credential, command.waitMs);
    },
    async createOrder(command) {
      const { credential, payee } = command;
      const done = once(
        'order',
        command,
        () => {
          const order = {
            id: ids.uuid(),
            state: 'open' as const,
            amount: command.amount,
            payeeParticipantId: credential.participantId,
            payeeName: payee.name,
            reference: command.reference,
            description: command.description,
            createdAtMs: clock.nowMs(),
            expiresAtMs: command.expiresAtMs ?? clock.nowMs() + 60_000,
            winnerId: null,
            connectionId: credential.connectionId,
            account: payee.account,
          };
          orders.set(order.id, order);
          return { id: order.id, value: order as OrderView };
        },
        (id) => orders.get(id) as OrderView,
      );
      return typeof done === 'string' ? no(done) : yes(done.value, done.replayed);
    },
    async closeOrder({ orderId, credential }) {
      const order = orders.get(orderId);
      if (order?.payeeParticipantId !== credential.participantId) return no('order_not_found');
      if (order.state === 'paid') return no('order_already_paid');
      const closed = { ...order, state: 'closed' as const };
      orders.set(orderId, closed);
      return yes(closed);
    },
    async order(_credential, orderId) {
      const order = orders.get(orderId);
      return order === undefined ? no('order_not_found') : yes(order);
    },
    async collect(command) {
      const { credential } = command;
      const done = once(
        'collect',
        command,
        () => {
          const to = target({ orderId: command.orderId });
          if (typeof to === 'string') return to;
          const payer = aliases.get(command.payerAlias);
          if (payer === undefined) return 'alias_not_found';
          const payment = draft(
            'payment',
            'collect',
            [payer.connectionId, to.party.connectionId],
            to.amount,
            {
              orderId: command.orderId,
            },
          );
          const { account, name } = payer;
          const payee = { account: to.party.account, name: to.party.name };
          const held = { payment, payer: { account, name }, payee };
          payments.set(payment.id, held);
          move(held, 'awaiting_payer');
          const other = { participantId: credential.participantId, name: payee.name };
          instruct(held, 0, 'collect', null, held.payer, other);
          return { id: payment.id, value: held };
        },
        heldOf,
      );
      return conclude(done, credential, command.waitMs);
    },
    async payment(credential, ref) {
      const key = ref.by === 'key' ? ref.idempotencyKey : '';
      const held =
        ref.by === 'id'
          ? payments.get(ref.id)
          : ref.by === 'key'
            ? payments.get(used.get(`${credential.connectionId} pay ${key}`)?.id ?? '')
            : [...payments.values()].find((each) => each.payment.reference === ref.externalId);
      const own = credential.participantId;
      const sides = [held?.payment.payerParticipantId, held?.payment.payeeParticipantId];
      return held === undefined || !sides.includes(own)
        ? no('payment_not_found')
        : yes(view(held, own === '' ? credential : credential));
    },
    async report(credential, legId, report) {
      for (const held of payments.values()) {
        const leg = held.payment.legs.find((each) => legIdOf(held.payment.id, each.n) === legId);
        if (leg === undefined || leg.connectionId !== credential.connectionId) continue;
        const refused = settle(held, leg.n, report);
        return refused === null ? yes(view(held, credential)) : no(refused);
      }
      return no('payment_not_found');
    },
  };

  const deps: NativeDeps = {
    payments: port,
    directory: {
      async lookup(_credential, alias) {
        const found = aliases.get(alias);
        if (found === undefined) return no('alias_not_found');
        const { connectionId, name } = found;
        return yes({
          participantId: owner(connectionId),
          alias,
          name: mask(name),
          currencies: ['CNY'],
        });
      },
      async quote({ alias, amount }) {
        const found = aliases.get(alias);
        if (found === undefined) return no('alias_not_found');
        const { connectionId, name } = found;
        const payee = {
          participantId: owner(connectionId),
          alias,
          name: mask(name),
          currencies: ['CNY'],
        };
        const fee = { currency: amount.currency, minor: 0n };
        const expiresAtMs = clock.nowMs() + 30_000;
        return yes({ id: ids.uuid(), payee, debit: amount, credit: amount, fee, expiresAtMs });
      },
      async claimAlias({ connectionId }, { alias, account, name }) {
        const before = aliases.get(alias);
        if (before !== undefined && before.connectionId !== connectionId) return no('alias_taken');
        aliases.set(alias, { account, name, connectionId });
        return yes({ alias, account });
      },
      async releaseAlias({ connectionId }, alias) {
        const before = aliases.get(alias);
        if (before === undefined) return no('alias_not_found');
        if (before.connectionId !== connectionId) return no('alias_not_yours');
        aliases.delete(alias);
        return yes(null);
      },
    },
    participants: {
      key: (keyId) => keys.get(keyId),
      connection: (id) => connections.get(id),
      async positions({ participantId }) {
        let balanceMinor = 0n;
        for (const { payment } of payments.values()) {
          if (payment.state !== 'completed') continue;
          if (payment.payerParticipantId === participantId) balanceMinor -= payment.debitMinor;
          if (payment.payeeParticipantId === participantId) balanceMinor += payment.creditMinor;
        }
        const zero = { pendingDebitsMinor: 0n, pendingCreditsMinor: 0n, coverMinor: 0n };
        const limits = { capMinor: 10_000n, headroomMinor: 10_000n + balanceMinor };
        const positions = [{ currency: 'CNY', balanceMinor, ...zero, ...limits }];
        return yes({ positions, seq: events.length });
      },
    },
    events: {
      async *follow({ participantId }, after, signal) {
        let next = after === null ? events.length : after.seq;
        while (!signal.aborted) {
          const one = events[next];
          if (one === undefined) {
            await new Promise<void>((resolve) => {
              const wake = () => {
                waiting.delete(wake);
                resolve();
              };
              waiting.add(wake);
              signal.addEventListener('abort', wake, { once: true });
            });
            continue;
          }
          next += 1;
          const held = payments.get(one.paymentId ?? '');
          const sides = [held?.payment.payerParticipantId, held?.payment.payeeParticipantId];
          if (sides.includes(participantId)) yield one;
        }
      },
    },
    currencies: createCurrencies(),
    clock,
    ids,
    random,
    logger: createLogger({ level: 'silent', clock }),
    publicUrl: options.publicUrl,
    signingKey: ownKey,
    replays: createReplayCache(clock),
    http: createHttpClient({ guard: createAddressGuard({ allowLoopback: true }) }),
  };

  return {
    deps,
    switchKey: ownKey.publicJwk,
    payments,
    use(made: Connector) {
      connector = made;
    },
    /** A participant with one connection, its key and the endpoint of its wallet. */
    admit(connectionId: string, jwk: PublicJwk, keyId: string, endpoint: string | null) {
      const participantId = connectionId.replace(/-main$/, '');
      const dialect = 'native';
      keys.set(keyId, {
        jwk: JSON.stringify(jwk),
        participantId,
        connectionId,
        dialect,
        standing: 'live',
      });
      const settings = { timeoutMs: 500 };
      connections.set(connectionId, {
        id: connectionId,
        participantId,
        dialect,
        endpoint,
        settings,
      });
    },
    setStanding(keyId: string, standing: KnownKey['standing']) {
      const key = keys.get(keyId);
      if (key !== undefined) keys.set(keyId, { ...key, standing });
    },
    close: () => deps.http.close(),
  };
}
