// The policy port: judges a payment by the scheme's limits, reserves what it uses in the same
// commit, and gives it back when no money moved. What is pending counts, so that two payments at
// once cannot pass where one may. Counters of past days and months leave the memory; they say
// nothing any more.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import { bigintOf, integerOf, textOf, textOrNull, wordOf } from '../journal/row.ts';
import type { Reader } from '../journal/store.ts';
import type { Policy } from '../payments/engine.deps.ts';
import type { Payment } from '../payments/payment.ts';
import {
  LIMIT_COUNTERS,
  LIMIT_MEASURES,
  LIMIT_PERIODS,
  LIMIT_RULES,
  LIMIT_SUBJECTS,
  type LimitCounter,
  type LimitRule,
  windowOf,
} from './limit.ts';

export type LimitWish = Omit<LimitRule, 'version' | 'status' | 'setAtMs' | 'setSeq'>;
export type LimitCommand =
  | { readonly type: 'set_limit'; readonly rule: LimitWish }
  | { readonly type: 'retire_limit'; readonly id: string; readonly by: string };
export type LimitResult =
  | { readonly ok: true; readonly rule: Readonly<LimitRule> }
  | { readonly ok: false; readonly code: ProblemCode };

export interface Limits {
  readonly machine: Machine<LimitCommand, LimitResult>;
  readonly policy: Policy;
  /** Those that hold now, by id. */
  rules(): Readonly<LimitRule>[];
}

const RULES_MAX = 100;

const ruleKey = ({ id, version }: LimitRule) => `${id}/${version}`;

function subjectOf(rule: LimitRule, payment: Readonly<Payment>): string {
  const { payerParticipantId, payeeParticipantId, payer } = payment;
  switch (rule.subject) {
    case 'payer':
      return payer.subjects[0] ?? '';
    case 'payer_participant':
      return payerParticipantId;
    case 'payee_participant':
      return payeeParticipantId;
    case 'corridor':
      return `${payerParticipantId}>${payeeParticipantId}`;
  }
}

/** What a counter stands under in memory. */
const counterKey = (rule: LimitRule, window: string, subject: string) =>
  `${ruleKey(rule)} ${window} ${subject}`;

export function createLimits(): Limits {
  const rules = new Map<string, LimitRule>();
  const counters = new Map<string, LimitCounter>();
  let sweptOn = '';

  const active = (currency: string) =>
    [...rules.values()].filter((rule) => rule.status === 'active' && rule.currency === currency);

  function applies(rule: LimitRule, payment: Readonly<Payment>): boolean {
    // a rule speaks of what comes after it
    if (payment.kind !== 'payment' || payment.createdSeq <= rule.setSeq) return false;
    return rule.participantId === null || rule.participantId === payment.payerParticipantId;
  }

  function isBeyond(rule: LimitRule, payment: Readonly<Payment>): boolean {
    if (rule.measure === 'amount') return payment.amountMinor > rule.limit;
    const window = windowOf(rule.period, payment.createdAtMs);
    const used = counters.get(counterKey(rule, window, subjectOf(rule, payment)));
    return rule.measure === 'sum'
      ? (used?.sumMinor ?? 0n) + payment.amountMinor > rule.limit
      : (used?.count ?? 0n) + 1n > rule.limit;
  }

  /** Once a day: what is over is forgotten. */
  function sweep(nowMs: number): void {
    const today = windowOf('day', nowMs);
    if (today === sweptOn) return;
    sweptOn = today;
    const month = windowOf('month', nowMs);
    for (const [key, { window }] of counters) {
      if (window !== today && window !== month) counters.delete(key);
    }
  }

  function change(
    payment: Readonly<Payment>,
    minor: bigint,
    times: bigint,
    context: JournalContext,
  ): void {
    for (const rule of active(payment.currency)) {
      if (rule.measure === 'amount' || !applies(rule, payment)) continue;
      const window = windowOf(rule.period, payment.createdAtMs);
      const subject = subjectOf(rule, payment);
      const key = counterKey(rule, window, subject);
      const known = counters.get(key);
      if (known !== undefined) {
        known.sumMinor += minor;
        known.count += times;
        context.update(LIMIT_COUNTERS, known);
        // given back in a window that is over: nobody asks for it any more
      } else if (minor > 0n) {
        const rowKey = ruleKey(rule);
        const fresh: LimitCounter = {
          rule: rowKey,
          window,
          subject,
          sumMinor: minor,
          count: times,
        };
        counters.set(key, fresh);
        context.insert(LIMIT_COUNTERS, fresh);
      }
    }
  }

  const policy: Policy = {
    judge(payment, context) {
      if (rules.size === 0) return 'allow';
      sweep(context.nowMs);
      const broken = active(payment.currency).filter(
        (rule) => applies(rule, payment) && isBeyond(rule, payment),
      );
      if (broken.some(({ outcome }) => outcome === 'refuse')) return 'limit_exceeded';
      return broken.length > 0 ? 'held' : 'allow';
    },
    began(payment, context) {
      if (rules.size > 0) change(payment, payment.amountMinor, 1n, context);
    },
    ended(payment, context) {
      if (rules.size === 0) return;
      const { hold, amountMinor, state } = payment;
      const reservedMinor = hold?.until === 'capture' ? hold.authorisedMinor : amountMinor;
      if (state !== 'completed') change(payment, -reservedMinor, -1n, context);
      else if (reservedMinor > amountMinor) {
        change(payment, amountMinor - reservedMinor, 0n, context);
      }
    },
  };

  function set(
    { rule: asked }: Extract<LimitCommand, { type: 'set_limit' }>,
    context: JournalContext,
  ): LimitResult {
    const before = rules.get(asked.id);
    if (before === undefined && rules.size >= RULES_MAX)
      return { ok: false, code: 'limit_exceeded' };
    if (before?.status === 'active') retire(before, context);
    const rule: LimitRule = {
      ...asked,
      version: (before?.version ?? 0) + 1,
      status: 'active',
      setAtMs: context.nowMs,
      setSeq: context.seq,
    };
    rules.set(rule.id, rule);
    context.insert(LIMIT_RULES, rule);
    tell('limit.set', rule, asked.setBy, context);
    return { ok: true, rule: { ...rule } };
  }

  function retire(rule: LimitRule, context: JournalContext): void {
    rule.status = 'retired';
    context.update(LIMIT_RULES, rule);
  }

  function tell(type: string, rule: LimitRule, by: string, context: JournalContext): void {
    const { id, version, currency, subject, measure, period, limit, outcome } = rule;
    const what = { id, version, currency, subject, measure, period, outcome, by };
    const body = { ...what, limit: String(limit) };
    context.event({ type, subjectId: id, audience: [], body });
  }

  return {
    policy,
    rules: () =>
      [...rules.values()]
        .filter(({ status }) => status === 'active')
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    machine: {
      name: 'limits',
      apply(command, context) {
        if (command.type === 'set_limit') return set(command, context);
        const rule = rules.get(command.id);
        if (rule?.status !== 'active') return { ok: false, code: 'resource_not_found' };
        retire(rule, context);
        tell('limit.retired', rule, command.by, context);
        return { ok: true, rule: { ...rule } };
      },
      load: (reader) => load(rules, counters, reader),
      clear() {
        rules.clear();
        counters.clear();
        sweptOn = '';
      },
    },
  };
}

async function load(
  rules: Map<string, LimitRule>,
  counters: Map<string, LimitCounter>,
  reader: Reader,
): Promise<void> {
  // rides limit_rules_pkey
  const rows = await reader.rows(
    'select distinct on (id) * from limit_rules order by id, version desc',
  );
  for (const row of rows) {
    const rule: LimitRule = {
      id: textOf(row, 'id'),
      version: integerOf(row, 'version'),
      currency: textOf(row, 'currency'),
      subject: wordOf(row, 'subject', LIMIT_SUBJECTS),
      participantId: textOrNull(row, 'participant_id'),
      measure: wordOf(row, 'measure', LIMIT_MEASURES),
      period: wordOf(row, 'period', LIMIT_PERIODS),
      limit: bigintOf(row, 'limit_value'),
      outcome: wordOf(row, 'outcome', ['refuse', 'hold'] as const),
      status: wordOf(row, 'status', ['active', 'retired'] as const),
      setBy: textOf(row, 'set_by'),
      setAtMs: integerOf(row, 'set_at_ms'),
      setSeq: integerOf(row, 'set_seq'),
    };
    rules.set(rule.id, rule);
  }
  const [head] = await reader.rows('select at_ms from batches order by seq desc limit 1');
  const nowMs = head === undefined ? 0 : integerOf(head, 'at_ms');
  for (const rule of rules.values()) {
    if (rule.status !== 'active' || rule.measure === 'amount') continue;
    const used = await reader.rows(
      // rides limit_counters_pkey: one rule, one window
      `select subject, sum_minor, count from limit_counters where rule = $1 and span = $2`,
      [ruleKey(rule), windowOf(rule.period, nowMs)],
    );
    for (const row of used) {
      const window = windowOf(rule.period, nowMs);
      const subject = textOf(row, 'subject');
      counters.set(counterKey(rule, window, subject), {
        rule: ruleKey(rule),
        window,
        subject,
        sumMinor: bigintOf(row, 'sum_minor'),
        count: bigintOf(row, 'count'),
      });
    }
  }
}
