// Verification of a live system: reads one snapshot of PostgreSQL and says, invariant by invariant,
// whether it holds. It believes nothing that the engine says, so it can judge it.
import { integerOf } from '../journal/row.ts';
import type { Row } from '../journal/store.ts';
import { type DatabaseConnection, openClient } from '../postgres/pool.ts';
import { CHAIN_CHECKS } from './chain.checks.ts';
import { LEDGER_CHECKS } from './ledger.checks.ts';
import { LIMIT_CHECKS } from './limit.checks.ts';
import { PAYMENT_CHECKS } from './payment.checks.ts';
import { clearTextCheck, SEALING_CHECKS } from './sealing.checks.ts';
import type { Check, Snapshot } from './verify.check.ts';
import { type CheckReport, detailOf, type Report } from './verify.report.ts';

/** In the order in which they are reported. */
export const CHECKS: readonly Check[] = [
  ...LEDGER_CHECKS,
  ...PAYMENT_CHECKS,
  ...LIMIT_CHECKS,
  ...CHAIN_CHECKS,
  ...SEALING_CHECKS,
];

export interface VerifyOptions {
  readonly connection: DatabaseConnection;
  /** Personal data that the switch has seen: looked for in the clear in every table. */
  readonly personalData?: readonly string[];
  /** Told after each check; for progress. */
  readonly onCheck?: (report: CheckReport, took_ms: number) => void;
}

/** Rows fetched at once: memory stays bounded however long history is. */
const PAGE_ROWS = 5_000;

type Client = Awaited<ReturnType<typeof openClient>>;

function snapshotOf(client: Client): Snapshot {
  let cursors = 0;
  const rows = async (text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const result = await client.query<Row>(text, [...values]);
    return result.rows;
  };
  async function* stream(text: string): AsyncGenerator<Row> {
    cursors += 1;
    const cursor = `verify_${cursors}`;
    await client.query(`declare ${cursor} no scroll cursor for ${text}`);
    for (;;) {
      const page = await rows(`fetch ${PAGE_ROWS} from ${cursor}`);
      yield* page;
      if (page.length < PAGE_ROWS) break;
    }
    await client.query(`close ${cursor}`);
  }
  return { rows, stream };
}

/** A check that cannot even be made is broken: what it reads is not what was written there. */
async function runCheck(check: Check, client: Client, snapshot: Snapshot): Promise<CheckReport> {
  const { id, title } = check;
  await client.query('savepoint verify');
  try {
    const { checked, violations } = await check.run(snapshot);
    const detail = detailOf(violations);
    return { id, title, ok: detail === null, checked, detail };
  } catch (error) {
    await client.query('rollback to savepoint verify');
    const reason = error instanceof Error ? error.message : 'unknown';
    return { id, title, ok: false, checked: 0, detail: `could not be checked: ${reason}` };
  }
}

/**
 * Rejects where the database cannot be reached or is none of ours; a broken invariant is no error.
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const { connection, personalData = [], onCheck } = options;
  const client = await openClient({ connection, applicationName: 'hutong-verify' });
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query('set local jit = off');
    const snapshot = snapshotOf(client);
    const [head] = await snapshot.rows('select seq, term from batches order by seq desc limit 1');
    const checks: CheckReport[] = [];
    const extra = personalData.length === 0 ? [] : [clearTextCheck(personalData)];
    for (const check of [...CHECKS, ...extra]) {
      const startedMs = performance.now();
      const report = await runCheck(check, client, snapshot);
      onCheck?.(report, performance.now() - startedMs);
      checks.push(report);
    }
    await client.query('commit');
    return {
      ok: checks.every((check) => check.ok),
      checks,
      seq: head === undefined ? -1 : integerOf(head, 'seq'),
      term: head === undefined ? -1 : integerOf(head, 'term'),
    };
  } finally {
    await client.end();
  }
}
