// `hutong verify`: every invariant, recomputed from one snapshot of PostgreSQL, on a live system or
// on one at rest. Exit code 8 where one is broken.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DatabaseFault } from '../postgres/index.ts';
import { type CheckReport, type Report, verify } from '../transparency/index.ts';
import { withDatabase } from './database.ts';
import { CommandError, EXIT } from './exit.ts';
import { paint, printJson, table } from './output.ts';
import { withData } from './settings.ts';

interface VerifyFlags {
  readonly data: string;
  readonly json: boolean;
  readonly personalData?: string;
}

/** One text per line: names, accounts, addresses that must lie nowhere in the clear. */
function readTexts(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.usage, `${path} cannot be read: ${reason}`);
  }
}

/** A switch makes its database where there is none; whoever only verifies must not. */
function assertDatabase(dataFolder: string): void {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined && url !== '') return;
  if (existsSync(join(dataFolder, 'postgres'))) return;
  throw new CommandError(
    EXIT.environment,
    `there is no database in the data folder ${dataFolder}`,
    `start a switch with: npx hutong start --data ${dataFolder} --sandbox`,
  );
}

function progress({ title }: CheckReport): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${title.slice(0, 79)}`);
}

async function runVerify(flags: VerifyFlags): Promise<Report> {
  const personalData = readTexts(flags.personalData);
  assertDatabase(flags.data);
  try {
    return await withDatabase(flags.data, (connection) =>
      verify({ connection, personalData, onCheck: progress }),
    );
  } catch (error) {
    if (error instanceof CommandError || error instanceof DatabaseFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const suggestion = 'is it the database of a switch, and has that switch been started once?';
    throw new CommandError(
      EXIT.environment,
      `the database cannot be verified: ${reason}`,
      suggestion,
    );
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}

async function run(flags: VerifyFlags): Promise<void> {
  const report = await runVerify(flags);
  if (!report.ok) process.exitCode = EXIT.broken;
  if (flags.json) return printJson(report);
  const rows = report.checks.map((check) => [
    check.ok ? paint('green', 'ok') : paint('red', 'BROKEN'),
    String(check.checked),
    check.title,
  ]);
  console.log(table(['', 'checked', 'invariant'], rows));
  for (const { id, detail } of report.checks) {
    if (detail !== null) console.log(`${paint('red', id)}: ${detail}`);
  }
  const verdict = report.ok ? paint('green', 'all invariants hold') : paint('red', 'broken');
  console.log(`${verdict} at batch ${report.seq}, term ${report.term}`);
}

export function registerVerify(program: Command): void {
  withData(program.command('verify'))
    .description('recompute every invariant from the database; exit code 8 where one is broken')
    .option('--json', 'one JSON document on stdout', false)
    .option('--personal-data <file>', 'texts, one per line, that must lie nowhere in the clear')
    .action(run);
}
