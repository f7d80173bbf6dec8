// What the switch asks of this wallet: credit a user, give a user back, collect from a user, close
// a collection, and what became of each. Idempotent by leg id. Late outcomes are reported to the
// switch until it has taken note, across crashes.
import { HutongProblem } from '@hutong/sdk';
import type {
  CloseCollectionJson,
  CollectionJson,
  CreditJson,
  LegAnswerJson,
  Money,
  ProblemCode,
  WalletRefundJson,
} from '@hutong/sdk/contract';
import { problemCodeSchema } from '@hutong/sdk/contract';
import { required } from '../../../runtime/defect.ts';
import type { LegRecord } from './wallet.book.ts';
import { minorOf, pause, refusal, retryMs, type WalletContext } from './wallet.context.ts';
import type { Fault } from './wallet.faults.ts';

export interface Legs {
  credit(kind: 'credit' | 'refund', body: CreditJson | WalletRefundJson, fault?: Fault): LegRecord;
  collect(body: CollectionJson, fault?: Fault): LegRecord;
  close(body: CloseCollectionJson): LegRecord;
  /** What became of it; undefined: never heard of. */
  inquire(legId: string): LegRecord | undefined;
  /** The user agrees to pay what was asked for, or does not. @throws HutongProblem */
  confirm(legId: string): LegRecord;
  decline(legId: string): LegRecord;
  /** After a start: finishes and reports what an earlier run left. */
  resume(): void;
  /** Tells the switch an outcome it has been told already. */
  repeat(leg: LegRecord): void;
}

export function answerOf(leg: LegRecord): LegAnswerJson {
  const { outcome, externalId, code } = leg;
  return { outcome, externalId, ...(code === null ? {} : { problem: { code } }) };
}

export function createLegs(context: WalletContext): Legs {
  const { book, config, record, stopping } = context;
  const legOf = (legId: string) => required(book.legs.get(legId), `leg ${legId}`);

  function whyNot(account: string, { currency }: Money): ProblemCode | null {
    if (!book.users.has(account)) return 'payee_not_payable';
    return config.currencies.includes(currency) ? null : 'currency_not_supported';
  }

  function later(legId: string, ms: number): void {
    void pause(ms, stopping).then(() => {
      const leg = legOf(legId);
      if (stopping.aborted || leg.outcome !== 'pending') return;
      const { kind, paymentId, account, currency, minor, externalId } = leg;
      if (kind === 'collection') return;
      const shared = { kind, legId, paymentId, account, currency, externalId };
      record({ type: 'credit', ...shared, minor: String(minor), outcome: 'completed' });
      tell(leg.legId);
    });
  }

  function tell(legId: string): void {
    void reportUntilTaken(context, legId).catch((error: unknown) => {
      context.log.error({ err: error, legId }, 'an outcome was not reported');
    });
  }

  function settleCollection(
    legId: string,
    code: ProblemCode | null,
    isAnswered: boolean,
  ): LegRecord {
    const outcome = code === null ? 'completed' : 'rejected';
    record({ type: 'collected', legId, outcome, ...(code === null ? {} : { code }) });
    if (isAnswered) record({ type: 'reported', legId });
    else tell(legId);
    return legOf(legId);
  }

  /** A collection whose time is over is never captured. */
  function expireIfDue(leg: LegRecord): void {
    const isOpen = leg.kind === 'collection' && leg.outcome === 'pending';
    if (isOpen && leg.expiresAt !== null && Date.parse(leg.expiresAt) <= Date.now()) {
      settleCollection(leg.legId, 'payment_expired', true);
    }
  }

  function waiting(legId: string): LegRecord {
    const leg = book.legs.get(legId);
    if (leg === undefined || leg.kind !== 'collection') throw refusal('resource_not_found');
    expireIfDue(leg);
    if (leg.outcome !== 'pending') throw refusal('already_resolved');
    return leg;
  }

  function confirm(legId: string): LegRecord {
    const { account, currency, minor } = waiting(legId);
    if (book.balance(account, currency) < minor) {
      throw refusal('refused_by_payer', 'the account does not hold that much');
    }
    return settleCollection(legId, null, false);
  }

  return {
    credit(kind, body, fault) {
      const { legId, paymentId, account, amount } = body;
      const known = book.legs.get(legId);
      if (known !== undefined) return known;
      const refused = fault?.kind === 'refuse' ? fault.code : whyNot(account, amount);
      const minor = minorOf(amount);
      const isLate = refused === null && fault?.kind === 'late';
      record({
        type: 'credit',
        kind,
        legId,
        paymentId,
        account,
        currency: amount.currency,
        minor: String(minor),
        externalId: context.newId(),
        outcome: refused === null ? (isLate ? 'pending' : 'completed') : 'rejected',
        ...(refused === null ? {} : { code: refused }),
      });
      if (isLate) later(legId, fault.ms);
      return legOf(legId);
    },
    collect(body, fault) {
      const { legId, paymentId, account, amount, payee, expiresAt } = body;
      const known = book.legs.get(legId);
      if (known !== undefined) return known;
      const { currency } = amount;
      record({
        type: 'collection',
        legId,
        paymentId,
        account,
        currency,
        minor: String(minorOf(amount)),
        payee: payee.name ?? payee.participantId,
        expiresAt,
        externalId: context.newId(),
      });
      const refused = fault?.kind === 'refuse' ? fault.code : whyNot(account, amount);
      if (refused !== null) settleCollection(legId, refused, true);
      else if (config.confirmsItself) {
        void pause(fault?.kind === 'late' ? fault.ms : 0, stopping).then(() => {
          if (stopping.aborted || legOf(legId).outcome !== 'pending') return;
          const isEnough = book.balance(account, currency) >= legOf(legId).minor;
          settleCollection(legId, isEnough ? null : 'refused_by_payer', false);
        });
      }
      return legOf(legId);
    },
    close({ legId, paymentId }) {
      const leg = book.legs.get(legId);
      if (leg === undefined) {
        record({ type: 'tombstone', legId, paymentId, externalId: context.newId() });
      } else if (leg.outcome === 'pending') settleCollection(legId, 'payment_expired', true);
      return legOf(legId);
    },
    inquire(legId) {
      const leg = book.legs.get(legId);
      if (leg !== undefined) expireIfDue(leg);
      return leg;
    },
    confirm,
    decline: (legId) => settleCollection(waiting(legId).legId, 'refused_by_payer', false),
    resume() {
      for (const leg of book.legs.values()) {
        if (leg.outcome !== 'pending') {
          if (!leg.isReported) tell(leg.legId);
        } else if (leg.kind !== 'collection') later(leg.legId, 0);
      }
    },
    repeat({ legId }) {
      tell(legId);
    },
  };
}

async function reportUntilTaken(context: WalletContext, legId: string): Promise<void> {
  const { book, client, stopping, record } = context;
  await context.durable();
  for (let attempt = 1; !stopping.aborted; attempt += 1) {
    const { outcome, externalId, code } = required(book.legs.get(legId), `leg ${legId}`);
    if (outcome === 'pending') return;
    const known = problemCodeSchema.safeParse(code);
    const why = known.success ? { problem: { code: known.data } } : {};
    try {
      await client.reportLeg(legId, { outcome, externalId, ...why });
      record({ type: 'reported', legId });
      return;
    } catch (error) {
      // The switch knows the leg and will not hear it: it has its outcome already, or never will.
      if (error instanceof HutongProblem && error.verified && error.problem.retry === 'never') {
        record({ type: 'reported', legId, code: error.code });
        return;
      }
    }
    await pause(retryMs(attempt), stopping);
  }
}
