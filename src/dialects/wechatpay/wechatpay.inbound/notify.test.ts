// What the platform tells the switch, against a real core: which notifications move money.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../../../../test/setup/database.ts';
import { credential } from '../../../../test/setup/scheme.ts';
import {
  API_KEY,
  type Forged,
  openTill,
  PLATFORM_MCHID,
  stranger,
} from '../../../../test/setup/wechatpay.ts';
import { legIdOf } from '../../../payments/payment.ts';
import type { PaymentView } from '../../../payments/port.ts';

let till: Awaited<ReturnType<typeof openTill>>;
beforeAll(async () => {
  till = await openTill((await createTestDatabase()).connection);
});
afterAll(() => till.stop());

/** Somebody has scanned a new order's code with WeChat. */
async function scanned() {
  const { no, id } = await till.ordered();
  const begun = await till.scheme.core.payments.collectAt({
    orderId: id,
    connectionId: 'crane-main',
    waitMs: 0,
  });
  if (!begun.ok) throw new Error(begun.problem.code);
  const paymentId = begun.value.payment.id;
  const success = {
    mchid: PLATFORM_MCHID,
    out_trade_no: legIdOf(paymentId, 0),
    trade_state: 'SUCCESS',
    transaction_id: `4200${paymentId.slice(-12)}`,
    amount: { total: 8_880, currency: 'CNY' },
  };
  return { no, paymentId, success };
}

const stateOf = async (no: string) =>
  z.object({ trade_state: z.string() }).parse((await till.query(no)).json).trade_state;

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 5_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error('it does not come to hold');
  }
}

test('what the platform says was paid is paid, however often it says so', async () => {
  const { no, success } = await scanned();
  expect(await till.notified('TRANSACTION.SUCCESS', success)).toBe(204);
  await until(async () => (await stateOf(no)) === 'SUCCESS');
  expect(await till.notified('TRANSACTION.SUCCESS', success)).toBe(204);
  expect(await stateOf(no)).toBe('SUCCESS');
});

test.each<[string, number, object, Forged]>([
  ['signed by another', 401, {}, { by: stranger }],
  ['a probe', 401, {}, { signature: 'WECHATPAY/SIGNTEST/ikDVBJgNOCJdmHbq' }],
  ['of long ago', 401, {}, { offMs: -301_000 }],
  ['encrypted with another key', 400, {}, { apiKey: API_KEY.replace('0', '1') }],
  ['about another amount', 400, { amount: { total: 1 } }, {}],
  ['about no amount', 400, { amount: undefined }, {}],
  ['about another merchant', 400, { mchid: '1900006001' }, {}],
  ['about no order of ours', 400, { out_trade_no: 'somebody-elses' }, {}],
  ['about an order unknown', 400, { out_trade_no: legIdOf(crypto.randomUUID(), 0) }, {}],
  ['not of a payment', 400, { trade_state: 'CLOSED' }, {}],
  ['without a number', 400, { transaction_id: undefined }, {}],
  ['at a shop', 404, {}, { connection: 'panda-main' }],
  ['at nobody', 404, {}, { connection: 'nobody' }],
])('a notification %s is refused, and pays nothing', async (_what, status, rest, forged) => {
  const { no, success } = await scanned();
  const told = await till.notified('TRANSACTION.SUCCESS', { ...success, ...rest }, forged);
  expect(told).toBe(status);
  expect(await stateOf(no)).toBe('NOTPAY');
});

test('a refund at the platform is done when the platform says so, to the fen', async () => {
  const { no, success } = await scanned();
  await till.notified('TRANSACTION.SUCCESS', success);
  await until(async () => (await stateOf(no)) === 'SUCCESS');
  const asking = till.ask('POST', '/v3/refund/domestic/refunds', {
    out_trade_no: no,
    out_refund_no: `${no}_r`,
    amount: { refund: 880, total: 8_880, currency: 'CNY' },
  });
  let refund: PaymentView | undefined;
  await until(async () => {
    const ref = { by: 'key', idempotencyKey: `${no}_r` } as const;
    const found = await till.scheme.core.payments.payment(credential('panda'), ref);
    if (found.ok) refund = found.value;
    return found.ok;
  });
  const legId = refund?.legs[1]?.legId ?? '';
  const done = {
    mchid: PLATFORM_MCHID,
    out_refund_no: legId,
    refund_id: '5030001',
    refund_status: 'SUCCESS',
    amount: { total: 8_880, refund: 880 },
  };
  const wrong = { ...done, amount: { total: 8_880, refund: 8_880 } };
  expect(await till.notified('REFUND.SUCCESS', wrong)).toBe(400);
  expect(await till.notified('REFUND.SUCCESS', { ...done, mchid: '1900006001' })).toBe(400);
  expect(await till.notified('REFUND.SUCCESS', done)).toBe(204);
  expect((await asking).json).toMatchObject({ status: 'SUCCESS', amount: { refund: 880 } });
});
