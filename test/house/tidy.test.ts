// The repository is tidy, and stays so: checks of every file, of the lockfile and of the list of
// dependencies. Each check is first shown something untidy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FUNCTION_LINES_MAX, functionLength } from './function-length.ts';
import { readTree, repositoryRoot } from './source-tree.ts';
import * as tidy from './tidy.ts';

const REPORTED_MAX = 40;

const HOST = ['registry', 'example', 'org'].join('.');
const HOME = ['', 'home', 'li', 'hutong'].join('/');

const functionOf = (body: string) => `function f() {\n${body}}\n`;

test.each<[string, tidy.Check, string, string]>([
  ['a long file', tidy.fileLength, 'src/a.ts', '// a\n'.repeat(401)],
  ['a long line', tidy.lineLength, 'src/a.ts', `const a = ${'b + '.repeat(30)}c;`],
  ['a long comment', tidy.lineLength, 'src/a.ts', `// ${'word '.repeat(30)}`],
  ['a long function', functionLength, 'src/a.ts', functionOf('a();\n'.repeat(60))],
  ['a long part', functionLength, 'src/a.ts', functionOf(functionOf('b();\n'.repeat(60)))],
  ['a camelCase file', tidy.fileName, 'src/money/moneyAmount.ts', ''],
  ['a folder of helpers', tidy.fileName, 'src/helpers/a.ts', ''],
  ['a file of utils', tidy.fileName, 'src/money/amount.utils.ts', ''],
  ['a manager', tidy.exportedName, 'src/a.ts', 'export class PaymentManager {'],
  ['no first comment', tidy.firstComment, 'src/a.ts', "import { a } from './a.ts';"],
  ['a thing to do', tidy.unfinished, 'src/a.ts', `// ${['TO', 'DO'].join('')}: later`],
  ['a lonely test', tidy.leftOutTests, 'src/a.test.ts', ['test.on', "ly('a', f);"].join('')],
  ['a test left out', tidy.leftOutTests, 'src/a.test.ts', ['test.sk', "ip('a', f);"].join('')],
  ['a silent skip', tidy.leftOutTests, 'src/a.test.ts', ['context.sk', 'ip();'].join('')],
  ['a registry host', tidy.machineNames, 'docs/a.md', `from https://${HOST}/a`],
  ['a path of one machine', tidy.machineNames, 'docs/a.md', `see ${HOME}`],
])('%s is caught', (_, check, path, text) => {
  expect(check(path, text)).toHaveLength(1);
});

test.each<[string, tidy.Check, string, string]>([
  ['a file of just 400 lines', tidy.fileLength, 'src/a.ts', '// a\n'.repeat(400)],
  [
    'a long factory',
    functionLength,
    'src/a.ts',
    functionOf(functionOf('a();\n'.repeat(40)).repeat(9)),
  ],
  ['a long explanation', functionLength, 'src/a.ts', functionOf('// a\n\n'.repeat(60))],
  ['a long web address', tidy.lineLength, 'src/a.ts', `// https://example.org/${'a'.repeat(99)}`],
  ['Chinese text', tidy.lineLength, 'src/a.ts', `// ${'付'.repeat(90)}`],
  ['roles as suffixes', tidy.fileName, 'src/journal/store.postgres.ts', ''],
  ['a numbered migration', tidy.fileName, 'src/postgres/migrations/0001-journal.sql', ''],
  ['a launcher', tidy.firstComment, 'bin/a.js', '#!/usr/bin/env node\n// Starts.'],
  ['a skip with its reason', tidy.leftOutTests, 'src/a.test.ts', "context.skip('no older Node');"],
  ['a web path', tidy.machineNames, 'docs/a.md', 'https://example.org/home/li'],
])('%s passes', (_, check, path, text) => {
  expect(check(path, text)).toEqual([]);
});

const everything = readTree((path) => !/\.(png|jpg|ico|woff2|pdf|gz|zip|bin|der|p12)$/.test(path));
const own = [...everything].filter(([path]) => !path.startsWith('test/clients/'));

test.each([
  ...tidy.checks,
  [`no function is longer than ${FUNCTION_LINES_MAX} lines by itself`, functionLength] as const,
])('%s', (_, check) => {
  const wrong = own.flatMap(([path, text]) => check(path, text));
  expect(wrong.slice(0, REPORTED_MAX)).toEqual([]);
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8'));
}

const names = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({
    dependencies: names,
    devDependencies: names,
    optionalDependencies: names,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(readJson('package.json'));

const lockfiles = ['package-lock.json', 'test/clients/package-lock.json'];
test.each(lockfiles)('%s names no host, so that it works with every mirror', (path) => {
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ resolved: z.string().optional() })) })
    .parse(readJson(path));
  const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
  expect(resolved.filter((where) => where.includes('://'))).toEqual([]);
});

test('install scripts are allowed by name, never by version', () => {
  const pinned = Object.keys(manifest.allowScripts).filter((name) => name.indexOf('@', 1) > 0);
  expect(pinned).toEqual([]);
});

test('every dependency has a line that says what for', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/dependencies.md'), 'utf8');
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  const named = Object.keys({ ...all, ...manifest.optionalDependencies });
  expect(named.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});
