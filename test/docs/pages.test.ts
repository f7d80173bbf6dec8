// The commands of the pages do what the pages say. One switch, that of docs/start.md, serves them
// all, in the order of this list.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { repositoryRoot } from '../house/source-tree.ts';
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

test('the start is three commands, and the last one proves an invariant', () => {
  const commands = blocksOf('start.md').map(({ commands: each }) => each.trim());
  expect(commands).toHaveLength(3);
  expect(commands[2]).toBe('npx hutong verify');
});

test('no page has a block that nobody runs', () => {
  for (const page of ['guides/postgresql.md', 'guides/write-a-dialect.md', 'README.md']) {
    const text = readFileSync(join(repositoryRoot, 'docs', page), 'utf8');
    expect(text).not.toMatch(/^```sh (run|start)/m);
  }
});
