// Money in the simulated Alipay under anything that merchants and buyers do: never made, never
// lost, never below zero, never given back twice; and the journal tells it all again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { APP_ID, BO, MEI, platformConfig } from '../../../../test/setup/alipay.ts';
import { createManualClock } from '../../../runtime/clock.ts';
import { required } from '../../../runtime/index.ts';
import { createLogger } from '../../../runtime/logging.ts';
import { type Book, createBook } from './platform.book.ts';
import { createBuyers } from './platform.buyers.ts';
import { createPlatformIds, type PlatformContext } from './platform.context.ts';
import { type Entry, entrySchema } from './platform.entries.ts';
import { createFaults } from './platform.faults.ts';
import { createPlatformKeys } from './platform.keys.ts';
import { createTrades } from './platform.trades.ts';
import { yuan } from './platform.yuan.ts';

const config = platformConfig();
const keys = createPlatformKeys(config);

function openWorld(tradeBegins: 'scan' | 'precreate') {
  const clock = createManualClock();
  const entries: Entry[] = [];
  const book = createBook(config.apps);
  const context: PlatformContext = {
    config: { ...config, tradeBegins },
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
  const trades = createTrades(context);
  const buyers = createBuyers(context, trades);
  return { book, clock, entries, trades, buyers };
}

const order = fc.constantFrom('a', 'b', 'c', 'd');
const fen = fc.bigInt({ min: 1n, max: 300_00n });
const act = fc.oneof(
  fc.record({ kind: fc.constant('trade.precreate'), order, fen }),
  fc.record({
    kind: fc.constantFrom('scan', 'confirm', 'confirm', 'confirm', 'confirm', 'decline'),
    order,
    user: fc.constantFrom(MEI.userId, BO.userId),
  }),
  fc.record({ kind: fc.constantFrom('trade.close', 'trade.query', 'trade.cancel'), order }),
  ...[fen, fc.bigInt({ min: 1n, max: 50_00n })].map((part) =>
    fc.record({
      kind: fc.constant('trade.refund'),
      order,
      fen: part,
      request: fc.constantFrom('1', '2', '3'),
    }),
  ),
  fc.record({ kind: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 90 }) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function play(world: ReturnType<typeof openWorld>, step: Act): void {
  const { book, buyers, clock, trades } = world;
  if ('minutes' in step) {
    clock.advance(step.minutes * 60_000);
    trades.sweep();
    return;
  }
  if ('user' in step) {
    const qrCode = book.trade(APP_ID, step.order)?.qrCode ?? 'nothing';
    const wish = { user: step.user, qrCode };
    if (step.kind === 'scan') buyers.scan(wish);
    else if (step.kind === 'decline') buyers.decline(wish);
    else buyers.confirm(wish);
    return;
  }
  const amount = 'fen' in step ? yuan(step.fen) : '0';
  const content = {
    out_trade_no: step.order,
    subject: 'tea',
    total_amount: amount,
    refund_amount: amount,
    ...('request' in step ? { out_request_no: step.request } : {}),
  };
  const app = required(config.apps[0], 'the app');
  const operation = required(trades.operations.get(step.kind), step.kind);
  operation({ app, content, notifyUrl: 'http://127.0.0.1:1/notify' });
}

function judge(book: Book): void {
  expect(book.totals()).toMatchObject({ deposits: 520_00n, isBalanced: true });
  for (const user of book.users.values()) expect(user.fen).toBeGreaterThanOrEqual(0n);
  let kept = 0n;
  for (const trade of book.trades.values()) {
    const sum = [...trade.refunds.values()].reduce((total, each) => total + each.fen, 0n);
    expect(trade.refundedFen).toBe(sum);
    expect(sum).toBeLessThanOrEqual(trade.fen);
    if (trade.paidAtMs === undefined) expect(sum).toBe(0n);
    else kept += trade.fen - sum;
  }
  expect(book.merchantFen(APP_ID)).toBe(kept);
}

function shown(book: Book): unknown {
  const trades = [...book.trades.values()].map((trade) => ({
    ...trade,
    refunds: [...trade.refunds.values()],
  }));
  return [trades, [...book.users.values()], [...book.notices.values()], book.totals()];
}

test.each(['scan', 'precreate'] as const)(
  'whatever happens, the shop has what was paid and not given back (trades begin at %s)',
  (tradeBegins) => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (steps) => {
        const world = openWorld(tradeBegins);
        for (const step of steps) {
          play(world, step);
          judge(world.book);
        }
        const again = createBook(config.apps);
        for (const entry of world.entries) {
          again.apply(entrySchema.parse(JSON.parse(JSON.stringify(entry))));
        }
        expect(shown(again)).toEqual(shown(world.book));
      }),
      { numRuns: 150 },
    );
  },
);
