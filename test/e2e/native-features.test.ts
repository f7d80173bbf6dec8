// The native protocol's features over a running switch, through the SDK, between real wallets:
// money on hold, conditions, exchange, bulk. Money is checked where it counts: in positions.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  createHutongClient,
  type HutongClient,
  HutongProblem,
  type MoneyOptions,
} from '@hutong/sdk';
import {
  type BulkItem,
  type BulkResultJson,
  type PositionsJson,
  profilesSchema,
} from '@hutong/sdk/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { generateSigningKey } from '../../src/signatures/index.ts';
import { type RunningSwitch, startRunningSwitch, until } from './running-switch.ts';

let hutong: RunningSwitch;
let alpha: HutongClient;
let bravo: HutongClient;
let charlie: HutongClient;

const jwk = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const facts = z.looseObject({ switchUrl: z.string(), privateKey: jwk, switchKeys: z.array(jwk) });

function clientOf(connection: string): Promise<HutongClient> {
  const credentials = facts.parse(hutong.command('credentials', connection));
  const { switchUrl: baseUrl, privateKey, switchKeys } = credentials;
  return createHutongClient({ baseUrl, privateKey, switchKeys });
}

beforeAll(async () => {
  hutong = await startRunningSwitch();
  [alpha, bravo, charlie] = await Promise.all([
    clientOf('alpha-native'),
    clientOf('bravo-native'),
    clientOf('charlie-native'),
  ]);
}, 60_000);
afterAll(() => hutong.stop());

const once = (): MoneyOptions => ({ idempotencyKey: randomUUID(), waitS: 10 });
const wangwei = { account: 'wangwei', name: 'Wang Wei' };
const lina = { alias: 'phone:+8613900000002' };
const yuan = (amount: string) => ({ amount, currency: 'CNY' });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof HutongProblem ? error.problem.code : 'no problem'),
  );

function position({ positions }: PositionsJson, currency = 'CNY') {
  const own = positions.find((each) => each.currency === currency);
  return { balance: own?.balance ?? '0.00', pending: own?.pendingDebits ?? '0.00' };
}

test('a deposit is put on hold, captured in part, and the rest is the payer’s again', async () => {
  const before = position(await bravo.positions());
  const wish = { payer: wangwei, payee: lina, amount: yuan('100.00') };
  const held = await alpha.pay({ ...wish, capture: 'manual' }, once());
  expect([held.state, held.authorised]).toEqual(['reserved', yuan('100.00')]);
  expect(position(await alpha.positions()).pending).toBe('100.20');
  const key = once();
  const captured = await bravo.capture(held.id, { amount: yuan('61.00') }, key);
  expect(captured.state).toBe('completed');
  expect([captured.amount, captured.fee, captured.credit]).toEqual([
    yuan('61.00'),
    yuan('0.12'),
    yuan('61.00'),
  ]);
  const again = await bravo.capture(held.id, { amount: yuan('61.00') }, key);
  expect([again.replayed, again.seq]).toEqual([true, captured.seq]);
  expect(position(await alpha.positions()).pending).toBe('0.00');
  const gained = Number(position(await bravo.positions()).balance) - Number(before.balance);
  expect(gained.toFixed(2)).toBe('61.00');
});

test('a hold is the payee’s: the payer cannot capture or release it, nobody else sees it', async () => {
  const wish = { payer: wangwei, payee: lina, amount: yuan('5.00') };
  const held = await alpha.pay({ ...wish, capture: 'manual' }, once());
  expect(await codeOf(alpha.capture(held.id, {}, once()))).toBe('not_permitted');
  expect(await codeOf(alpha.release(held.id, once()))).toBe('not_permitted');
  expect(await codeOf(charlie.capture(held.id, {}, once()))).toBe('payment_not_found');
  expect(await codeOf(charlie.payment(held.id))).toBe('payment_not_found');
  expect(await codeOf(bravo.capture(held.id, { amount: yuan('5.01') }, once()))).toBe(
    'capture_exceeds_hold',
  );
  expect((await bravo.release(held.id, once())).state).toBe('rejected');
});

test('a conditional payment moves by its preimage, and both sides can read it then', async () => {
  const preimage = randomBytes(32);
  const condition = createHash('sha256').update(preimage).digest('base64url');
  const wish = { payer: wangwei, payee: lina, amount: yuan('7.00') };
  const locked = await alpha.pay({ ...wish, condition }, once());
  expect(locked.state).toBe('reserved');
  const wrong = randomBytes(32).toString('base64url');
  expect(await codeOf(bravo.fulfil(locked.id, wrong, once()))).toBe('fulfilment_mismatch');
  const fulfilment = preimage.toString('base64url');
  const moved = await bravo.fulfil(locked.id, fulfilment, once());
  expect([moved.state, moved.fulfilment]).toEqual(['completed', fulfilment]);
  expect((await alpha.payment(locked.id)).fulfilment).toBe(fulfilment);
});

test('yuan are paid and euros received: the quote binds, both halves move, the refund undoes both', async () => {
  const marta = { alias: 'email:marta@charlie.example' };
  const wish = { payee: marta, amount: { amount: '10.00', currency: 'EUR' }, currency: 'CNY' };
  const quote = await alpha.quote(wish);
  expect(quote).toMatchObject({
    credit: { amount: '10.00', currency: 'EUR' },
    debit: yuan('77.99'),
    fee: yuan('0.16'),
    exchange: { participantId: 'bridge', rate: '0.1285' },
  });
  const before = position(await charlie.positions(), 'EUR').balance;
  const paid = await alpha.pay({ payer: wangwei, quoteId: quote.id }, once());
  expect([paid.state, paid.credit, paid.exchangedBy]).toEqual([
    'completed',
    { amount: '10.00', currency: 'EUR' },
    'bridge',
  ]);
  const after = position(await charlie.positions(), 'EUR').balance;
  expect((Number(after) - Number(before)).toFixed(2)).toBe('10.00');
  const refund = await charlie.refund(paid.id, { amount: paid.amount }, once());
  expect([refund.state, refund.debit, refund.credit]).toEqual([
    'completed',
    { amount: '10.00', currency: 'EUR' },
    paid.amount,
  ]);
  expect(position(await charlie.positions(), 'EUR').balance).toBe(before);
});

test('without a rate there is no quote', async () => {
  const wish = { payee: lina, amount: yuan('1.00'), currency: 'EUR', fixed: 'credit' } as const;
  expect((await alpha.quote(wish)).exchange?.rate).toBe('7.75');
  expect(await codeOf(alpha.quote({ ...wish, currency: 'USD' }))).toMatch(/rate|currency/);
});

async function sendBulk(items: readonly BulkItem[], idempotencyKey: string) {
  const results: BulkResultJson[] = [];
  const told = alpha.bulk(items, { idempotencyKey });
  for (;;) {
    const next = await told.next();
    if (next.done === true) return { results, end: next.value };
    results.push(next.value);
  }
}

test('wages are paid in one signed call: a result for each, a bad line harms only itself', async () => {
  const worker = (n: number) => `wallet:worker${String(n).padStart(4, '0')}@bravo`;
  const items: BulkItem[] = Array.from({ length: 200 }, (_, n) => ({
    key: `wage-${n}`,
    payer: wangwei,
    payee: { alias: worker(n + 1) },
    amount: yuan('0.10'),
  }));
  items[17] = {
    key: 'wage-17',
    payer: wangwei,
    payee: { alias: worker(9_999) },
    amount: yuan('1'),
  };
  items[33] = { ...(items[33] as BulkItem), amount: yuan('-1') };
  const { results, end } = await sendBulk(items, 'wages');
  expect([end.accepted, end.refused, end.replayed]).toEqual([198, 2, 0]);
  expect(results.map(({ line }) => line).toSorted((a, b) => a - b)).toEqual(
    items.map((_, i) => i + 1),
  );
  const bad = results.filter(({ problem }) => problem !== undefined);
  expect(bad.map(({ line, problem }) => `${line} ${problem?.code ?? ''}`).toSorted()).toEqual([
    '18 alias_not_found',
    '34 amount_negative',
  ]);
  const found = await alpha.findPayment({ idempotencyKey: 'wage-3' });
  expect(found.id).toBe(results.find(({ key }) => key === 'wage-3')?.paymentId);
  const again = await sendBulk(items, 'wages');
  expect([again.end.bulkId, again.end.accepted]).toEqual([end.bulkId, 0]);
  expect([again.end.replayed, again.end.refused]).toEqual([198, 2]);
  const other = sendBulk(items.slice(1), 'wages');
  expect(await codeOf(other)).toBe('idempotency_conflict');
});

test('a payer agrees once, the payee collects within it, and after the revocation no more', async () => {
  const wish = {
    payee: { account: 'teahouse', name: 'Old Street Teahouse' },
    payerAlias: 'phone:+8613800000001',
    amount: yuan('30.00'),
    periodMax: yuan('50.00'),
    period: 'month',
    purpose: 'tea every month',
  } as const;
  const proposed = await bravo.call('proposeMandate', { body: wish, idempotencyKey: 'tea' });
  const again = await bravo.call('proposeMandate', { body: wish, idempotencyKey: 'tea' });
  expect([proposed.status, again.id]).toEqual(['proposed', proposed.id]);
  const params = { id: proposed.id };
  const take = (amount: string) =>
    bravo.call('collectMandate', { params, body: { amount: yuan(amount) } });
  expect(await codeOf(take('10.00'))).toBe('transition_refused');
  const at = new Date().toISOString();
  const authorisation = { method: 'pin', at, termsHash: 'A'.repeat(43) };
  const agree = { params, body: { authorisation } };
  expect(await codeOf(charlie.call('consentMandate', agree))).toBe('resource_not_found');
  expect(await codeOf(bravo.call('consentMandate', agree))).toBe('not_permitted');
  expect((await alpha.call('consentMandate', agree)).status).toBe('active');
  const before = Number(position(await bravo.positions()).balance);
  expect(await codeOf(take('30.01'))).toBe('limit_exceeded');
  expect((await take('30.00')).used).toEqual(yuan('30.00'));
  expect(await codeOf(take('20.01'))).toBe('limit_exceeded');
  await until('the teahouse is paid', async () => {
    return Number(position(await bravo.positions()).balance) > before;
  });
  const { mandates } = await alpha.call('listMandates', {});
  expect(mandates.map(({ id, payments }) => [id, payments])).toEqual([[proposed.id, 1]]);
  expect((await charlie.call('listMandates', {})).mandates).toEqual([]);
  const revoke = { params, body: { to: 'revoked' } } as const;
  expect((await alpha.call('moveMandate', revoke)).status).toBe('revoked');
  expect(['transition_refused', 'resource_not_found']).toContain(await codeOf(take('1.00')));
});

test('a participant changes its own key without a gap, and never gives up the last one', async () => {
  const fresh = generateSigningKey();
  const before = (await charlie.call('listOwnKeys', {})).keys;
  const last = { params: { keyId: before[0]?.keyId ?? '' }, body: {} };
  expect(await codeOf(charlie.call('retireOwnKey', last))).toBe('transition_refused');
  const secret = { body: { jwk: { ...jwk.parse(JSON.parse(fresh.privateJwk)) } } };
  expect(await codeOf(charlie.call('addOwnKey', secret))).toBe('key_refused');
  await charlie.call('addOwnKey', { body: { jwk: { ...fresh.publicJwk } } });
  const credentials = facts.parse(hutong.command('credentials', 'charlie-native'));
  const young = await createHutongClient({
    baseUrl: credentials.switchUrl,
    privateKey: jwk.parse(JSON.parse(fresh.privateJwk)),
    switchKeys: credentials.switchKeys,
  });
  expect(await codeOf(young.positions())).toBe('ok');
  expect(await codeOf(charlie.positions())).toBe('ok');
  expect(await codeOf(alpha.call('retireOwnKey', last))).toBe('resource_not_found');
  expect((await young.call('retireOwnKey', last)).status).toBe('retired');
  expect(await codeOf(charlie.positions())).toBe('credential_revoked');
});

test('anybody may read who takes part, what each can do and costs', async () => {
  const answer = await fetch(`${hutong.address()}/v1/profiles`);
  const { profiles } = profilesSchema.parse(await answer.json());
  const [alphas] = profiles.filter(({ participantId }) => participantId === 'alpha');
  expect(alphas).toMatchObject({
    name: 'Alpha Wallet',
    protocols: ['native'],
    security: { youngestKeyDays: 0 },
  });
  const yuans = alphas?.currencies.find(({ currency }) => currency === 'CNY');
  expect(yuans).toMatchObject({ fee: '0.2 %, 0.01 at least, 5.00 at most', feeBearer: 'payer' });
  expect(yuans?.reach).toBeGreaterThan(2);
  expect(JSON.stringify(profiles)).not.toMatch(/balance|position|cap/);
});

test('after all of it the books are whole', async () => {
  const report = z.looseObject({ ok: z.boolean() }).parse(hutong.command('verify'));
  expect(report.ok).toBe(true);
});
