// What PostgreSQL holds, read by SQL of the harness's own: nothing of the switch is asked, so that
// a mistake in its reading cannot hide one in its writing.
import type pg from 'pg';
import { openClient } from '../../src/postgres/index.ts';

export interface StoredPayment {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly currency: string;
  readonly debitMinor: bigint;
  readonly payer: string;
  readonly transfers: number;
}

export interface Stored {
  readonly payments: readonly StoredPayment[];
  /** What must not be, found by SQL alone. */
  readonly wrong: readonly string[];
  /** Minor units the participant owes (negative) or is owed, by `participant currency`. */
  readonly positions: ReadonlyMap<string, bigint>;
}

/** Each answers rows that must not exist. */
const MUST_BE_EMPTY: Readonly<Record<string, string>> = {
  'a currency does not sum to zero': `
    select currency from accounts group by currency
    having sum(credits_posted_minor) <> sum(debits_posted_minor)
        or sum(credits_pending_minor) <> sum(debits_pending_minor)`,
  'an account is not what its transfers say': `
    select a.number from accounts a
    left join (select debit_account n, sum(amount_minor) m from transfers group by 1) d
      on d.n = a.number
    left join (select credit_account n, sum(amount_minor) m from transfers group by 1) c
      on c.n = a.number
    where a.debits_posted_minor <> coalesce(d.m, 0) or a.credits_posted_minor <> coalesce(c.m, 0)`,
  'money is reserved though nothing is open': `
    select number from accounts
    where (debits_pending_minor > 0 or credits_pending_minor > 0)
      and not exists (select from payments where ended_at_ms is null)`,
  'a payment has not ended': 'select id, state from payments where ended_at_ms is null',
  'transit is not empty though nothing is under way': `
    select number from accounts
    where kind = 'transit' and credits_posted_minor <> debits_posted_minor`,
  'a payment that came to nothing moved money': `
    select p.id from payments p join transfers t on t.payment_id = p.id
    where p.state in ('rejected', 'expired') and p.flow = 'push'`,
  'a completed payment moved another amount than it says': `
    select p.id from payments p
    join accounts payer on payer.participant_id = p.payer_participant_id
      and payer.kind = 'position' and payer.currency = p.currency
    left join (select payment_id, debit_account, sum(amount_minor) m from transfers group by 1, 2) t
      on t.payment_id = p.id and t.debit_account = payer.number
    where p.state = 'completed' and p.kind = 'payment' and coalesce(t.m, 0) <> p.debit_minor`,
  'the chain of batches has a gap or a break': `
    select b.seq from batches b
    left join batches before on before.seq = b.seq - 1 and before.hash = b.prev_hash
    where b.seq > 0 and (before.seq is null or b.prev_seq <> b.seq - 1 or before.term > b.term)`,
  'a term has two leaders': 'select term from leaders group by term having count(*) > 1',
};

export async function readStored(url: string): Promise<Stored> {
  const client: pg.Client = await openClient({
    connection: { connectionString: url },
    applicationName: 'hutong-faults',
  });
  try {
    await client.query('begin isolation level repeatable read read only');
    const wrong: string[] = [];
    for (const [what, sql] of Object.entries(MUST_BE_EMPTY)) {
      const { rows } = await client.query(sql);
      if (rows.length > 0) wrong.push(`${what}: ${JSON.stringify(rows.slice(0, 3), asText)}`);
    }
    const payments = await client.query<Record<string, string>>(`
      select p.id, p.kind, p.state, p.currency, p.debit_minor::text as debit,
        p.payer_participant_id as payer,
        (select count(*) from transfers t where t.payment_id = p.id)::text as transfers
      from payments p`);
    const positions = await client.query<Record<string, string>>(`
      select participant_id || ' ' || currency as name,
        (credits_posted_minor - debits_posted_minor)::text as minor
      from accounts where kind = 'position'`);
    await client.query('commit');
    return {
      wrong,
      payments: payments.rows.map((row) => ({
        id: row['id'] ?? '',
        kind: row['kind'] ?? '',
        state: row['state'] ?? '',
        currency: row['currency'] ?? '',
        debitMinor: BigInt(row['debit'] ?? 0),
        payer: row['payer'] ?? '',
        transfers: Number(row['transfers']),
      })),
      positions: new Map(
        positions.rows.map((row) => [row['name'] ?? '', BigInt(row['minor'] ?? 0)]),
      ),
    };
  } finally {
    await client.end();
  }
}

const asText = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value;
