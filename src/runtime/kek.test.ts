// The key-encryption key is made once, kept from others, and never guessed.
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KEK_FILE_NAME, type LoadedKek, loadKek } from './kek.ts';
import { createCryptoRandom } from './random.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-kek-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const random = createCryptoRandom();
const load = (create = true, configured?: string) =>
  loadKek({ dataFolder: join(folder, 'data'), create, random, configured });
const path = () => join(folder, 'data', KEK_FILE_NAME);

function loaded(result: LoadedKek) {
  if (!result.ok) throw new Error(result.message);
  return result.kek;
}

const messageOf = (result: LoadedKek) => (result.ok ? 'loaded' : result.message);

test('the first start makes a key for its owner only, later starts find the same', () => {
  const first = loaded(load());
  expect(first).toMatchObject({ origin: 'created' });
  expect(first.key).toHaveLength(32);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  const second = loaded(load(false));
  expect(second).toMatchObject({ origin: 'file', fingerprint: first.fingerprint });
  expect(second.key.equals(first.key)).toBe(true);
  expect(readdirSync(join(folder, 'data'))).toEqual([KEK_FILE_NAME]);
});

test('a missing key is not made anew in production: the folder is the wrong one', () => {
  expect(messageOf(load(false))).toContain('does not exist');
});

describe('a key file', () => {
  test.each([0o644, 0o604, 0o602, 0o601, 0o620])('with mode %o is refused', (mode) => {
    load();
    chmodSync(path(), mode);
    expect(messageOf(load())).toContain('chmod 600');
  });

  test.each([0o600, 0o400, 0o640, 0o440])('with mode %o is taken', (mode) => {
    load();
    chmodSync(path(), mode);
    expect(load().ok).toBe(true);
  });

  test.each([
    ['empty', ''],
    ['too short', Buffer.alloc(31, 7).toString('base64')],
    ['too long', Buffer.alloc(33, 7).toString('base64')],
    ['text', 'correct horse battery staple, said 43 letters'],
    ['zeros', '0'.repeat(64)],
    ['larger than any key', 'A'.repeat(70_000)],
  ])('that is %s is refused, never replaced', (_, text) => {
    load();
    writeFileSync(path(), text);
    expect(load().ok).toBe(false);
    expect(load().ok).toBe(false);
  });

  test('that is a folder is refused', () => {
    expect(loadKek({ dataFolder: tmpdir(), create: false, random, configured: undefined }).ok).toBe(
      false,
    );
  });
});

describe('a configured key', () => {
  const bytes = Buffer.from(random.bytes(32));
  test.each([
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['base64 with a line end', `${bytes.toString('base64')}\n`],
  ])('as %s is used, and no file is made', (_, text) => {
    const kek = loaded(load(true, text));
    expect(kek.key.equals(bytes)).toBe(true);
    expect(kek.origin).toBe('configured');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that is no key is refused without being repeated in the message', () => {
    const result = load(true, 'hunter2');
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

test('the fingerprint tells keys apart and does not hold the key', () => {
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 1)];
  one[0] = 9;
  other[0] = 8;
  const prints = [one, other].map((key) => loaded(load(true, key.toString('hex'))).fingerprint);
  expect(prints[0]).not.toBe(prints[1]);
  expect(prints[0]).toMatch(/^[0-9a-f]{16}$/);
});
