// What the participants' machine decides, without a database.
import { beforeEach, expect, test } from 'vitest';
import { createDecider, type Decider } from '../../test/setup/decider.ts';
import { balanceMinor, headroomMinor } from '../ledger/ledger.ts';
import { required } from '../runtime/defect.ts';
import type { ParticipantCommand, ParticipantResult } from './participant.commands.ts';
import { createParticipants, type Participants } from './participant.machine.ts';
import type { Command } from './participant.submitter.ts';
import { isLiveKey, type ParticipantStatus } from './participant.ts';

let world: Decider;
let participants: Participants;
let count = 0;

function told(command: Command): ParticipantCommand {
  count += 1;
  const id = `01980000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  return { ...command, id, by: 'operator' };
}
const decide = (command: Command): ParticipantResult =>
  world.decide(participants.machine, told(command));
const codeOf = (result: ParticipantResult) => (result.ok ? 'ok' : result.code);
const account = (id: string | null, kind: 'position' | 'cover' | 'fees' | 'transit' | 'bank') =>
  required(participants.view.account(id, 'CNY', kind), `the ${kind} account`);
const headroom = (id: string) => headroomMinor(account(id, 'position'));

function register(participantId: string, status: 'invited' | 'active' = 'active'): void {
  const result = decide({
    type: 'register',
    participantId,
    name: participantId,
    kind: 'wallet',
    status,
  });
  expect(codeOf(result)).toBe('ok');
}
const open = (participantId: string, capMinor: bigint, currency = 'CNY') =>
  decide({ type: 'open_currency', participantId, currency, capMinor });
const cover = (type: 'deposit_cover' | 'withdraw_cover', amountMinor: bigint) =>
  decide({ type, participantId: 'lotus', currency: 'CNY', amountMinor, reference: 'BANK-1' });

beforeEach(() => {
  world = createDecider();
  participants = createParticipants({ ledger: world.ledger, indexKey: Buffer.alloc(32, 1) });
});

test('a position may owe as much as cover and cap together, and not a cent more', () => {
  register('lotus');
  register('maple');
  open('lotus', 1_000n);
  open('maple', 0n);
  expect(headroom('lotus')).toBe(1_000n);
  expect(codeOf(cover('deposit_cover', 500n))).toBe('ok');
  expect(headroom('lotus')).toBe(1_500n);
  const pay = (amountMinor: bigint) =>
    world.ledger.reserve([
      {
        debit: account('lotus', 'position').number,
        credit: account('maple', 'position').number,
        amountMinor,
      },
    ]);
  expect(pay(1_501n)).toBe('exceeds_headroom');
  expect(pay(1_500n)).toBe('ok');
  expect(headroom('lotus')).toBe(0n);
});

test('cover that secures what is owed or reserved cannot be withdrawn', () => {
  register('lotus');
  register('maple');
  open('lotus', 1_000n);
  open('maple', 0n);
  cover('deposit_cover', 500n);
  const movement = {
    debit: account('lotus', 'position').number,
    credit: account('maple', 'position').number,
    amountMinor: 1_200n,
  };
  expect(world.ledger.reserve([movement])).toBe('ok');
  expect(codeOf(cover('withdraw_cover', 301n))).toBe('limit_exceeded');
  expect(codeOf(cover('withdraw_cover', 300n))).toBe('ok');
  expect(headroom('lotus')).toBe(0n);
  world.ledger.void(movement);
  expect(codeOf(cover('withdraw_cover', 201n))).toBe('limit_exceeded');
  expect(codeOf(cover('withdraw_cover', 200n))).toBe('ok');
  expect(balanceMinor(account('lotus', 'cover'))).toBe(0n);
  expect(balanceMinor(account(null, 'bank'))).toBe(0n);
});

test('a cap below what is owed already takes nothing back, and lets nothing more out', () => {
  register('lotus');
  register('maple');
  open('lotus', 1_000n);
  open('maple', 0n);
  const movement = {
    debit: account('lotus', 'position').number,
    credit: account('maple', 'position').number,
    amountMinor: 800n,
  };
  expect(world.ledger.transfer(movement)).toBe('ok');
  const lowered = decide({
    type: 'set_cap',
    participantId: 'lotus',
    currency: 'CNY',
    capMinor: 100n,
  });
  expect(codeOf(lowered)).toBe('ok');
  expect(headroom('lotus')).toBe(-700n);
  expect(world.ledger.transfer({ ...movement, amountMinor: 1n })).toBe('exceeds_headroom');
  expect(balanceMinor(account('maple', 'position'))).toBe(800n);
});

test('the first use of a currency opens its transit and bank, and lets the scheme earn fees', () => {
  register('lotus');
  open('lotus', 5n);
  register('maple');
  open('maple', 0n);
  open('maple', 0n, 'EUR');
  const accounts = [...world.ledger.accounts.values()];
  expect(accounts.map((a) => a.number)).toEqual(accounts.map((_, i) => i + 1));
  expect(accounts.map((a) => `${a.participantId ?? '-'} ${a.currency} ${a.kind}`)).toEqual([
    '- CNY transit',
    '- CNY bank',
    'operator CNY position',
    'operator CNY cover',
    'operator CNY fees',
    'lotus CNY position',
    'lotus CNY cover',
    'lotus CNY fees',
    'maple CNY position',
    'maple CNY cover',
    'maple CNY fees',
    '- EUR transit',
    '- EUR bank',
    'operator EUR position',
    'operator EUR cover',
    'operator EUR fees',
    'maple EUR position',
    'maple EUR cover',
    'maple EUR fees',
  ]);
  const limits = (kind: string) => accounts.filter((a) => a.kind === kind).map((a) => a.limitMinor);
  expect(new Set([...limits('transit'), ...limits('bank')])).toEqual(new Set([null]));
  expect(new Set([...limits('cover'), ...limits('fees')])).toEqual(new Set([0n]));
  expect(participants.view.currencies()).toEqual(['CNY', 'EUR']);
});

const statuses: readonly ParticipantStatus[] = [
  'invited',
  'certified',
  'active',
  'suspended',
  'closed',
];
const ways: Readonly<Record<ParticipantStatus, readonly ParticipantStatus[]>> = {
  invited: ['certified', 'closed'],
  certified: ['active', 'closed'],
  active: ['suspended'],
  suspended: ['active', 'closed'],
  closed: [],
};
/** How to get there from active. */
const path: Readonly<Record<ParticipantStatus, readonly ParticipantStatus[]>> = {
  invited: [],
  certified: ['certified'],
  active: [],
  suspended: ['suspended'],
  closed: ['suspended', 'closed'],
};
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

test.each(pairs)('from %s to %s is a way exactly where the list says so', (from, to) => {
  const isYoung = from === 'invited' || from === 'certified';
  register('lotus', isYoung ? 'invited' : 'active');
  for (const status of path[from]) {
    decide({ type: 'set_status', participantId: 'lotus', status, ifVersion: null });
  }
  expect(participants.view.participant('lotus')?.status).toBe(from);
  const result = decide({
    type: 'set_status',
    participantId: 'lotus',
    status: to,
    ifVersion: null,
  });
  expect(codeOf(result)).toBe(ways[from].includes(to) ? 'ok' : 'transition_refused');
});

test('a participant that owes or is owed cannot be closed', () => {
  register('lotus');
  open('lotus', 0n);
  cover('deposit_cover', 1n);
  const status = (to: ParticipantStatus) =>
    codeOf(decide({ type: 'set_status', participantId: 'lotus', status: to, ifVersion: null }));
  expect(status('suspended')).toBe('ok');
  expect(status('closed')).toBe('transition_refused');
  expect(codeOf(cover('withdraw_cover', 1n))).toBe('ok');
  expect(status('closed')).toBe('ok');
  expect(codeOf(cover('deposit_cover', 1n))).toBe('participant_not_active');
});

test.each<[string, Command, string]>([
  [
    'a handle is given once',
    { type: 'register', participantId: 'lotus', name: 'x', kind: 'bank', status: 'active' },
    'resource_exists',
  ],
  [
    'the reserved handle is the scheme\u2019s',
    { type: 'register', participantId: 'operator', name: 'x', kind: 'bank', status: 'active' },
    'resource_exists',
  ],
  [
    'nobody else is of the scheme\u2019s kind',
    { type: 'register', participantId: 'maple', name: 'x', kind: 'operator', status: 'active' },
    'resource_exists',
  ],
  [
    'a currency is opened once',
    { type: 'open_currency', participantId: 'lotus', currency: 'CNY', capMinor: 1n },
    'resource_exists',
  ],
  [
    'a cap is not negative',
    { type: 'set_cap', participantId: 'lotus', currency: 'CNY', capMinor: -1n },
    'amount_negative',
  ],
  [
    'a cap has a bound',
    { type: 'set_cap', participantId: 'lotus', currency: 'CNY', capMinor: 10n ** 15n },
    'amount_too_large',
  ],
  [
    'a cap belongs to an opened currency',
    { type: 'set_cap', participantId: 'lotus', currency: 'EUR', capMinor: 1n },
    'currency_not_supported',
  ],
  [
    'nobody is nobody',
    { type: 'set_cap', participantId: 'nobody', currency: 'CNY', capMinor: 1n },
    'resource_not_found',
  ],
  [
    'an old version is not changed',
    { type: 'rename', participantId: 'lotus', name: 'y', ifVersion: 2 },
    'precondition_failed',
  ],
  [
    'a connection handle is given once',
    {
      type: 'add_connection',
      participantId: 'lotus',
      connectionId: 'lotus-main',
      dialect: 'native',
      endpoint: null,
      settings: '{}',
      secrets: null,
    },
    'resource_exists',
  ],
  [
    'a key is never handed in twice',
    {
      type: 'add_key',
      connectionId: 'lotus-main',
      keyId: 'k1',
      jwk: '{}',
      validFromMs: null,
      validToMs: null,
    },
    'resource_exists',
  ],
  [
    'a key that is over before it begins is none',
    {
      type: 'add_key',
      connectionId: 'lotus-main',
      keyId: 'k2',
      jwk: '{}',
      validFromMs: null,
      validToMs: 1,
    },
    'key_refused',
  ],
])('%s', (_, command, code) => {
  register('lotus');
  open('lotus', 1n);
  decide({
    type: 'add_connection',
    participantId: 'lotus',
    connectionId: 'lotus-main',
    dialect: 'native',
    endpoint: null,
    settings: '{}',
    secrets: null,
  });
  const key = { keyId: 'k1', jwk: '{}', validFromMs: null, validToMs: null };
  decide({ type: 'add_key', connectionId: 'lotus-main', ...key });
  expect(codeOf(decide(command))).toBe(code);
  expect(world.written().isEmpty).toBe(true);
});

test('a key is replaced without a moment in which none or a wrong one is believed', () => {
  register('lotus');
  const connectionId = 'lotus-main';
  decide({
    type: 'add_connection',
    participantId: 'lotus',
    connectionId,
    dialect: 'native',
    endpoint: null,
    settings: '{}',
    secrets: null,
  });
  const add = (keyId: string) =>
    decide({ type: 'add_key', connectionId, keyId, jwk: '{}', validFromMs: null, validToMs: null });
  const live = () => {
    const keys = participants.view.keysOf(connectionId);
    return keys.filter((key) => isLiveKey(key, world.nowMs)).map((key) => key.keyId);
  };
  add('old');
  add('new');
  expect(live()).toEqual(['new', 'old']);
  decide({ type: 'retire_key', keyId: 'old', atMs: world.nowMs + 1_000 });
  expect(live()).toEqual(['new', 'old']);
  world.nowMs += 1_000;
  expect(live()).toEqual(['new']);
  const holder = participants.view.key('new');
  expect(holder?.connection.id).toBe(connectionId);
  expect(holder?.participant.id).toBe('lotus');
  decide({ type: 'retire_key', keyId: 'new', atMs: null });
  expect(live()).toEqual([]);
  expect(codeOf(decide({ type: 'retire_key', keyId: 'new', atMs: null }))).toBe(
    'transition_refused',
  );
});

test('an event tells what changed, and never a name, a secret or a key', () => {
  register('lotus');
  decide({
    type: 'add_connection',
    participantId: 'lotus',
    connectionId: 'lotus-main',
    dialect: 'native',
    endpoint: 'https://lotus.example/pay',
    settings: '{"a":1}',
    secrets: { bytes: Buffer.from('{"password":"hunter2"}'), subjects: ['00'.repeat(16)] },
  });
  const [event] = world.written().events;
  expect(event?.type).toBe('connection.added');
  expect(event?.audience).toEqual(['lotus']);
  expect(event?.body).toBe('{"by":"operator","dialect":"native","participantId":"lotus"}');
});

test('every movement of cover is a transfer under the command\u2019s own id', () => {
  register('lotus');
  open('lotus', 0n);
  const result = cover('deposit_cover', 70n);
  const { writes, parameters } = world.written();
  expect(writes.map((w) => w.table.name)).toContain('transfers');
  const id = result.ok && 'cover' in result ? result.cover.id : '';
  expect(parameters.filter((p) => p === `{${id}}`).length).toBe(2);
});
