// Ids, hashes, instants and amounts are read in one form only; two spellings would be two contents.
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  amountSchema,
  currencyCodeSchema,
  feeBpsSchema,
  handleSchema,
  hash32Schema,
  idempotencyKeySchema,
  instantSchema,
  legIdSchema,
  moneySchema,
  problemCodeSchema,
  seqSchema,
  uuidSchema,
} from './index.ts';

const zeros = `${'A'.repeat(43)}`;
const cases: [name: string, schema: z.ZodType, taken: unknown[], refused: unknown[]][] = [
  [
    'an id',
    uuidSchema,
    ['0197f3f0-1c2d-7abc-8def-0123456789ab'],
    [
      '0197F3F0-1C2D-7ABC-8DEF-0123456789AB',
      '0197f3f0-1c2d-4abc-8def-0123456789ab',
      '0197f3f0-1c2d-7abc-cdef-0123456789ab',
      '0197f3f01c2d7abc8def0123456789ab',
      '0197f3f0-1c2d-7abc-8def-0123456789ab\n',
    ],
  ],
  [
    'a leg id',
    legIdSchema,
    ['0197f3f01c2d1abc8def0123456789ab', '0197f3f01c2d2abc8def0123456789ab'],
    ['0197f3f01c2d1abccdef0123456789ab', '0197f3f01c2d1abc8def0123456789a', 7],
  ],
  [
    'a handle',
    handleSchema,
    ['ab', 'wallet-a', 'bank-2-eu', 'a'.repeat(40)],
    ['a', 'A1', '2a', 'a-', '-a', 'a--b', 'a_b', 'a'.repeat(41), 'é1'],
  ],
  [
    'an idempotency key',
    idempotencyKeySchema,
    ['k', '0197f3f0-1c2d-7abc-8def-0123456789ab', '!'.repeat(128)],
    ['', 'a b', 'a\t', 'ключ', 'a\u0000', '!'.repeat(129)],
  ],
  [
    'a hash',
    hash32Schema,
    [zeros, Buffer.alloc(32, 255).toString('base64url')],
    [`${zeros}=`, zeros.slice(1), `${'A'.repeat(42)}B`, Buffer.alloc(32, 255).toString('base64')],
  ],
  [
    'a sequence number',
    seqSchema,
    ['0', '7', '9223372036854775807'],
    ['9223372036854775808', '01', '-1', '1.0', '', 7],
  ],
  [
    'an instant',
    instantSchema,
    ['2026-07-31T09:30:00Z', '2026-07-31T09:30:00.123Z', '2028-02-29T00:00:00.000Z'],
    [
      '2026-07-31T09:30:00+08:00',
      '2026-07-31T09:30:00',
      '2026-07-31',
      '2026-02-29T00:00:00Z',
      '2026-07-31T25:00:00Z',
      '2026-07-31T09:30:00.123456Z',
      1_785_490_200_000,
    ],
  ],
  [
    'a currency',
    currencyCodeSchema,
    ['CNY', 'USDC'],
    ['cny', 'CN', '1NCH', 'TOOLONGTOKENS', 'US D'],
  ],
  ['an amount', amountSchema, ['12.50', '-5', 'x'], [12.5, 12, '', '1'.repeat(65), null]],
  [
    'money',
    moneySchema,
    [{ amount: '1', currency: 'CNY' }],
    [{ amount: 1, currency: 'CNY' }, { amount: '1' }, { amount: '1', currency: 'CNY', note: '' }],
  ],
  ['basis points', feeBpsSchema, [0, 60, 10_000], [-1, 0.5, 10_001, '60']],
  ['a problem code', problemCodeSchema, ['internal', 'outcome_unknown'], ['INTERNAL', 'oops', '']],
];

describe.each(cases)('%s', (_, schema, taken, refused) => {
  test.each(taken.map((each) => [each]))('is %j', (value) => {
    expect(schema.safeParse(value).success).toBe(true);
  });
  test.each(refused.map((each) => [each]))('is not %j', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});
