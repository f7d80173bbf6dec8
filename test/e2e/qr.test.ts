// `hutong qr` as people use it: the real program, files, pipes and exit codes. It needs no switch.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import published from '../../src/codes/golden/published.json' with { type: 'json' };
import { repositoryRoot } from '../house/source-tree.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const example = published[0]?.payload ?? '';
const folder = mkdtempSync(join(tmpdir(), 'hutong-qr-'));
afterAll(() => rmSync(folder, { recursive: true }));

function qr(args: readonly string[], input?: string) {
  const env = { ...process.env, NO_COLOR: '1' };
  const options = {
    encoding: 'utf8',
    env,
    timeout: 60_000,
    cwd: folder,
    maxBuffer: 2 ** 26,
  } as const;
  return spawnSync(process.execPath, [launcher, 'qr', ...args], { ...options, input: input ?? '' });
}

const line = z.strictObject({
  ok: z.boolean(),
  lenient: z.boolean(),
  scheme: z.string().nullable(),
  mode: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()),
  alias: z.strictObject({ type: z.string(), value: z.string(), text: z.string() }).nullable(),
  problems: z.array(z.looseObject({ code: z.string(), position: z.number().nullable() })),
});

const readings = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((each) => line.parse(JSON.parse(each)));

const shop = ['--alias', 'phone:+66812345678', '--amount', '12.50'];
const pays = { ok: true, scheme: 'promptpay', alias: { text: 'phone:+66812345678' } };

describe('hutong qr write, and hutong qr read of what it wrote', () => {
  test('as text, given as an argument', () => {
    const written = qr(['write', 'promptpay', ...shop]);
    expect(written.status).toBe(0);
    const read = qr(['read', '--json', written.stdout.trimEnd()]);
    expect(read.status).toBe(0);
    expect(readings(read.stdout)).toEqual([expect.objectContaining({ lenient: false })]);
    expect(readings(read.stdout)[0]).toMatchObject({ ...pays, fields: { amount: '12.50' } });
  });

  test('as an image, given as a file', () => {
    const args = ['write', 'promptpay', ...shop, '--format', 'png', '--level', 'high'];
    expect(qr([...args, '--out', 'code.png']).stdout).toBe('');
    expect(readings(qr(['read', '--json', 'code.png']).stdout)[0]).toMatchObject(pays);
    expect(qr(['read', 'code.png']).stdout).toContain('pays  phone:+66812345678');
  });

  test('as SVG and on a terminal', () => {
    expect(qr(['write', 'promptpay', ...shop, '--format', 'svg']).stdout).toMatch(
      /^<svg .*<\/svg>\n$/,
    );
    expect(qr(['write', '--payload', 'x', '--format', 'terminal']).stdout).toContain('█ ▄▄▄▄▄ █');
  });

  test("with a scheme's own fields, and as a UPI link", () => {
    const fields = ['--field', 'account=shop@bank', '--name', 'Shop', '--city', 'Phnom Penh'];
    const khqr = qr(['write', 'khqr', ...fields]).stdout;
    const upi = qr(['write', 'upi', '--alias', 'vpa:shop@bank', '--name', 'Shop']).stdout;
    const [first, second] = readings(qr(['read', '--json'], khqr + upi).stdout);
    expect(first).toMatchObject({ ok: true, alias: { text: 'scheme:khqr:shop@bank' } });
    expect(second).toMatchObject({ ok: true, scheme: 'upi', alias: { text: 'vpa:shop@bank' } });
  });
});

test('each line of standard input is answered by one line, in order, however bad it is', () => {
  const lines = [
    ...published.map(({ payload }) => payload),
    '',
    'not a code',
    '1'.repeat(1_000_000),
    `${example}\r`,
    '\u0000茶',
  ];
  const result = qr(['read', '--json'], lines.join('\n'));
  expect(result).toMatchObject({ status: 0, stderr: '' });
  const answers = readings(result.stdout);
  expect(answers).toHaveLength(lines.length);
  expect(answers.map(({ ok }) => ok)).toEqual([
    ...published.map(() => true),
    false,
    false,
    false,
    true,
    false,
  ]);
  const last = answers.slice(-5).map(({ problems }) => problems[0]?.code ?? null);
  expect(last).toEqual([
    'code.empty',
    'code.unknown',
    'code.too_long',
    null,
    'code.text_malformed',
  ]);
});

test('ten thousand lines through a pipe are ten thousand answers', () => {
  const many = `${example}\n`.repeat(10_000);
  const result = qr(['read', '--json'], many);
  expect(result.stdout.trimEnd().split('\n')).toHaveLength(10_000);
});

test('a strict reading refuses what real life writes and no specification', () => {
  const lower = example.replace(/[0-9A-F]{4}$/, (crc) => crc.toLowerCase());
  expect(qr(['read', lower]).status).toBe(0);
  expect(qr(['read', '--strict', lower]).status).toBe(6);
});

writeFileSync(join(folder, 'text.png'), 'no image');

test.each([
  ['a code that was altered', ['read', `${example.slice(0, -1)}B`], 6, 'crc_mismatch'],
  ['a file that is no image', ['read', 'text.png'], 6, 'image.not_an_image'],
  ['a file that is not there', ['read', 'nowhere.png'], 4, 'nowhere.png'],
  ['no scheme', ['write'], 2, 'which scheme'],
  ['a scheme that is not there', ['write', 'zulu'], 2, 'promptpay'],
  ['a payee of another scheme', ['write', 'pix', '--alias', 'vpa:a@b'], 6, 'payee_malformed'],
  ['a field without its value', ['write', 'pix', '--field', 'key'], 2, 'name=value'],
  [
    'an amount with too many decimals',
    ['write', 'promptpay', '--alias', 'phone:+66812345678', '--amount', '1.005'],
    6,
    'amount_too_precise',
  ],
  [
    'more than a code holds',
    ['write', '--payload', 'x'.repeat(3_000), '--format', 'svg'],
    6,
    'image.too_much_data',
  ],
])('%s is refused in words', (_, args, status, words) => {
  const result = qr(args);
  expect(result.status).toBe(status);
  expect(result.stdout + result.stderr).toContain(words);
});
