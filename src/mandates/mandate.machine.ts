// The mandates' state machine: judges collections against the mandate and reserves their amount in
// the same commit, begins what is due, and frees what was not paid. In memory are the mandates that
// live and the executions that are open; what has ended is in the tables alone.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import type { Sealable } from '../journal/table.ts';
import { MAX_AMOUNT_MINOR } from '../money/index.ts';
import { defect } from '../runtime/defect.ts';
import type { MandateCommand, MandateResult } from './mandate.commands.ts';
import { loadMandates } from './mandate.load.ts';
import { isLive, type MandateStatus, mayMove } from './mandate.states.ts';
import { CONSENTS, EXECUTIONS, type Execution, MANDATES, type Mandate } from './mandate.ts';
import { dueAtMs, windowOf } from './period.ts';

/** What a proposal waits for its payer at most. */
const PROPOSAL_MS = 30 * 86_400_000;
/** After the n-th refusal, where the next payment of the schedule is later than that. */
const RETRY_MS: readonly number[] = [4 * 3_600_000, 24 * 3_600_000, 72 * 3_600_000];

export interface MandateBook {
  readonly machine: Machine<MandateCommand, MandateResult>;
  mandate(id: string): Readonly<Mandate> | undefined;
  /** Those that have not ended. */
  live(): Iterable<Readonly<Mandate>>;
  execution(id: string, n: number): Readonly<Execution> | undefined;
  open(): Iterable<Readonly<Execution>>;
  /** Those that the clock has something to say to. */
  ticking(nowMs: number): Readonly<Mandate>[];
}

type Of<T extends MandateCommand['type']> = Extract<MandateCommand, { type: T }>;
const refused = (code: ProblemCode): MandateResult => ({ ok: false, code });
const keyOf = (id: string, n: number) => `${id}/${n}`;

/** When the clock next has something to say to it, should nothing else happen before. */
function nextTickMs(mandate: Mandate): number {
  const endMs = mandate.endsAtMs ?? Number.POSITIVE_INFINITY;
  if (mandate.status === 'proposed') return Math.min(endMs, mandate.createdAtMs + PROPOSAL_MS);
  if (mandate.status !== 'active' || !mandate.isScheduled) return endMs;
  return Math.min(endMs, dueAtMs(mandate.period, mandate.firstAtMs, mandate.nextN));
}

export function createMandateBook(): MandateBook {
  const mandates = new Map<string, Mandate>();
  const open = new Map<string, Execution>();
  /** No mandate has to be looked at before this. */
  let soonestMs = Number.NEGATIVE_INFINITY;

  const openOf = (id: string) => [...open.values()].filter(({ mandateId }) => mandateId === id);

  function write(mandate: Mandate, context: JournalContext): void {
    mandate.updatedSeq = context.seq;
    context.update(MANDATES, mandate);
    soonestMs = Math.min(soonestMs, nextTickMs(mandate));
    if (!isLive(mandate.status) && openOf(mandate.id).length === 0) mandates.delete(mandate.id);
  }

  function tell(
    what: string,
    mandate: Mandate,
    context: JournalContext,
    execution: Execution | null = null,
  ): void {
    const { id, status, payerParticipantId, payeeParticipantId, currency } = mandate;
    const parts = { payer: payerParticipantId, payee: payeeParticipantId };
    const about =
      execution === null
        ? { amount: String(mandate.amountMinor) }
        : {
            amount: String(execution.amountMinor),
            n: execution.n,
            attempt: execution.attempt,
            paymentId: execution.paymentId,
            problem: execution.problem,
          };
    const audience = [...new Set([payerParticipantId, payeeParticipantId])];
    const body = { id, status, ...parts, currency, ...about };
    context.event({ type: `mandate.${what}`, subjectId: id, audience, body });
  }

  function move(mandate: Mandate, to: MandateStatus, context: JournalContext): void {
    if (!mayMove(mandate.status, to)) defect(`mandate ${mandate.id}: ${mandate.status} to ${to}`);
    mandate.previousStatus = mandate.status;
    mandate.status = to;
    write(mandate, context);
    tell(to, mandate, context);
  }

  const done = (mandate: Mandate, execution: Execution | null = null): MandateResult => ({
    ok: true,
    mandate: { ...mandate },
    execution: execution === null ? null : { ...execution },
  });

  function consented(mandate: Mandate, evidence: Sealable, context: JournalContext): void {
    mandate.consentedAtMs = context.nowMs;
    context.insert(CONSENTS, { mandateId: mandate.id, atMs: context.nowMs, evidence });
  }

  function propose({ terms, consent }: Of<'propose'>, context: JournalContext): MandateResult {
    const { amountMinor, periodMaxMinor, firstAtMs, endsAtMs } = terms;
    if (amountMinor <= 0n) return refused(amountMinor < 0n ? 'amount_negative' : 'amount_zero');
    if (periodMaxMinor > MAX_AMOUNT_MINOR) return refused('amount_too_large');
    if (periodMaxMinor < amountMinor) return refused('limit_exceeded');
    if (endsAtMs !== null && (endsAtMs <= firstAtMs || endsAtMs <= context.nowMs)) {
      return refused('expiry_invalid');
    }
    const mandate: Mandate = {
      ...terms,
      status: consent === null ? 'proposed' : 'active',
      previousStatus: null,
      span: '',
      usedMinor: 0n,
      made: 0,
      nextN: 0,
      consentedAtMs: null,
      createdAtMs: context.nowMs,
      updatedSeq: context.seq,
    };
    mandates.set(mandate.id, mandate);
    context.insert(MANDATES, mandate);
    if (consent !== null) consented(mandate, consent, context);
    context.claimKey('mandate', mandate.id);
    write(mandate, context);
    tell(mandate.status, mandate, context);
    return done(mandate);
  }

  /** What a payment of so much has against it now, in the contract's order of problems. */
  function judge(
    mandate: Mandate,
    amountMinor: bigint,
    context: JournalContext,
  ): ProblemCode | null {
    if (amountMinor <= 0n) return amountMinor < 0n ? 'amount_negative' : 'amount_zero';
    if (mandate.isFixed && amountMinor !== mandate.amountMinor) return 'order_amount_mismatch';
    if (amountMinor > mandate.amountMinor) return 'limit_exceeded';
    const span = windowOf(mandate.period, context.nowMs);
    const usedMinor = span === mandate.span ? mandate.usedMinor : 0n;
    if (usedMinor + amountMinor > mandate.periodMaxMinor) return 'limit_exceeded';
    const { countMax, made, isScheduled } = mandate;
    return !isScheduled && countMax !== null && made >= countMax ? 'limit_exceeded' : null;
  }

  /** Reserves: from this commit on the amount counts, whatever becomes of the payment. */
  function execute(mandate: Mandate, amountMinor: bigint, context: JournalContext): Execution {
    const span = windowOf(mandate.period, context.nowMs);
    if (span !== mandate.span) {
      mandate.span = span;
      mandate.usedMinor = 0n;
    }
    const { nowMs } = context;
    const execution: Execution = {
      mandateId: mandate.id,
      n: mandate.nextN,
      span,
      amountMinor,
      state: 'due',
      attempt: 1,
      dueAtMs: nowMs,
      paymentId: null,
      orderId: null,
      problem: null,
      createdAtMs: nowMs,
    };
    mandate.usedMinor += amountMinor;
    mandate.made += 1;
    mandate.nextN += 1;
    open.set(keyOf(mandate.id, execution.n), execution);
    context.insert(EXECUTIONS, execution);
    write(mandate, context);
    tell('collecting', mandate, context, execution);
    return execution;
  }

  function collect(command: Of<'collect'>, mandate: Mandate, context: JournalContext) {
    if (mandate.payeeParticipantId !== command.participantId) return refused('not_permitted');
    if (mandate.isScheduled || mandate.status !== 'active') return refused('transition_refused');
    if (mandate.firstAtMs > context.nowMs) return refused('transition_refused');
    if (isOver(mandate, context.nowMs)) return refused('transition_refused');
    if (command.currency !== mandate.currency) return refused('currency_not_supported');
    const problem = judge(mandate, command.amountMinor, context);
    if (problem !== null) return refused(problem);
    const execution = execute(mandate, command.amountMinor, context);
    context.claimKey('mandate', mandate.id);
    return done(mandate, execution);
  }

  const isOver = ({ endsAtMs }: Mandate, nowMs: number) => endsAtMs !== null && endsAtMs <= nowMs;

  /** What was missed is not caught up: nobody's account is charged twice at once. */
  function skipMissed(mandate: Mandate, upToMs: number): number {
    const before = mandate.nextN;
    while (dueAtMs(mandate.period, mandate.firstAtMs, mandate.nextN + 1) <= upToMs) {
      mandate.nextN += 1;
    }
    return mandate.nextN - before;
  }

  function finishIfDone(mandate: Mandate, context: JournalContext): void {
    const { countMax, isScheduled, nextN, made, status } = mandate;
    const isAll = countMax !== null && (isScheduled ? nextN : made) >= countMax;
    if (status === 'active' && isAll && openOf(mandate.id).length === 0) {
      move(mandate, 'finished', context);
    }
  }

  function tick(mandate: Mandate, context: JournalContext): MandateResult {
    const { nowMs } = context;
    const isStale = mandate.status === 'proposed' && mandate.createdAtMs + PROPOSAL_MS <= nowMs;
    if (isLive(mandate.status) && (isOver(mandate, nowMs) || isStale)) {
      move(mandate, 'expired', context);
      return done(mandate);
    }
    const { period, firstAtMs, countMax } = mandate;
    if (mandate.status !== 'active' || !mandate.isScheduled) return done(mandate);
    if (dueAtMs(period, firstAtMs, mandate.nextN) > nowMs) return done(mandate);
    const missed = skipMissed(mandate, nowMs);
    if (missed > 0) tell('skipped', mandate, context);
    let execution: Execution | null = null;
    if (countMax === null || mandate.nextN < countMax) {
      if (judge(mandate, mandate.amountMinor, context) === null) {
        execution = execute(mandate, mandate.amountMinor, context);
      } else {
        // an earlier one of this period is still under way
        mandate.nextN += 1;
        tell('skipped', mandate, context);
      }
    }
    write(mandate, context);
    finishIfDone(mandate, context);
    return done(mandate, execution);
  }

  function asked(command: Of<'asked'>, mandate: Mandate, context: JournalContext): MandateResult {
    const execution = open.get(keyOf(command.id, command.n));
    if (execution?.state !== 'due' || execution.attempt !== command.attempt) return done(mandate);
    execution.state = 'asked';
    execution.orderId = command.orderId;
    execution.paymentId = command.paymentId;
    context.update(EXECUTIONS, execution);
    return done(mandate, execution);
  }

  function retryAtMs(mandate: Mandate, execution: Execution, nowMs: number): number | null {
    const delayMs = RETRY_MS[execution.attempt - 1];
    if (!mandate.isScheduled || mandate.status !== 'active' || delayMs === undefined) return null;
    const atMs = nowMs + delayMs;
    const nextMs = dueAtMs(mandate.period, mandate.firstAtMs, execution.n + 1);
    return atMs < Math.min(nextMs, mandate.endsAtMs ?? nextMs) ? atMs : null;
  }

  function ended(command: Of<'ended'>, mandate: Mandate, context: JournalContext): MandateResult {
    const execution = open.get(keyOf(command.id, command.n));
    if (execution?.attempt !== command.attempt) return done(mandate);
    execution.problem = command.problem;
    const againAtMs =
      command.problem !== null && command.mayRetry
        ? retryAtMs(mandate, execution, context.nowMs)
        : null;
    context.update(EXECUTIONS, execution);
    if (againAtMs !== null) {
      tell('deferred', mandate, context, execution);
      Object.assign(execution, { state: 'due', paymentId: null, orderId: null });
      execution.attempt += 1;
      execution.dueAtMs = againAtMs;
      return done(mandate, execution);
    }
    execution.state = command.problem === null ? 'completed' : 'failed';
    open.delete(keyOf(command.id, command.n));
    if (execution.state === 'failed') {
      mandate.made -= 1;
      if (execution.span === mandate.span) mandate.usedMinor -= execution.amountMinor;
    }
    tell(execution.state === 'failed' ? 'failed' : 'collected', mandate, context, execution);
    write(mandate, context);
    finishIfDone(mandate, context);
    return done(mandate, execution);
  }

  function consent(command: Of<'consent'>, mandate: Mandate, context: JournalContext) {
    if (mandate.payerParticipantId !== command.participantId) return refused('not_permitted');
    if (mandate.status !== 'proposed' || isOver(mandate, context.nowMs)) {
      return refused('transition_refused');
    }
    context.claimKey('mandate', mandate.id);
    consented(mandate, command.consent, context);
    move(mandate, 'active', context);
    return done(mandate);
  }

  function change({ to, participantId }: Of<'move'>, mandate: Mandate, context: JournalContext) {
    const isPayer = mandate.payerParticipantId === participantId;
    if (to !== 'revoked' && !isPayer) return refused('not_permitted');
    const wasPaused = mandate.status === 'paused';
    // whoever wants no part in it declines: a proposal becomes active by consent alone
    if (!mayMove(mandate.status, to) || (to === 'active' && !wasPaused)) {
      return refused('transition_refused');
    }
    context.claimKey('mandate', mandate.id);
    if (to === 'active' && mandate.isScheduled) {
      const { period, firstAtMs, nextN } = mandate;
      skipMissed(mandate, context.nowMs);
      // what fell due while it was paused is not paid afterwards
      if (dueAtMs(period, firstAtMs, nextN) <= context.nowMs) mandate.nextN += 1;
    }
    move(mandate, to, context);
    return done(mandate);
  }

  function decide(command: MandateCommand, context: JournalContext): MandateResult {
    if (command.type === 'propose') return propose(command, context);
    const mandate = mandates.get(command.id);
    if (mandate === undefined) return refused('resource_not_found');
    if ('participantId' in command) {
      const parts = [mandate.payerParticipantId, mandate.payeeParticipantId];
      if (!parts.includes(command.participantId)) return refused('resource_not_found');
    }
    switch (command.type) {
      case 'consent':
        return consent(command, mandate, context);
      case 'move':
        return change(command, mandate, context);
      case 'collect':
        return collect(command, mandate, context);
      case 'tick':
        return tick(mandate, context);
      case 'asked':
        return asked(command, mandate, context);
      case 'ended':
        return ended(command, mandate, context);
    }
  }

  function ticking(nowMs: number): Readonly<Mandate>[] {
    if (nowMs < soonestMs) return [];
    const found: Mandate[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const mandate of mandates.values()) {
      const atMs = isLive(mandate.status) ? nextTickMs(mandate) : Number.POSITIVE_INFINITY;
      if (atMs <= nowMs) found.push(mandate);
      else nextMs = Math.min(nextMs, atMs);
    }
    soonestMs = found.length > 0 ? nowMs : nextMs;
    return found;
  }

  return {
    mandate: (id) => mandates.get(id),
    execution: (id, n) => open.get(keyOf(id, n)),
    open: () => open.values(),
    live: () => [...mandates.values()].filter(({ status }) => isLive(status)),
    ticking,
    machine: {
      name: 'mandates',
      apply: decide,
      async load(reader, unseal) {
        const loaded = await loadMandates(reader, unseal);
        for (const mandate of loaded.mandates) mandates.set(mandate.id, mandate);
        for (const each of loaded.executions) open.set(keyOf(each.mandateId, each.n), each);
      },
      clear() {
        mandates.clear();
        open.clear();
        soonestMs = Number.NEGATIVE_INFINITY;
      },
    },
  };
}
