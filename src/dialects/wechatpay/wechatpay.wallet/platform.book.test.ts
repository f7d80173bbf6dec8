// Money in the simulated WeChat Pay under anything that merchants and users do: never made, never
// lost, never below zero, never given back twice; and the journal tells it all again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  APPID,
  BO,
  MCHID,
  MEI,
  OTHER,
  platformJson,
} from '../../../../test/setup/wechatpay-platform.ts';
import { createManualClock } from '../../../runtime/clock.ts';
import { required } from '../../../runtime/index.ts';
import { createLogger } from '../../../runtime/logging.ts';
import { type Book, createBook } from './platform.book.ts';
import { platformConfigSchema } from './platform.config.ts';
import { createPlatformIds, type PlatformContext } from './platform.context.ts';
import { type Entry, entrySchema } from './platform.entries.ts';
import { createFaults, faultSchema } from './platform.faults.ts';
import { createPlatformKeys } from './platform.keys.ts';
import { createOrders } from './platform.orders.ts';
import { createRefunds } from './platform.refunds.ts';
import { createUsers } from './platform.users.ts';

const config = platformConfigSchema.parse(platformJson);
const keys = createPlatformKeys(config, { nowMs: () => 0 });

function openWorld() {
  const clock = createManualClock();
  const entries: Entry[] = [];
  const book = createBook(config.merchants);
  const context: PlatformContext = {
    config,
    book,
    clock,
    keys,
    faults: createFaults(),
    log: createLogger({ level: 'error', clock }),
    newId: createPlatformIds(),
    stopping: new AbortController().signal,
    record(entry) {
      book.apply(entry);
      entries.push(entry);
    },
    durable: () => Promise.resolve(),
  };
  for (const { balance, ...user } of config.users) {
    context.record({ type: 'user', ...user, fen: String(balance) });
  }
  const orders = createOrders(context);
  const refunds = createRefunds(context);
  return { ...context, clock, entries, orders, refunds, users: createUsers(context, orders) };
}

const mchid = fc.constantFrom(MCHID, MCHID, OTHER.mchid);
const no = fc.constantFrom('tea_01', 'tea_02', 'tea_03');
const fen = fc.integer({ min: 1, max: 300_00 });
const part = fc.oneof(fen, fc.integer({ min: 1, max: 50_00 }), fc.constant('all' as const));
const act = fc.oneof(
  fc.record({ kind: fc.constant('order' as const), mchid, no, fen }),
  fc.record({
    kind: fc.constantFrom('confirm' as const, 'decline' as const),
    mchid,
    no,
    user: fc.constantFrom(MEI.userId, MEI.userId, BO.userId, 'nobody'),
  }),
  fc.record({ kind: fc.constantFrom('close' as const, 'query' as const), mchid, no }),
  fc.record({
    kind: fc.constant('refund' as const),
    mchid,
    no,
    part,
    refundNo: fc.constantFrom('r1', 'r2', 'r3'),
    fault: fc.constantFrom(null, null, 'refund_slow', 'refund_closed', 'refund_abnormal'),
  }),
  fc.record({ kind: fc.constant('withdraw' as const), mchid, fen }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
type World = ReturnType<typeof openWorld>;

const bytes = (json: object) => Buffer.from(JSON.stringify(json));

function giveBack(world: World, step: Extract<Act, { kind: 'refund' }>): void {
  const { book, faults, refunds } = world;
  const merchant = required(
    config.merchants.find((each) => each.mchid === step.mchid),
    'merchant',
  );
  const total = Number(book.order(step.mchid, step.no)?.fen ?? 1n);
  const refund = step.part === 'all' ? total : step.part;
  if (step.fault !== null) faults.add(faultSchema.parse({ kind: step.fault, ms: 60_000 }));
  const amount = { refund, total, currency: 'CNY' };
  const names = { out_trade_no: step.no, out_refund_no: step.refundNo };
  const notify_url = 'http://127.0.0.1:1/notify';
  refunds.refund(merchant, bytes({ ...names, notify_url, amount }));
  faults.clear();
}

function play(world: World, step: Act): void {
  const { book, clock, orders, refunds, users } = world;
  if (step.kind === 'wait') {
    clock.advance(step.minutes * 60_000);
    refunds.sweep();
    return;
  }
  const merchant = required(
    config.merchants.find((each) => each.mchid === step.mchid),
    'merchant',
  );
  switch (step.kind) {
    case 'order':
      orders.order(
        merchant,
        bytes({
          appid: APPID,
          mchid: step.mchid,
          description: 'tea',
          out_trade_no: step.no,
          notify_url: 'http://127.0.0.1:1/notify',
          amount: { total: step.fen },
        }),
      );
      return;
    case 'confirm':
    case 'decline': {
      const qrCode = book.order(step.mchid, step.no)?.codeUrl ?? 'nothing';
      users[step.kind]({ user: step.user, qrCode });
      return;
    }
    case 'close':
      orders.close(merchant, step.no, bytes({ mchid: step.mchid }));
      return;
    case 'query':
      orders.query(merchant, { no: step.no });
      return;
    case 'refund':
      giveBack(world, step);
      return;
    case 'withdraw':
      if (book.merchantFen(step.mchid) < BigInt(step.fen)) return;
      world.record({ type: 'withdrawn', mchid: step.mchid, fen: String(step.fen) });
  }
}

const sumOf = (all: readonly bigint[]) => all.reduce((total, each) => total + each, 0n);

function judge(book: Book): void {
  const totals = book.totals();
  expect(totals).toMatchObject({ deposits: 520_00n, isBalanced: true });
  for (const user of book.users.values()) expect(user.fen).toBeGreaterThanOrEqual(0n);
  const ofMerchants: bigint[] = [];
  const stuck: bigint[] = [];
  for (const order of book.orders.values()) {
    const live = [...order.refunds.values()].filter(({ status }) => status !== 'CLOSED');
    const given = sumOf(live.map((each) => each.fen));
    expect(order.refundedFen).toBe(given);
    expect(given).toBeLessThanOrEqual(order.fen);
    if (order.paidAtMs === null) expect(order.refunds.size).toBe(0);
    else ofMerchants.push(order.fen - given);
    stuck.push(...live.filter(({ status }) => status !== 'SUCCESS').map((each) => each.fen));
  }
  expect(totals.merchants + totals.withdrawn).toBe(sumOf(ofMerchants));
  expect(totals.underWay).toBe(sumOf(stuck));
}

function shown(book: Book): unknown {
  const orders = [...book.orders.values()].map((order) => ({
    ...order,
    refunds: [...order.refunds.values()],
  }));
  return [orders, [...book.users.values()], [...book.notices.values()], book.totals()];
}

test('whatever happens, merchants have what was paid and not given back', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (steps) => {
      const world = openWorld();
      for (const step of steps) {
        play(world, step);
        judge(world.book);
      }
      for (const { type } of world.entries) seen.add(type);
      const again = createBook(config.merchants);
      for (const entry of world.entries) {
        again.apply(entrySchema.parse(JSON.parse(JSON.stringify(entry))));
      }
      expect(shown(again)).toEqual(shown(world.book));
    }),
    { numRuns: 150 },
  );
  // the property is about something
  const money = ['ordered', 'paid', 'closed', 'refunded', 'refund_ended', 'withdrawn'];
  expect([...seen]).toEqual(expect.arrayContaining(money));
});
