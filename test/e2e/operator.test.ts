// The operator's API over a running switch, by its commands and its client: a wallet is invited,
// connected, certified and activated, and pays; who may do what; what takes two people.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  createHutongClient,
  createOperatorClient,
  HutongProblem,
  type OperatorClient,
} from '@hutong/sdk';
import { operatorRoutes } from '@hutong/sdk/contract';
import { SIGNATURE_LABEL } from '@hutong/sdk/signing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { generateSigningKey, signingKey, signResponse } from '../../src/signatures/index.ts';
import { type RunningSwitch, startRunningSwitch, until } from './running-switch.ts';

const jwk = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const keys = { wallet: generateSigningKey(), viewer: generateSigningKey() };
let hutong: RunningSwitch;
let switchKey: z.infer<typeof jwk>;
let first: OperatorClient;
let second: OperatorClient;
/** What the new wallet answers to a credit. */
let outcome: 'completed' | 'pending' = 'completed';

const clientOf = (privateKey: string) =>
  createOperatorClient({
    baseUrl: hutong.address(),
    privateKey: jwk.parse(JSON.parse(privateKey)),
    switchKeys: [switchKey],
  });
const keyFile = (person: string) => readFileSync(join(hutong.data, `${person}.key.json`), 'utf8');

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof HutongProblem ? error.problem.code : String(error)),
  );

/** A wallet that takes every credit and knows no account but `zhou`. */
const wallet = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const asked = Buffer.concat(chunks).toString();
    const isParty = incoming.url === '/parties';
    const json = isParty
      ? { payable: asked.includes('zhou'), currencies: ['CNY'] }
      : { outcome, externalId: 'lotus-1' };
    const body = Buffer.from(JSON.stringify(json));
    const signature = String(incoming.headers['signature'] ?? '');
    const headers = signResponse(
      {
        status: 200,
        contentType: 'application/json',
        body,
        requestSignature: signature.slice(SIGNATURE_LABEL.length + 1),
      },
      { key: signingKey(keys.wallet.privateJwk), nowMs: Date.now(), nonce: crypto.randomUUID() },
    );
    outgoing.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  });
});
let endpoint = '';

beforeAll(async () => {
  hutong = await startRunningSwitch();
  switchKey = jwk.parse(
    signingKey(readFileSync(join(hutong.data, 'signing-key.json'), 'utf8')).publicJwk,
  );
  [first, second] = (await Promise.all(
    ['operator-first', 'operator-second'].map((person) => clientOf(keyFile(person))),
  )) as [OperatorClient, OperatorClient];
  await new Promise<void>((resolve) => wallet.listen(0, '127.0.0.1', resolve));
  const address = wallet.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
}, 60_000);
afterAll(async () => {
  wallet.closeAllConnections();
  wallet.close();
  await hutong.stop();
});

const status = z.looseObject({ status: z.string() });

test('a wallet is invited, connected, certified, activated, and paid', async () => {
  const say = (...args: string[]) => hutong.command('participants', ...args);
  expect(status.parse(say('invite', 'lotus', '--name', 'Lotus Wallet')).status).toBe('invited');
  const id = 'lotus';
  // nothing is there to certify yet, and nobody is activated who was not certified
  expect((await first.call('certifyParticipant', { params: { id } })).passed).toBe(false);
  const early = first.call('changeParticipant', {
    params: { id },
    body: { status: 'active' },
    version: 1,
  });
  expect(await codeOf(early)).toBe('transition_refused');
  say('cap', id, '50000.00CNY');
  const file = join(hutong.data, 'lotus.jwk');
  writeFileSync(file, JSON.stringify(keys.wallet.publicJwk));
  const dialect = ['--participant', id, '--dialect', 'native', '--endpoint', endpoint];
  hutong.command('connections', 'add', 'lotus-main', ...dialect);
  hutong.command('keys', 'add', 'lotus-main', file);
  // not by the command, which would keep this process, and so the wallet, from answering
  const checked = await first.call('certifyParticipant', { params: { id } });
  expect(checked.checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(status.parse(say('status', id, 'active')).status).toBe('active');

  const baseUrl = hutong.address();
  const privateKey = jwk.parse(JSON.parse(keys.wallet.privateJwk));
  const lotus = await createHutongClient({ baseUrl, privateKey, switchKeys: [switchKey] });
  await lotus.claimAlias({ alias: 'phone:+8613511111111', account: 'zhou', name: 'Zhou Jie' });
  const paid = await lotus.pay(
    {
      payer: { account: 'zhou' },
      payee: { alias: 'phone:+8613900000002' },
      amount: { amount: '12.00', currency: 'CNY' },
    },
    { idempotencyKey: 'first', waitS: 10 },
  );
  expect(paid.state).toBe('completed');
  expect(await codeOf(first.call('getParticipant', { params: { id: 'nobody' } }))).toBe(
    'resource_not_found',
  );
});

test('a key is rotated without a gap: both are believed, then one', async () => {
  const fresh = generateSigningKey();
  const file = join(hutong.data, 'lotus-2.jwk');
  writeFileSync(file, JSON.stringify(fresh.publicJwk));
  hutong.command('keys', 'add', 'lotus-main', file);
  const clientBy = (text: string) =>
    createHutongClient({
      baseUrl: hutong.address(),
      privateKey: jwk.parse(JSON.parse(text)),
      switchKeys: [switchKey],
    });
  const [old, young] = [await clientBy(keys.wallet.privateJwk), await clientBy(fresh.privateJwk)];
  expect([await codeOf(old.positions()), await codeOf(young.positions())]).toEqual(['ok', 'ok']);
  const { keys: held } = await first.call('listKeys', { params: { id: 'lotus-main' } });
  expect(held.filter((key) => key.status === 'active').length).toBe(2);
  const second = held.find((key) => JSON.stringify(key.jwk).includes(fresh.publicJwk.x));
  hutong.command('keys', 'retire', second?.keyId ?? '');
  expect([await codeOf(old.positions()), await codeOf(young.positions())]).toEqual([
    'ok',
    'credential_revoked',
  ]);
});

test('who may do what: a viewer reads, a participant does nothing here', async () => {
  const body = {
    id: 'auditor',
    name: 'Auditor',
    role: 'viewer',
    jwk: { ...keys.viewer.publicJwk },
  } as const;
  await first.call('enrolPerson', { body });
  const viewer = await clientOf(keys.viewer.privateJwk);
  const wallet = await clientOf(keys.wallet.privateJwk);
  expect(await codeOf(viewer.call('listParticipants', {}))).toBe('ok');
  const cap = { params: { id: 'lotus' }, body: { cap: { amount: '1.00', currency: 'CNY' } } };
  expect(await codeOf(viewer.call('setCap', cap))).toBe('not_permitted');
  expect(await codeOf(wallet.call('listParticipants', {}))).toBe('not_permitted');
  expect(await codeOf(wallet.call('setCap', cap))).toBe('not_permitted');
  // every route that changes something needs more than a viewer
  for (const route of Object.values(operatorRoutes)) {
    expect([route.id, route.role === 'viewer']).toEqual([route.id, route.method === 'GET']);
  }
  const itself = { params: { id: 'operator-first' }, body: { status: 'disabled' } } as const;
  expect(await codeOf(first.call('changePerson', itself))).toBe('second_person_required');
  await first.call('changePerson', { params: { id: 'auditor' }, body: { status: 'disabled' } });
  expect(await codeOf(viewer.call('listParticipants', {}))).toBe('credential_revoked');
});

test('what somebody else has changed meanwhile is not overwritten', async () => {
  const params = { id: 'lotus' };
  const { version } = await first.call('getParticipant', { params });
  const body = { name: 'Lotus' };
  expect((await first.call('changeParticipant', { params, body, version })).name).toBe('Lotus');
  const late = second.call('changeParticipant', { params, body: { name: 'Rose' }, version });
  expect(await codeOf(late)).toBe('precondition_failed');
  expect(await codeOf(first.call('changeParticipant', { params, body }))).toBe(
    'precondition_required',
  );
});

test('cover is deposited once per key, and withdrawn only where it secures nothing', async () => {
  const params = { id: 'lotus' };
  const body = {
    direction: 'deposit',
    amount: { amount: '100.00', currency: 'CNY' },
    reference: 'BANK 7',
  } as const;
  const deposit = () => first.call('moveCover', { params, body, idempotencyKey: 'cover-1' });
  expect((await deposit()).positions[0]?.cover).toBe('100.00');
  expect((await deposit()).positions[0]?.cover).toBe('100.00');
  const other = { ...body, reference: 'BANK 8' };
  const conflict = first.call('moveCover', { params, body: other, idempotencyKey: 'cover-1' });
  expect(await codeOf(conflict)).toBe('idempotency_conflict');
  const amount = { amount: '1000000.00', currency: 'CNY' };
  const much = { ...body, direction: 'withdrawal', amount } as const;
  expect(await codeOf(first.call('moveCover', { params, body: much }))).toBe('limit_exceeded');
});

test('fees have tiers: small amounts pay less', async () => {
  const body = {
    bps: 20,
    min: '0.01',
    max: '5.00',
    tiers: [{ upTo: '10.00', fixed: '0.00', bps: 0 }],
    bearer: 'payer' as const,
  };
  const set = await first.call('setFees', { params: { currency: 'CNY' }, body });
  expect(set.tiers).toEqual([{ upTo: '10.00', fixed: '0.00', bps: 0 }]);
  const fees = hutong.command('quote', 'phone:+8613900000002', '10.00CNY');
  expect(z.looseObject({ fee: z.unknown() }).parse(fees).fee).toEqual({
    amount: '0.01',
    currency: 'CNY',
  });
  const more = hutong.command('quote', 'phone:+8613900000002', '1000.00CNY');
  expect(z.looseObject({ fee: z.unknown() }).parse(more).fee).toEqual({
    amount: '2.00',
    currency: 'CNY',
  });
});

test('a limit of the operator holds for what comes after it, and a held payment waits for a person', async () => {
  const limit = {
    currency: 'CNY',
    subject: 'payer',
    measure: 'amount',
    period: 'payment',
    limit: '200.00',
    outcome: 'hold',
  } as const;
  await first.call('setLimit', { params: { id: 'review' }, body: limit });
  const asked = hutong.command('hold', 'phone:+8613900000002', '250.00CNY');
  const { id, state } = z.looseObject({ id: z.string(), state: z.string() }).parse(asked);
  expect(state).toBe('held');
  const { held } = await first.call('listHeld', {});
  expect(held.map(({ paymentId }) => paymentId)).toEqual([id]);
  const decision = { params: { id }, body: { decision: 'release' } } as const;
  expect(await first.call('reviewHeld', decision)).toEqual({ state: 'reserved' });
  expect(await codeOf(second.call('reviewHeld', decision))).toBe('already_resolved');
  await first.call('retireLimit', { params: { id: 'review' } });
  expect((await first.call('listLimits', {})).limits).toEqual([]);
});

test('a leg in doubt is resolved by two people, and never by one', async () => {
  outcome = 'pending';
  const held = hutong.command('hold', 'phone:+8613511111111', '30.00CNY');
  const { id } = z.looseObject({ id: z.string() }).parse(held);
  const baseUrl = hutong.address();
  const privateKey = jwk.parse(JSON.parse(keys.wallet.privateJwk));
  const lotus = await createHutongClient({ baseUrl, privateKey, switchKeys: [switchKey] });
  await lotus.capture(id, {}, { idempotencyKey: 'take', waitS: 0 });
  const doubts = async () => (await first.call('listDoubts', {})).inDoubt;
  await until('the leg is in doubt', async () => (await doubts()).length === 1);
  const legId = (await doubts())[0]?.legId ?? '';
  const params = { legId };
  const body = { outcome: 'completed', reason: 'statement of Lotus, 24 November' } as const;
  const agree = { params, body: { agree: true } };
  expect(await codeOf(first.call('decideResolution', agree))).toBe('resource_not_found');
  await first.call('proposeResolution', { params, body });
  expect((await doubts())[0]?.proposal?.by).toBe('operator-first');
  expect(await codeOf(first.call('decideResolution', agree))).toBe('second_person_required');
  expect((await lotus.payment(id)).state).toBe('delivering');
  expect(await second.call('decideResolution', agree)).toEqual({ state: 'approved' });
  expect((await lotus.payment(id)).state).toBe('completed');
  expect(await doubts()).toEqual([]);
});

test('a participant that is suspended pays no more, and what it owes stays', async () => {
  hutong.command('participants', 'status', 'lotus', 'suspended');
  const shown = hutong.command('participants', 'show', 'lotus');
  expect(status.parse(shown).status).toBe('suspended');
  const list = z.looseObject({ participants: z.array(z.unknown()) });
  expect(list.parse(hutong.command('participants', 'list')).participants.length).toBeGreaterThan(6);
  const params = { id: 'lotus' };
  const { version } = await first.call('getParticipant', { params });
  const close = first.call('changeParticipant', { params, body: { status: 'closed' }, version });
  expect(await codeOf(close)).toBe('transition_refused');
});

test('after all of it the books are whole', () => {
  expect(z.looseObject({ ok: z.boolean() }).parse(hutong.command('verify')).ok).toBe(true);
});
