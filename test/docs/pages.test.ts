// The commands of the pages do what the pages say. One switch, that of docs/start.md, serves most,
// in the order of the list; the guide to one's own PostgreSQL has a database and a switch of its
// own.
import { globSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../house/source-tree.ts';
import { createTestDatabase } from '../setup/database.ts';
import { blocksOf, createReader } from './runnable.ts';

const PAGES = ['start.md', 'guides/rotate-keys.md', 'concepts/positions.md'];
const reader = createReader();
afterAll(() => reader.stop());

const blocks = PAGES.flatMap((page) =>
  blocksOf(page).map((block, index) => ({ page, number: index + 1, block })),
);

test.each(blocks)('docs/$page, block $number', { timeout: 40_000 }, async ({ block }) => {
  expect(await reader.read(block)).toEqual([]);
});

describe('a database of one’s own', async () => {
  const database = await createTestDatabase({ content: 'empty' });
  const operator = createReader({ URL: database.url });
  afterAll(() => operator.stop());

  test.each(blocksOf('guides/postgresql.md'))(
    'docs/guides/postgresql.md: $commands',
    { timeout: 40_000 },
    async (block) => {
      expect(await operator.read(block)).toEqual([]);
    },
  );
});

test('the start is three commands, and the last one proves an invariant', () => {
  const commands = blocksOf('start.md').map(({ commands: each }) => each.trim());
  expect(commands).toHaveLength(3);
  expect(commands[2]).toBe('npx hutong verify');
});

test('no page has a block that nobody runs', () => {
  const pages = globSync('docs/**/*.md', { cwd: repositoryRoot });
  const written = pages.filter((path) => blocksOf(path.replace('docs/', '')).length > 0);
  expect(written.sort()).toEqual(
    [...PAGES, 'guides/postgresql.md'].map((page) => `docs/${page}`).sort(),
  );
});
