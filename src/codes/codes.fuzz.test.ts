// What strangers make cameras read: no text throws, hangs, or costs more than it is worth. Time is
// CPU time of this process, and the best of several runs, so that a busy machine is no failure.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import published from './golden/published.json' with { type: 'json' };
import shown from './golden/shown.json' with { type: 'json' };
import { CODE_CHARS_MAX, crcText, readCode, readConsumerCode, readMerchantCode } from './index.ts';

const payloads = [...published, ...shown].map(({ payload }) => payload);
const links = [
  'upi://pay?pa=shop@bank&pn=Tea%20House&am=12.50&cu=INR',
  'weixin://wxpay/bizpayurl?pr=abc',
  'https://qr.alipay.com/abc',
  'https://pay.example/o/1?x=1999999999&k=k1&s=AAAA',
  `ethereum:0x${'abcdef01'.repeat(5)}@1/transfer?address=0x1&uint256=1e3`,
  '$wallet.example/alice',
  '281234567890123456',
];
const seeds = [...payloads, ...links];

/**
 * A real code with something torn out, put in twice or replaced, and its checksum mended or not.
 */
const bent = fc
  .record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(600),
    drop: fc.nat(12),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...'0123456789%=&/?@:-.茶😀\ud800'), maxLength: 12 }),
      fc.constantFrom('6304', '6299', '0002', '9999', '%%%', '&&&&', '🧋'.repeat(20)),
    ),
    times: fc.constantFrom(1, 1, 1, 50, 500),
    isMended: fc.boolean(),
  })
  .map(({ seed, at, drop, put, times, isMended }) => {
    const place = at % (seed.length + 1);
    const text = seed.slice(0, place) + put.repeat(times) + seed.slice(place + drop);
    if (!isMended || !text.isWellFormed()) return text;
    const body = `${text.replace(/6304[^]{4}$/, '')}6304`;
    return body + crcText(body);
  });

const texts = fc.oneof(
  bent,
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 3_000 }),
);

test('no text throws, and every answer says why', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const reading = readCode(text, { nowMs: 1_800_000_000_000 });
      expect(reading.ok).toBe(reading.problems.every(({ severity }) => severity === 'warning'));
      expect(reading.lenient).toBe(reading.ok && reading.problems.length > 0);
      for (const { text: words, position } of reading.problems) {
        expect(`${words.en}${words.zh}`).not.toMatch(/\{[a-zA-Z]+\}/);
        expect(position ?? 0).toBeLessThanOrEqual([...text].length);
      }
      expect(JSON.parse(JSON.stringify(reading))).toEqual(reading);
    }),
    { numRuns: 3_000 },
  );
});

test('the readers of one kind throw at nothing either, whatever kind it is', () => {
  fc.assert(
    fc.property(texts, (text) => {
      readMerchantCode(text);
      readConsumerCode(text);
    }),
    { numRuns: 1_000 },
  );
});

/** CPU milliseconds of the cheapest of a few runs. */
function cpuMs(run: () => void, tries: number): number {
  const costs = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...costs);
}

/** Texts that make careless parsers quadratic, each as long as a text may be. */
const hostile: readonly (readonly [string, string])[] = [
  ['ids without end', '0002010102'],
  ['empty objects', '0000'],
  ['templates', '26999999'],
  ['checksums', '63040000'],
  ['digits', '1'],
  ['percent signs', '%'],
  ['parameters', '&a=%41'],
  ['slashes', '/a'],
  ['white space', ' '],
  ['letters of Base64', 'hQVDUFYwMWET'],
  ['emoji', '😀'],
];
const heads = ['', '000201', 'upi://pay?', 'https://', 'ethereum:', '$', 'hQVDUFYwMWET'];
const long = hostile.flatMap(([name, part]) =>
  heads.map((head) => {
    const text = (head + part.repeat(CODE_CHARS_MAX)).slice(0, CODE_CHARS_MAX - 8);
    const body = `${text.replace(/[\ud800-\udbff]$/, '')}6304`;
    return [head, name, body + crcText(body)] as const;
  }),
);

test.each(long)('%s and %s to the end: under 1 ms of CPU per KB', (_, __, text) => {
  const kilobytes = Buffer.byteLength(text) / 1_024;
  expect(cpuMs(() => readCode(text), 9) / kilobytes).toBeLessThan(1);
});

test('a text of a million characters is refused without being read', () => {
  expect(cpuMs(() => readCode('00'.repeat(500_000)), 5)).toBeLessThan(5);
});

test('10 000 codes are read in a second on one core', () => {
  const rounds = Math.ceil(2_500 / seeds.length);
  const reads = rounds * seeds.length;
  const run = () => {
    for (let round = 0; round < rounds; round++) for (const seed of seeds) readCode(seed);
  };
  run();
  const perSecond = (reads / cpuMs(run, 5)) * 1_000;
  expect(perSecond).toBeGreaterThan(10_000);
});
