// `hutong status`: is a switch running, who leads, what is open, and every participant's position.
import type { Command } from 'commander';
import { query, withDatabase } from './database.ts';
import { EXIT } from './exit.ts';
import { paint, printJson, table } from './output.ts';
import { positionTable, readPositions } from './positions.ts';
import { findSwitch, withData } from './settings.ts';

const HEAD = `select b.seq, b.term, b.at_ms, l.holder from batches b
  left join leaders l on l.term = b.term order by b.seq desc limit 1`;

// the floor keeps this from reading history
const OPEN = `select state, count(*) as count,
    count(*) filter (where legs::text like '%"inDoubt":true%') as in_doubt
  from payments
  where id >= coalesce(
      (select open_floor from batches order by seq desc limit 1),
      'ffffffff-ffff-ffff-ffff-ffffffffffff')
    and state not in ('completed', 'rejected', 'expired', 'returned')
  group by state order by state`;

async function isReady(address: string): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function status(flags: { readonly data: string; readonly json: boolean }): Promise<void> {
  const run = findSwitch(flags.data);
  const ready = await isReady(run.address);
  const { head, open, positions } = await withDatabase(flags.data, async (connection) => ({
    head: (await query(connection, HEAD))[0] ?? {},
    open: await query(connection, OPEN),
    positions: await readPositions(connection),
  }));
  if (!ready) process.exitCode = EXIT.tryAgain;
  const facts = {
    address: run.address,
    ready,
    pid: run.pid,
    seq: String(head['seq']),
    term: String(head['term']),
    leader: typeof head['holder'] === 'string' ? head['holder'] : '',
    openPayments: open.map((row) => ({
      state: String(row['state']),
      count: Number(row['count']),
      inDoubt: Number(row['in_doubt']),
    })),
    positions,
  };
  if (flags.json) return printJson(facts);
  const shown = ready ? paint('green', 'ready') : paint('red', 'not ready');
  console.log(
    `${run.address}  ${shown}  process ${run.pid}  batch ${facts.seq}  term ${facts.term}`,
  );
  const rows = facts.openPayments.map(({ state, count, inDoubt }) => [
    state,
    String(count),
    String(inDoubt),
  ]);
  console.log(rows.length === 0 ? 'no open payments' : table(['open', 'count', 'in doubt'], rows));
  console.log(positionTable(positions));
}

export function registerStatus(program: Command): void {
  withData(program.command('status'))
    .description('show the running switch, what is open, and every position')
    .option('--json', 'one JSON document on stdout', false)
    .action(status);
}
