// `hutong participants`: who takes part, and how far. Signs as the operator.
import type { ParticipantJson } from '@hutong/sdk/contract';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { findOperator } from './operator.ts';
import { printJson, table } from './output.ts';
import { withData } from './settings.ts';
import { asking } from './wallets.ts';

interface Flags {
  readonly data: string;
  readonly as: string;
  readonly json: boolean;
}

/** Options that every command of the operator has. */
export function asOperator(command: Command): Command {
  return withData(command)
    .option('--as <person>', 'whose key of the data folder signs', 'operator-first')
    .option('--json', 'one JSON document on stdout', false);
}

function show(participant: ParticipantJson, { json }: Flags): void {
  if (json) return printJson(participant);
  const { participantId, kind, name, status, positions, connections } = participant;
  console.log(`${participantId}  ${name}  ${kind}, ${status}`);
  console.log(`connections: ${connections.join(', ') || 'none'}`);
  const rows = positions.map((p) => [p.currency, p.balance, p.cover, p.cap, p.headroom]);
  if (rows.length > 0) {
    console.log(table(['currency', 'balance', 'cover', 'cap', 'headroom'], rows));
  }
}

/** `1000.00 CNY` or `1000.00CNY`. */
export function moneyOf(text: string): { amount: string; currency: string } {
  const match = /^([0-9.]+)\s*([A-Z][A-Z0-9]{2,11})$/.exec(text);
  if (match === null) {
    throw new CommandError(EXIT.usage, `${text} is no amount`, 'write it as 100.00CNY');
  }
  return { amount: match[1] ?? '', currency: match[2] ?? '' };
}

type Status = 'active' | 'suspended' | 'closed';
const STATUSES: readonly string[] = ['active', 'suspended', 'closed'];
const isStatus = (text: string): text is Status => STATUSES.includes(text);

type Kind = 'wallet' | 'bank' | 'acquirer' | 'fx' | 'gateway';
const KINDS: readonly string[] = ['wallet', 'bank', 'acquirer', 'fx', 'gateway'];
const isKind = (text: string): text is Kind => KINDS.includes(text);

async function list(flags: Flags): Promise<void> {
  const operator = await findOperator(flags.data, flags.as);
  const { participants } = await asking(() => operator.call('listParticipants', {}));
  if (flags.json) return printJson({ participants });
  const rows = participants.map((p) => [
    p.participantId,
    p.status,
    p.kind,
    p.positions.map(({ balance, currency }) => `${balance} ${currency}`).join('  '),
    p.name,
  ]);
  console.log(table(['participant', 'status', 'kind', 'balances', 'name'], rows));
}

async function setStatus(id: string, status: string, flags: Flags): Promise<void> {
  if (!isStatus(status)) {
    throw new CommandError(EXIT.usage, `${status} is no status`, `one of ${STATUSES.join(', ')}`);
  }
  const operator = await findOperator(flags.data, flags.as);
  const changed = await asking(async () => {
    const { version } = await operator.call('getParticipant', { params: { id } });
    return operator.call('changeParticipant', { params: { id }, body: { status }, version });
  });
  show(changed, flags);
}

async function certify(id: string, flags: Flags): Promise<void> {
  const operator = await findOperator(flags.data, flags.as);
  const found = await asking(() => operator.call('certifyParticipant', { params: { id } }));
  if (flags.json) printJson(found);
  else {
    const rows = found.checks.map((c) => [
      c.passed ? 'ok' : 'FAILED',
      c.connection || id,
      c.check,
      c.detail,
    ]);
    console.log(table(['', 'where', 'check', 'found'], rows));
  }
  if (!found.passed) throw new CommandError(EXIT.failed, `${id} is not certified`);
}

export function registerParticipants(program: Command): void {
  const group = program
    .command('participants')
    .description('invite, certify, activate and look after participants, as the operator');
  asOperator(group.command('list').description('all of them')).action(list);
  asOperator(group.command('show').description('one, with its positions'))
    .argument('<participant>')
    .action(async (id: string, flags: Flags) => {
      const operator = await findOperator(flags.data, flags.as);
      show(await asking(() => operator.call('getParticipant', { params: { id } })), flags);
    });
  asOperator(group.command('invite').description('it may hold connections and keys, and no more'))
    .argument('<participant>', 'its handle: lotus')
    .requiredOption('--name <name>', 'its name')
    .option('--kind <kind>', KINDS.join(', '), 'wallet')
    .action(async (participantId: string, flags: Flags & { name: string; kind: string }) => {
      const { name, kind } = flags;
      if (!isKind(kind)) throw new CommandError(EXIT.usage, `${kind} is no kind`);
      const operator = await findOperator(flags.data, flags.as);
      const body = { participantId, name, kind };
      show(await asking(() => operator.call('inviteParticipant', { body })), flags);
    });
  asOperator(group.command('certify').description('try its connections'))
    .argument('<participant>')
    .action(certify);
  asOperator(group.command('status').description('activate, suspend or close it'))
    .argument('<participant>')
    .argument('<status>', STATUSES.join(', '))
    .action(setStatus);
  asOperator(group.command('cap').description('open a currency, or change its net debit cap'))
    .argument('<participant>')
    .argument('<cap>', 'for example 100000.00CNY')
    .action(async (id: string, cap: string, flags: Flags) => {
      const operator = await findOperator(flags.data, flags.as);
      const body = { cap: moneyOf(cap) };
      show(await asking(() => operator.call('setCap', { params: { id }, body })), flags);
    });
  asOperator(group.command('cover').description('record a deposit or withdrawal of cover'))
    .argument('<participant>')
    .argument('<direction>', 'deposit, withdrawal')
    .argument('<amount>', 'for example 5000.00CNY')
    .requiredOption('--reference <text>', 'the bank’s reference of the money that moved')
    .action(
      async (
        id: string,
        direction: string,
        amount: string,
        flags: Flags & { readonly reference: string },
      ) => {
        if (direction !== 'deposit' && direction !== 'withdrawal') {
          throw new CommandError(EXIT.usage, `${direction} is no direction`);
        }
        const operator = await findOperator(flags.data, flags.as);
        const body = { direction, amount: moneyOf(amount), reference: flags.reference } as const;
        show(await asking(() => operator.call('moveCover', { params: { id }, body })), flags);
      },
    );
}
