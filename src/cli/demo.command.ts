// `hutong demo`: the main job, start to finish. A company pays wages to 1,000 people in four
// wallets from a file with mistakes in it, while one wallet is killed; then the same file once
// more; then all is counted and every invariant recomputed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { readSandboxFile } from '../sandbox/sandbox-file.ts';
import type { WalletState } from '../sandbox/wallet-control.ts';
import type { Switch } from '../switch/switch.ts';
import { type Report, verify } from '../transparency/index.ts';
import { withDatabase } from './database.ts';
import { addDecimals } from './decimals.ts';
import { playPlatforms } from './demo.platforms.ts';
import { type Check, playScenes, type Say } from './demo.scenes.ts';
import { EXIT } from './exit.ts';
import { paint, printJson, table } from './output.ts';
import { planTable, readPayoutFile, summaryOf } from './pay.command.ts';
import { type PayoutResult, writeResults } from './payouts.csv.ts';
import { planPayouts, sendPayouts } from './payouts.ts';
import { bookTable, flowTable } from './positions.ts';
import { bootSwitch } from './start.command.ts';
import { findPerson, findWallets, type Person, type Wallet } from './wallets.ts';

const FILE = fileURLToPath(new URL('../../examples/payouts.csv', import.meta.url));
const PAYER = 'hongqiao@alpha';
/** Whose wallet is killed when it has booked a wage, and refuses another. */
const TROUBLED = 'bravo';
const SETTLES_WITHIN_MS = 15_000;

interface DemoFlags {
  readonly data?: string;
  readonly exit: boolean;
  readonly json: boolean;
}

interface Facts {
  readonly first: ReturnType<typeof summaryOf>;
  readonly second: ReturnType<typeof summaryOf>;
  readonly seconds: number;
  readonly scenes: readonly Check[];
  /** Before and after the payouts. */
  readonly before: readonly WalletState[];
  readonly states: readonly WalletState[];
  readonly report: Report;
  readonly wasKilled: boolean;
}

/** Nothing in flight any more: what died has come back and asked. */
async function settled(wallets: readonly Wallet[]): Promise<WalletState[]> {
  for (const until = Date.now() + SETTLES_WITHIN_MS; ; ) {
    const states = await Promise.all(wallets.map(({ control }) => control.state()));
    const isQuiet = states.every(({ totals }) =>
      totals.every((each) => Number(each.inFlight) === 0),
    );
    if (isQuiet || Date.now() > until) return states;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function runFile(payer: Person, say: Say): Promise<PayoutResult[]> {
  const plan = await planPayouts(payer, readPayoutFile(FILE));
  say(planTable(plan));
  return sendPayouts(payer, plan, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${plan.payable.length} answered`);
  });
}

/**
 * The scheme's books and the wallets' own, currency by currency: what one owes the other is owed.
 */
function addsUp(
  before: readonly WalletState[],
  after: readonly WalletState[],
  fees: ReadonlyMap<string, string>,
): boolean {
  const currencies = new Set(after.flatMap(({ totals }) => totals.map((each) => each.currency)));
  return [...currencies].every((currency) => {
    const owed = (states: readonly WalletState[]) =>
      states
        .flatMap(({ totals }) => totals.filter((each) => each.currency === currency))
        .map(({ settlement }) => settlement);
    const earned = addDecimals([...owed(before), fees.get(currency) ?? '0'], currency);
    return addDecimals(owed(after), currency) === earned;
  });
}

function checksOf(facts: Facts, results: readonly PayoutResult[]): Check[] {
  const { first, second, scenes, before, states, report, wasKilled } = facts;
  const paid = results.filter(({ status }) => status === 'completed');
  const fees = new Map(
    [...new Set(paid.map(({ currency }) => currency))].map((code) => {
      return [
        code,
        addDecimals(
          paid.filter(({ currency }) => currency === code).map(({ fee }) => fee),
          code,
        ),
      ];
    }),
  );
  const ids = new Set(paid.map(({ paymentId }) => paymentId));
  return [
    ...scenes,
    { what: 'every row of the file has a result', ok: first.rows === 1_000 },
    { what: 'every wage was paid, or a row says why not', ok: first.unknown === 0 },
    { what: 'no two rows share a payment', ok: ids.size === paid.length },
    {
      what: 'the mistakes in the file, and one refusal, cost nobody money',
      ok: first.notPaid === 13,
    },
    { what: 'the wallet that was killed came back', ok: wasKilled },
    {
      what: 'the second run of the file paid nobody twice',
      ok: second.completed === first.completed && second.paidBefore === first.completed,
    },
    {
      what: "every wallet's book balances, with nothing in flight",
      ok: states.every(({ totals }) =>
        totals.every((t) => t.isBalanced && Number(t.inFlight) === 0),
      ),
    },
    {
      what: 'what the wallets owe more than before is what the wages earned in fees',
      ok: addsUp(before, states, fees),
    },
    {
      what: `all ${report.checks.length} invariants hold, recomputed from the database`,
      ok: report.ok,
    },
  ];
}

function stateTable(states: readonly WalletState[]): string {
  const rows = states.flatMap(({ participant, totals }) =>
    totals.map((t) => [participant, t.currency, t.deposits, t.users, t.settlement]),
  );
  return table(['wallet', 'currency', 'brought in', 'users hold', 'owes the scheme'], rows);
}

async function perform(data: string, say: Say): Promise<{ facts: Facts; results: PayoutResult[] }> {
  const wallets = await findWallets(data);
  const payer = findPerson(wallets, PAYER);
  const file = readSandboxFile(data);
  const scenes = await playScenes(wallets, say);
  if (file !== null) {
    scenes.push(await playPlatforms(file, findPerson(wallets, 'teahouse@bravo'), say));
  }
  const before = await settled(wallets);
  const troubled = wallets.find(({ participant }) => participant === TROUBLED);
  await troubled?.control.addFault({ kind: 'refuse' });
  await troubled?.control.addFault({ kind: 'die_after' });
  say(`\nHongqiao Foods pays wages from ${FILE}; one wallet will be killed meanwhile`);
  const startedMs = performance.now();
  const results = await runFile(payer, say);
  const seconds = (performance.now() - startedMs) / 1_000;
  const first = summaryOf(results);
  const path = join(data, 'payouts.result.csv');
  writeFileSync(path, writeResults(results));
  say(`\n${first.completed} of ${first.rows} completed in ${seconds.toFixed(1)} s; not paid:`);
  const unpaid = results.filter(({ status }) => status !== 'completed');
  say(
    table(
      ['line', 'reason'],
      unpaid.map(({ line, reason }) => [String(line), reason]),
    ),
  );
  say(`every row is in ${path}\n\nthe same file once more`);
  const second = summaryOf(await runFile(payer, say));
  say(`${second.paidBefore} were paid before, ${second.completed - second.paidBefore} are new`);
  const states = await settled(wallets);
  const after = await findWallets(data);
  const wasKilled = after.some(({ pid, participant }) => {
    return participant === TROUBLED && pid !== troubled?.pid;
  });
  const report = await withDatabase(data, async (connection) => {
    say(`\nwho paid whom\n${await flowTable(connection)}`);
    say(`\nwho is owed what, in the switch's books\n${await bookTable(connection)}`);
    return verify({ connection, personalData: [], onCheck: () => undefined });
  });
  say(`\nand the wallets' own books\n${stateTable(states)}\n`);
  return { facts: { first, second, seconds, scenes, before, states, report, wasKilled }, results };
}

const NEXT = (data: string, address: string) => `
The switch serves ${address} until you press Ctrl-C. In another terminal, try

  npx hutong pay phone:+8613900000002 12.50 CNY --data ${data}
  npx hutong status --data ${data}
  npx hutong verify --data ${data}
  npx hutong credentials alpha-native --data ${data}
`;

async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

async function demo(flags: DemoFlags): Promise<void> {
  const isTemporary = flags.data === undefined && flags.exit;
  const data = isTemporary
    ? mkdtempSync(join(tmpdir(), 'hutong-demo-'))
    : (flags.data ?? '.hutong');
  const say: Say = (text = '') => (flags.json ? console.error(text) : console.log(text));
  let hutong: Switch | null = null;
  let sandbox: Sandbox | null = null;
  try {
    say(`starting a switch, its PostgreSQL and four wallets in ${data}`);
    hutong = await bootSwitch({ data, port: '0', sandbox: true, logLevel: 'error' });
    await hutong.leading();
    sandbox = await startSandbox({ hutong, dataFolder: data });
    const { facts, results } = await perform(data, say);
    const checks = checksOf(facts, results);
    const ok = checks.every((check) => check.ok);
    for (const check of checks) {
      say(`${check.ok ? paint('green', 'ok    ') : paint('red', 'FAILED')} ${check.what}`);
    }
    if (!ok) process.exitCode = EXIT.failed;
    const { first, second, seconds } = facts;
    if (flags.json) printJson({ ok, payments: first, secondRun: second, seconds, checks });
    if (flags.exit) return;
    say(NEXT(data, hutong.address));
    await untilStopped();
  } finally {
    await sandbox?.stop();
    await hutong?.stop();
    if (isTemporary) rmSync(data, { recursive: true, force: true });
  }
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('pay 1,000 wages through four wallets, then count everything')
    .option(
      '--data <folder>',
      'the folder that holds everything (.hutong; with --exit a temporary one)',
    )
    .option('--exit', 'end when it is done; status 0 only if every check held', false)
    .option('--json', 'one JSON document on stdout', false)
    .action(demo);
}
