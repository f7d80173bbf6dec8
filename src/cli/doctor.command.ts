// `hutong doctor`: can Hutong run here, and is what it stands on fit for money? Looks, changes
// nothing.
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { checkDurability, DatabaseFault } from '../postgres/index.ts';
import { readSecretFile } from '../runtime/secret-file.ts';
import { withDatabase } from './database.ts';
import { CommandError, EXIT } from './exit.ts';
import { paint, printJson, table } from './output.ts';
import { withData } from './settings.ts';

interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly detail: string;
}

const NODE_MAJOR_MIN = 26;
const FREE_BYTES_MIN = 1024 ** 3;

function node(): Finding {
  const major = Number.parseInt(process.versions.node, 10);
  const verdict = major >= NODE_MAJOR_MIN ? 'ok' : 'fail';
  return { check: 'node', verdict, detail: `${process.version}, needs ${NODE_MAJOR_MIN}` };
}

function folder(path: string): Finding[] {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  const findings: Finding[] = [];
  try {
    accessSync(at, constants.W_OK);
    findings.push({ check: 'data folder', verdict: 'ok', detail: `${at} can be written` });
  } catch {
    findings.push({ check: 'data folder', verdict: 'fail', detail: `${at} cannot be written` });
  }
  const { bavail, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const gigabytes = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  findings.push({
    check: 'disk',
    verdict: free > FREE_BYTES_MIN ? 'ok' : 'warn',
    detail: gigabytes,
  });
  return findings;
}

function secrets(data: string): Finding[] {
  return ['kek', 'signing-key.json'].map((name) => {
    const path = resolve(data, name);
    if (!existsSync(path)) return { check: name, verdict: 'ok', detail: 'made at the first start' };
    const read = readSecretFile(path);
    if (!read.ok) return { check: name, verdict: 'fail', detail: read.message };
    const mode = (statSync(path).mode & 0o777).toString(8);
    return { check: name, verdict: 'ok', detail: `there, mode ${mode}` };
  });
}

async function database(data: string): Promise<Finding[]> {
  try {
    const findings = await withDatabase(data, checkDurability);
    const told = findings.map<Finding>(({ verdict, setting, value, reason }) => ({
      check: `postgres ${setting}`,
      verdict: verdict === 'refuse' ? 'fail' : 'warn',
      detail: `${value}: ${reason}`,
    }));
    if (told.length > 0) return told;
    return [{ check: 'postgres', verdict: 'ok', detail: 'runs, and keeps what it answers' }];
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof DatabaseFault)) throw error;
    const detail = `${error.message}; ${error.suggestion}`;
    return [{ check: 'postgres', verdict: 'fail', detail }];
  }
}

const MARKS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

async function doctor(flags: { readonly data: string; readonly json: boolean }): Promise<void> {
  const findings = [
    node(),
    ...folder(flags.data),
    ...secrets(flags.data),
    ...(await database(flags.data)),
  ];
  const ok = findings.every(({ verdict }) => verdict !== 'fail');
  if (!ok) process.exitCode = EXIT.environment;
  if (flags.json) return printJson({ ok, findings });
  console.log(
    table(
      ['check', 'verdict', 'detail'],
      findings.map(({ check, verdict, detail }) => [check, paint(MARKS[verdict], verdict), detail]),
    ),
  );
}

export function registerDoctor(program: Command): void {
  withData(program.command('doctor'))
    .description('check that Hutong can run here, and that its database keeps what it answers')
    .option('--json', 'one JSON document on stdout', false)
    .action(doctor);
}
