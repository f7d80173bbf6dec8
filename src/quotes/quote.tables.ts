// How quotes and fee schedules lie in PostgreSQL, and how they come back.
import { z } from 'zod';
import type { Unseal } from '../journal/machine.ts';
import {
  bigintOf,
  bigintOrNull,
  bytesOf,
  integerOf,
  textOf,
  textOrNull,
  wordOf,
} from '../journal/row.ts';
import type { Row } from '../journal/store.ts';
import { defineTable, type Sealable } from '../journal/table.ts';
import { defect } from '../runtime/defect.ts';
import { exchangeSchema, exchangeText, type Rate } from './exchange.ts';
import { FEE_BEARERS, type FeeTier } from './price.ts';
import type { FeeSchedule, Quote, QuotedPayee } from './quote.ts';

const tiersText = (tiers: readonly FeeTier[]) =>
  JSON.stringify(tiers.map((t) => [String(t.upToMinor), String(t.fixedMinor), t.bps]));

const tiersSchema = z.array(
  z.tuple([z.string(), z.string(), z.number()]).transform(([upTo, fixed, bps]) => ({
    upToMinor: BigInt(upTo),
    fixedMinor: BigInt(fixed),
    bps,
  })),
);

export const FEE_SCHEDULES = defineTable<FeeSchedule>('fee_schedules', [
  { name: 'currency', type: 'text', value: (s) => s.currency, key: true },
  { name: 'version', type: 'int4', value: (s) => s.version, key: true },
  { name: 'fixed_minor', type: 'int8', value: (s) => s.fee.fixedMinor },
  { name: 'bps', type: 'int4', value: (s) => s.fee.bps },
  { name: 'min_minor', type: 'int8', value: (s) => s.fee.minMinor },
  { name: 'max_minor', type: 'int8', value: (s) => s.fee.maxMinor },
  { name: 'tiers', type: 'json', value: (s) => tiersText(s.fee.tiers) },
  { name: 'bearer', type: 'text', value: (s) => s.fee.bearer },
  { name: 'set_at_ms', type: 'int8', value: (s) => s.setAtMs },
  { name: 'set_by', type: 'text', value: (s) => s.by },
]);

export function feeScheduleOf(row: Row): FeeSchedule {
  return {
    currency: textOf(row, 'currency'),
    version: integerOf(row, 'version'),
    fee: {
      fixedMinor: bigintOf(row, 'fixed_minor'),
      bps: integerOf(row, 'bps'),
      minMinor: bigintOf(row, 'min_minor'),
      maxMinor: bigintOrNull(row, 'max_minor'),
      tiers: tiersSchema.parse(row['tiers']),
      bearer: wordOf(row, 'bearer', FEE_BEARERS),
    },
    setAtMs: integerOf(row, 'set_at_ms'),
    by: textOf(row, 'set_by'),
  };
}

export const FX_RATES = defineTable<Rate>('fx_rates', [
  { name: 'participant_id', type: 'text', value: (r) => r.participantId, key: true },
  { name: 'base', type: 'text', value: (r) => r.base, key: true },
  { name: 'target', type: 'text', value: (r) => r.target, key: true },
  { name: 'set_at_ms', type: 'int8', value: (r) => r.setAtMs, key: true },
  { name: 'rate', type: 'text', value: (r) => r.rate },
  { name: 'base_exponent', type: 'int4', value: (r) => r.baseExponent },
  { name: 'target_exponent', type: 'int4', value: (r) => r.targetExponent },
  { name: 'valid_to_ms', type: 'int8', value: (r) => r.validToMs },
]);

export function rateOf(row: Row): Rate {
  return {
    participantId: textOf(row, 'participant_id'),
    base: textOf(row, 'base'),
    target: textOf(row, 'target'),
    rate: textOf(row, 'rate'),
    baseExponent: integerOf(row, 'base_exponent'),
    targetExponent: integerOf(row, 'target_exponent'),
    setAtMs: integerOf(row, 'set_at_ms'),
    validToMs: integerOf(row, 'valid_to_ms'),
  };
}

function sealPayee(payee: QuotedPayee | null): Sealable {
  // a quote is written once, when it is made, and then its payee is known
  if (payee === null) return defect('a quote is written without its payee');
  const { account, name, subject } = payee;
  return { bytes: Buffer.from(JSON.stringify({ account, name, subject })), subjects: [subject] };
}

export const QUOTES = defineTable<Quote>('quotes', [
  { name: 'id', type: 'uuid', value: (q) => q.id, key: true },
  { name: 'payer_participant_id', type: 'text', value: (q) => q.payerParticipantId },
  { name: 'payer_connection_id', type: 'text', value: (q) => q.payerConnectionId },
  { name: 'payee_participant_id', type: 'text', value: (q) => q.payeeParticipantId },
  { name: 'payee_connection_id', type: 'text', value: (q) => q.payeeConnectionId },
  { name: 'currency', type: 'text', value: (q) => q.terms.currency },
  { name: 'amount_minor', type: 'int8', value: (q) => q.terms.amountMinor },
  { name: 'debit_minor', type: 'int8', value: (q) => q.terms.debitMinor },
  { name: 'credit_minor', type: 'int8', value: (q) => q.terms.creditMinor },
  { name: 'fee_minor', type: 'int8', value: (q) => q.terms.feeMinor },
  { name: 'fee_participant_id', type: 'text', value: (q) => q.terms.feeParticipantId },
  { name: 'exchange', type: 'text', value: (q) => exchangeText(q.exchange) },
  { name: 'rate', type: 'text', value: (q) => q.rate },
  { name: 'schedule_version', type: 'int4', value: (q) => q.scheduleVersion },
  { name: 'created_at_ms', type: 'int8', value: (q) => q.createdAtMs },
  { name: 'expires_at_ms', type: 'int8', value: (q) => q.expiresAtMs },
  { name: 'used_by', type: 'uuid', value: (q) => q.usedBy, mutable: true },
  { name: 'payee', type: 'sealed', value: (q) => sealPayee(q.payee) },
]);

const payeeSchema = z.object({
  account: z.string(),
  name: z.string().nullable(),
  subject: z.string(),
});

export async function quotesOf(rows: readonly Row[], unseal: Unseal): Promise<Quote[]> {
  const opened = await unseal(rows.map((row) => bytesOf(row, 'payee')));
  return rows.map((row, i) => quoteOf(row, opened[i] ?? null));
}

function quoteOf(row: Row, payeeBytes: Uint8Array | null): Quote {
  const participantId = textOf(row, 'payee_participant_id');
  const connectionId = textOf(row, 'payee_connection_id');
  const json: unknown =
    payeeBytes === null ? null : JSON.parse(Buffer.from(payeeBytes).toString('utf8'));
  return {
    id: textOf(row, 'id'),
    payerParticipantId: textOf(row, 'payer_participant_id'),
    payerConnectionId: textOf(row, 'payer_connection_id'),
    payee: json === null ? null : { participantId, connectionId, ...payeeSchema.parse(json) },
    payeeParticipantId: participantId,
    payeeConnectionId: connectionId,
    terms: {
      currency: textOf(row, 'currency'),
      amountMinor: bigintOf(row, 'amount_minor'),
      debitMinor: bigintOf(row, 'debit_minor'),
      creditMinor: bigintOf(row, 'credit_minor'),
      feeMinor: bigintOf(row, 'fee_minor'),
      feeParticipantId: textOrNull(row, 'fee_participant_id'),
    },
    exchange: exchangeSchema.nullable().parse(row['exchange']),
    rate: textOrNull(row, 'rate'),
    scheduleVersion: integerOf(row, 'schedule_version'),
    createdAtMs: integerOf(row, 'created_at_ms'),
    expiresAtMs: integerOf(row, 'expires_at_ms'),
    usedBy: textOrNull(row, 'used_by'),
  };
}
