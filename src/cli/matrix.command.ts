// `hutong matrix`: every dialect's payer pays every dialect's payee, on a switch and a sandbox of
// its own: a payment, a refund, a duplicate, a time-out and a rejection, each looked for in the
// ledger, in the payer's own wallet and at the shop.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startSandbox } from '../sandbox/sandbox.ts';
import { readSandboxFile, type SandboxFile } from '../sandbox/sandbox-file.ts';
import { type ShopProgram, shopProgramOf, startShopProgram } from '../sandbox/shop-program.ts';
import { verify } from '../transparency/index.ts';
import { withDatabase } from './database.ts';
import { CommandError, EXIT } from './exit.ts';
import { CASES, type Cell, playCell } from './matrix/cells.ts';
import { nativePayee, type Payee, shopPayee } from './matrix/payees.ts';
import { nativePayer, type Payer, platformPayer } from './matrix/payers.ts';
import { paint, printJson, table } from './output.ts';
import { bootSwitch } from './start.command.ts';
import { findPerson, findWallets } from './wallets.ts';

async function startShops(file: SandboxFile): Promise<Map<string, ShopProgram>> {
  const programs = new Map<string, ShopProgram>();
  for (const shop of file.shops) {
    const program = shopProgramOf(shop.dialect);
    if (program === null) {
      throw new CommandError(
        EXIT.environment,
        `the client library of ${shop.dialect} is not here`,
        'in a checkout of Hutong, run: npm ci --prefix test/clients',
      );
    }
    programs.set(shop.dialect, await startShopProgram(program, shop));
  }
  return programs;
}

async function cast(data: string, file: SandboxFile, programs: ReadonlyMap<string, ShopProgram>) {
  const wallets = await findWallets(data);
  const wangwei = findPerson(wallets, 'wangwei@alpha');
  const teahouse = findPerson(wallets, 'teahouse@bravo');
  const payers: Payer[] = [
    nativePayer(wangwei.wallet, wangwei.account),
    ...file.platforms.map(platformPayer),
  ];
  const payees: Payee[] = [nativePayee(teahouse.wallet, teahouse.account)];
  for (const shop of file.shops) {
    const program = programs.get(shop.dialect);
    if (program !== undefined) payees.push(shopPayee(shop, program));
  }
  return { payers, payees };
}

async function playAll(data: string, say: (cell: Cell) => void): Promise<Cell[]> {
  const file = readSandboxFile(data);
  if (file === null) throw new CommandError(EXIT.failed, 'the sandbox did not start');
  const programs = await startShops(file);
  try {
    const { payers, payees } = await cast(data, file, programs);
    const cells: Cell[] = [];
    await withDatabase(data, async (connection) => {
      for (const payer of payers) {
        for (const payee of payees) {
          for (const which of CASES) {
            const no = `matrix${String(cells.length + 1).padStart(4, '0')}`;
            const cell = await playCell(which, { connection, payer, payee, no });
            cells.push(cell);
            say(cell);
          }
        }
      }
    });
    return cells;
  } finally {
    await Promise.all([...programs.values()].map((program) => program.stop()));
  }
}

const MARKS = { passed: 'green', failed: 'red', unsupported: 'dim' } as const;

function grid(cells: readonly Cell[]): string {
  const payees = [...new Set(cells.map(({ payee }) => payee))];
  const payers = [...new Set(cells.map(({ payer }) => payer))];
  const rows = payers.map((payer) => [
    payer,
    ...payees.map((payee) => {
      const own = cells.filter((cell) => cell.payer === payer && cell.payee === payee);
      const passed = own.filter(({ outcome }) => outcome === 'passed').length;
      return `${passed} of ${own.length}`;
    }),
  ]);
  return table(['payer ↓  payee →', ...payees], rows);
}

async function matrix(flags: { readonly json: boolean }): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'hutong-matrix-'));
  const hutong = await bootSwitch({ data, port: '0', sandbox: true, logLevel: 'error' });
  try {
    await hutong.leading();
    const sandbox = await startSandbox({ hutong, dataFolder: data });
    try {
      const cells = await playAll(data, (cell) => {
        const { payer, payee, case: which, outcome, paymentId, wrong } = cell;
        const shown = paint(MARKS[outcome], outcome.padEnd(11));
        const why = wrong.length === 0 ? (paymentId ?? '') : wrong.join('; ');
        console.error(`${shown} ${payer} pays ${payee}: ${which.padEnd(9)} ${why}`);
      });
      const report = await withDatabase(data, (connection) =>
        verify({ connection, personalData: [], onCheck: () => undefined }),
      );
      const ok = report.ok && cells.every(({ outcome }) => outcome === 'passed');
      if (!ok) process.exitCode = EXIT.failed;
      if (flags.json) return printJson({ ok, verified: report.ok, cells });
      console.log(`\n${grid(cells)}\n${report.ok ? 'all invariants hold' : 'BROKEN: verify'}`);
    } finally {
      await sandbox.stop();
    }
  } finally {
    await hutong.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

export function registerMatrix(program: Command): void {
  program
    .command('matrix')
    .description('every dialect pays every other, on a switch and a sandbox of its own')
    .option('--json', 'one JSON document on stdout', false)
    .action(matrix);
}
