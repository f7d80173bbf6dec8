// What the documents point at is there: files by relative links, commands by their names.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { readTree, repositoryRoot } from './source-tree.ts';

const pages = [...readTree((path) => path.endsWith('.md'))];
const scripts = new Set([...Object.keys(manifest.scripts), 'ci', 'test']);
const sources = readTree((path) => path.startsWith('src/cli/'));
const commands = new Set(
  [...sources.values()]
    .flatMap((text) => [...text.matchAll(/\.command\('([a-z]+)'\)/g)])
    .map((match) => match[1]),
);

test('there are pages and commands to look at', () => {
  expect(pages.length).toBeGreaterThan(8);
  expect(commands.size).toBeGreaterThan(8);
});

test.each(pages)('%s: every relative link leads somewhere', (path, text) => {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
  const relative = links.filter((link) => !/^[a-z]+:/.test(link));
  const dead = relative.filter((link) => {
    return !existsSync(join(repositoryRoot, dirname(path), link));
  });
  expect(dead).toEqual([]);
});

test.each(pages)('%s: every command that it names exists', (_, text) => {
  const ran = [...text.matchAll(/npm run (?:-s |--silent )?([a-z:]+)/g)].map((match) => match[1]);
  const called = [...text.matchAll(/(?:npx |`)hutong ([a-z]+)/g)].map((match) => match[1]);
  expect(ran.filter((name) => name === undefined || !scripts.has(name))).toEqual([]);
  expect(called.filter((name) => name === undefined || !commands.has(name))).toEqual([]);
});
