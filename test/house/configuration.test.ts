// The page of settings says what the settings are.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationPage } from '../../scripts/configuration.ts';

test('docs/reference/configuration.md is as the settings are: node scripts/configuration.ts', () => {
  const page = new URL('../../docs/reference/configuration.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(configurationPage());
});
