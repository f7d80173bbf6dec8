// What is logged helps an operator and gives away neither secrets nor people.
import { expect, test } from 'vitest';
import { createManualClock } from './clock.ts';
import { createLogger } from './logging.ts';

function logged(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const logger = createLogger({
    level,
    clock: createManualClock(Date.UTC(2026, 6, 31)),
    destination: { write: (line) => lines.push(line) },
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

test('a line is JSON with level, time and message', () => {
  const { logger, last } = logged();
  logger.info({ paymentId: 'p1', amountMinor: 150n, attempt: 2 }, 'credit sent');
  expect(last()).toEqual({
    level: 'info',
    time: '2026-07-31T00:00:00.000Z',
    pid: process.pid,
    paymentId: 'p1',
    amountMinor: '150',
    attempt: 2,
    msg: 'credit sent',
  });
});

const hidden = 'hide-me-4711';
test.each([
  ['a signature', { signature: hidden }],
  ['a header', { headers: { Authorization: hidden, 'signature-input': hidden } }],
  ['a key', { connection: { settings: { private_key: hidden } } }],
  ['a WeChat Pay key', { settings: { apiV3Key: hidden } }],
  ['a database URL', { databaseUrl: `postgres://u:${hidden}@h/d` }],
  ['a fulfilment', { leg: { fulfilment: hidden } }],
  ['an alias', { payee: { alias: { kind: 'phone', value: hidden } } }],
  ["a payer's name", { payer: { name: hidden } }],
  ['a list of parties', { parties: [{ phone: hidden }, { displayName: hidden }] }],
  ['a body', { request: { body: hidden } }],
  ['bytes', { raw: Buffer.from(hidden) }],
  ['a map', { byAlias: new Map([[hidden, 1]]) }],
  ['a set', { seen: new Set([hidden]) }],
  [
    'a row in an error of PostgreSQL',
    { err: Object.assign(new Error('23505'), { detail: hidden }) },
  ],
  [
    'a request in the cause of an error',
    { err: new Error('x', { cause: Object.assign(new Error('y'), { request: { a: hidden } }) }) },
  ],
  [
    'very deep things',
    { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: hidden } } } } } } } } } },
  ],
])('%s is not in the log', (_, members) => {
  const { logger, lines } = logged();
  logger.warn(members, 'refused');
  logger.child(members).warn('refused');
  logger.child({ room: 'payments' }).child(members).warn('refused');
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).not.toContain(hidden);
    expect(line).not.toContain(Buffer.from(hidden).toString('base64'));
  }
});

test('an error keeps type, message, code, stack and cause', () => {
  const { logger, last } = logged();
  const cause = Object.assign(new TypeError('reset'), { code: 'ECONNRESET' });
  logger.error(new RangeError('no answer', { cause }));
  expect(last()).toMatchObject({
    level: 'error',
    msg: 'no answer',
    err: {
      type: 'RangeError',
      message: 'no answer',
      cause: { type: 'TypeError', code: 'ECONNRESET' },
    },
  });
});

test('an error says where it was thrown', () => {
  const { logger, lines } = logged();
  logger.error({ err: new Error('x') });
  expect(lines[0]).toContain('logging.test');
});

test('logging changes nothing that it is given', () => {
  const { logger } = logged();
  const members = { payer: { name: 'Li Wei' }, list: [{ phone: '1' }] };
  logger.info(members);
  expect(members).toEqual({ payer: { name: 'Li Wei' }, list: [{ phone: '1' }] });
});

test('a level below the set one is silent', () => {
  const { logger, lines } = logged('info');
  logger.debug('detail');
  expect(lines).toEqual([]);
});

test('a circle ends', () => {
  const { logger, last } = logged();
  const circle: { self?: unknown } = {};
  circle.self = circle;
  logger.info({ circle }, 'round');
  expect(last()['msg']).toBe('round');
});
