// Reading quotes and fee schedules back: what may be live after a (re)start, single quotes by id.
import type { Unseal } from '../journal/machine.ts';
import { integerOf } from '../journal/row.ts';
import type { Reader } from '../journal/store.ts';
import type { QuoteBook } from './quote.book.ts';
import { feeScheduleOf, quotesOf, rateOf } from './quote.tables.ts';
import { type FeeSchedule, QUOTE_LIFETIME_MS_MAX, type Quote } from './quote.ts';
import type { RateBook } from './rate.book.ts';

/** An id is made shortly before its quote is decided: this much is allowed between the two. */
const ID_AGE_MS_MAX = 300_000;

const COLUMNS = `id, payer_participant_id, payer_connection_id, payee_participant_id,
  payee_connection_id, currency, amount_minor, debit_minor, credit_minor, fee_minor,
  fee_participant_id, exchange, rate,
  schedule_version, created_at_ms, expires_at_ms, used_by, payee`;

/** The smallest UUIDv7 of a millisecond. */
function floorId(atMs: number): string {
  const hex = Math.max(0, atMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export async function loadQuotes(
  book: QuoteBook,
  schedules: Map<string, FeeSchedule>,
  rates: RateBook,
  reader: Reader,
  unseal: Unseal,
): Promise<void> {
  const versions = await reader.rows(
    // rides fee_schedules_pkey
    `select distinct on (currency) currency, version, fixed_minor, bps, min_minor, max_minor,
       tiers, bearer, set_at_ms, set_by
     from fee_schedules order by currency, version desc`,
  );
  for (const row of versions) {
    const schedule = feeScheduleOf(row);
    schedules.set(schedule.currency, schedule);
  }
  const rateRows = await reader.rows(
    // rides fx_rates_pkey
    `select distinct on (participant_id, base, target) participant_id, base, target, rate,
       base_exponent, target_exponent, set_at_ms, valid_to_ms
     from fx_rates order by participant_id, base, target, set_at_ms desc`,
  );
  for (const row of rateRows) rates.set(rateOf(row));
  const [head] = await reader.rows('select at_ms from batches order by seq desc limit 1');
  const nowMs = head === undefined ? 0 : integerOf(head, 'at_ms');
  const rows = await reader.rows(
    // rides quotes_pkey: its last minutes
    `select ${COLUMNS} from quotes where id >= $1 and expires_at_ms > $2 order by id`,
    [floorId(nowMs - QUOTE_LIFETIME_MS_MAX - ID_AGE_MS_MAX), String(nowMs)],
  );
  for (const quote of await quotesOf(rows, unseal)) book.add(quote);
}

/** Rides quotes_pkey. */
export async function readQuotes(
  ids: readonly string[],
  reader: Reader,
  unseal: Unseal,
): Promise<Quote[]> {
  if (ids.length === 0) return [];
  const rows = await reader.rows(`select ${COLUMNS} from quotes where id = any($1::uuid[])`, [ids]);
  return quotesOf(rows, unseal);
}
