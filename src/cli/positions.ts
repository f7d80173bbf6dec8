// What participants owe each other, and who has paid whom so far: read from the database, for the
// commands that show it.
import { currency as currencyOf, formatAmount } from '../money/index.ts';
import type { DatabaseConnection } from '../postgres/index.ts';
import { query } from './database.ts';
import { table } from './output.ts';

const POSITIONS = `select participant_id, currency, kind, coalesce(limit_minor, 0) as limit_minor,
    credits_posted_minor - debits_posted_minor as balance, debits_pending_minor
  from accounts where kind = any($1) order by currency, participant_id, kind desc`;

export interface Position {
  readonly participant: string;
  readonly currency: string;
  readonly balance: string;
  readonly pendingDebits: string;
  readonly headroom: string;
}

function money(minor: unknown, code: string): string {
  const known = currencyOf(code);
  const amount = typeof minor === 'bigint' ? minor : 0n;
  if (known === undefined) return amount.toString();
  return amount < 0n ? `-${formatAmount(-amount, known)}` : formatAmount(amount, known);
}

function positionOf(row: Record<string, unknown>): Position {
  const code = String(row['currency']);
  const big = (value: unknown) => (typeof value === 'bigint' ? value : 0n);
  const headroom = big(row['limit_minor']) + big(row['balance']) - big(row['debits_pending_minor']);
  return {
    participant: String(row['participant_id']),
    currency: code,
    balance: money(row['balance'], code),
    pendingDebits: money(row['debits_pending_minor'], code),
    headroom: money(headroom, code),
  };
}

export async function readPositions(connection: DatabaseConnection): Promise<Position[]> {
  return (await query(connection, POSITIONS, [['position']])).map(positionOf);
}

/** Fees earned beside the positions: all rows of a currency sum to what is in transit. */
export async function bookTable(connection: DatabaseConnection): Promise<string> {
  const rows = await query(connection, POSITIONS, [['position', 'fees']]);
  return table(
    ['participant', 'currency', 'account', 'is owed'],
    rows.map((row) => {
      const { participant, currency, balance } = positionOf(row);
      return [participant, currency, String(row['kind']), balance];
    }),
  );
}

export function positionTable(positions: readonly Position[]): string {
  return table(
    ['participant', 'currency', 'position', 'pending', 'headroom'],
    positions.map((p) => [p.participant, p.currency, p.balance, p.pendingDebits, p.headroom]),
  );
}

// reads every payment: for a demo's database, not for a scheme's
const FLOWS = `select payer_participant_id as payer, payee_participant_id as payee, kind, currency,
    count(*) as count, sum(credit_minor)::int8 as minor
  from payments where state = 'completed'
  group by 1, 2, 3, 4 order by currency, kind, payer, payee`;

/** Who paid whom: completed payments and refunds by pair of participants. */
export async function flowTable(connection: DatabaseConnection): Promise<string> {
  const rows = (await query(connection, FLOWS)).map((row) => [
    String(row['payer']),
    String(row['payee']),
    String(row['kind']),
    String(row['count']),
    `${money(row['minor'], String(row['currency']))} ${String(row['currency'])}`,
  ]);
  return table(['from', 'to', 'kind', 'completed', 'received'], rows);
}
