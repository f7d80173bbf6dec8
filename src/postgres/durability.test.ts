import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { checkDurability, judgeDurability } from './durability.ts';

const safe: readonly [string, string][] = [
  ['server_version_num', '180004'],
  ['in_recovery', 'false'],
  ['fsync', 'on'],
  ['server_encoding', 'UTF8'],
  ['full_page_writes', 'on'],
  ['data_checksums', 'on'],
  ['synchronous_commit', 'remote_apply'],
];

const unsafe = [
  { setting: 'server_version_num', value: '140012', verdict: 'refuse' },
  { setting: 'in_recovery', value: 'true', verdict: 'refuse' },
  { setting: 'fsync', value: 'off', verdict: 'refuse' },
  { setting: 'server_encoding', value: 'SQL_ASCII', verdict: 'refuse' },
  { setting: 'full_page_writes', value: 'off', verdict: 'warn' },
  { setting: 'data_checksums', value: 'off', verdict: 'warn' },
  { setting: 'synchronous_commit', value: 'off', verdict: 'warn' },
];

test.each(unsafe)('$setting = $value: $verdict', ({ setting, value, verdict }) => {
  const findings = judgeDurability(new Map([...safe, [setting, value]]));
  expect(findings).toMatchObject([{ setting, value, verdict }]);
});

test('an engine that has no such setting is not judged by it', () => {
  expect(judgeDurability(new Map([...safe, ['fsync', null]]))).toEqual([]);
});

test('the database that the tests run on keeps what it answers', async () => {
  const { connection } = await createTestDatabase({ content: 'empty' });
  const findings = await checkDurability(connection);
  expect(findings.filter(({ verdict }) => verdict === 'refuse')).toEqual([]);
});
