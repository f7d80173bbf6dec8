// `hutong connections` and `hutong keys`: how participants are reached, and what they sign with.
import { readFileSync } from 'node:fs';
import type { ConnectionJson, KeyJson } from '@hutong/sdk/contract';
import type { Command } from 'commander';
import { z } from 'zod';
import { CommandError, EXIT } from './exit.ts';
import { findOperator } from './operator.ts';
import { printJson, table } from './output.ts';
import { asOperator } from './participants.command.ts';
import { asking } from './wallets.ts';

interface Flags {
  readonly data: string;
  readonly as: string;
  readonly json: boolean;
}

const objectSchema = z.record(z.string(), z.unknown());

/** A JSON object from a file. */
function objectOf(path: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return objectSchema.parse(json);
  } catch {
    throw new CommandError(EXIT.usage, `${path} holds no JSON object`);
  }
}

function showConnections(connections: readonly ConnectionJson[], json: boolean): void {
  if (json) return printJson({ connections });
  const rows = connections.map((c) => [
    c.connectionId,
    c.participantId,
    c.dialect,
    c.status,
    c.endpoint ?? '',
  ]);
  console.log(table(['connection', 'participant', 'dialect', 'status', 'endpoint'], rows));
}

function showKeys(keys: readonly KeyJson[], json: boolean): void {
  if (json) return printJson({ keys });
  const rows = keys.map((k) => [k.keyId, k.connectionId, k.status, k.validFrom, k.validTo ?? '']);
  console.log(table(['key', 'connection', 'status', 'from', 'to'], rows));
}

interface AddFlags extends Flags {
  readonly participant: string;
  readonly dialect: string;
  readonly endpoint?: string;
  readonly settings?: string;
  readonly secrets?: string;
}

async function add(connectionId: string, flags: AddFlags): Promise<void> {
  const { participant: participantId, dialect, endpoint, settings, secrets } = flags;
  const operator = await findOperator(flags.data, flags.as);
  const body = {
    connectionId,
    participantId,
    dialect,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(settings === undefined ? {} : { settings: objectOf(settings) }),
    ...(secrets === undefined ? {} : { secrets: objectOf(secrets) }),
  };
  const added = await asking(() => operator.call('addConnection', { body }));
  showConnections([added], flags.json);
}

async function change(
  id: string,
  flags: Flags & { readonly endpoint?: string; readonly status?: string },
): Promise<void> {
  const { endpoint, status } = flags;
  if (status !== undefined && status !== 'active' && status !== 'disabled') {
    throw new CommandError(EXIT.usage, `${status} is no status`, 'active or disabled');
  }
  const wanted: 'active' | 'disabled' | undefined = status;
  const operator = await findOperator(flags.data, flags.as);
  const changed = await asking(async () => {
    const { connections } = await operator.call('listConnections', {});
    const version = connections.find(({ connectionId }) => connectionId === id)?.version ?? 0;
    const body = {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(wanted === undefined ? {} : { status: wanted }),
    };
    return operator.call('changeConnection', { params: { id }, body, version });
  });
  showConnections([changed], flags.json);
}

export function registerConnections(program: Command): void {
  const group = program
    .command('connections')
    .description('how participants are reached, in the protocol each speaks');
  asOperator(group.command('list').description('all of them')).action(async (flags: Flags) => {
    const operator = await findOperator(flags.data, flags.as);
    const { connections } = await asking(() => operator.call('listConnections', {}));
    showConnections(connections, flags.json);
  });
  asOperator(group.command('add').description('connect a participant'))
    .argument('<connection>', 'its handle: lotus-main')
    .requiredOption('--participant <participant>', 'whose it is')
    .requiredOption('--dialect <dialect>', 'the protocol it speaks')
    .option('--endpoint <url>', 'where the switch calls it')
    .option('--settings <file>', 'a JSON object, as the dialect’s README says')
    .option('--secrets <file>', 'a JSON object; stored sealed, never given out')
    .action(add);
  asOperator(group.command('change').description('change its endpoint or status'))
    .argument('<connection>')
    .option('--endpoint <url>', 'where the switch calls it')
    .option('--status <status>', 'active, disabled')
    .action(change);
}

export function registerKeys(program: Command): void {
  const group = program
    .command('keys')
    .description('public keys that participants sign with; several are believed at once');
  asOperator(group.command('list').description('of a connection, also the retired'))
    .argument('<connection>')
    .action(async (id: string, flags: Flags) => {
      const operator = await findOperator(flags.data, flags.as);
      const { keys } = await asking(() => operator.call('listKeys', { params: { id } }));
      showKeys(keys, flags.json);
    });
  asOperator(group.command('add').description('register a public JWK'))
    .argument('<connection>')
    .argument('<file>', 'the public JWK')
    .action(async (id: string, file: string, flags: Flags) => {
      const operator = await findOperator(flags.data, flags.as);
      const body = { jwk: objectOf(file) };
      const key = await asking(() => operator.call('addKey', { params: { id }, body }));
      showKeys([key], flags.json);
    });
  asOperator(group.command('retire').description('give a key up, now or at an instant to come'))
    .argument('<key>', 'its id, as `keys list` shows it')
    .option('--at <instant>', 'until then it is still believed: 2026-12-01T00:00:00.000Z')
    .action(async (keyId: string, flags: Flags & { readonly at?: string }) => {
      const operator = await findOperator(flags.data, flags.as);
      const body = flags.at === undefined ? {} : { at: flags.at };
      const key = await asking(() => operator.call('retireKey', { params: { keyId }, body }));
      showKeys([key], flags.json);
    });
}
