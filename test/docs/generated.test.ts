// Pages made from the code are as the code is now, and what they show is true of the contract.
import { readFileSync } from 'node:fs';
import { openApiDocument, operatorDocument, problemDefinitions } from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import { apiExamples } from '../../scripts/docs/api.ts';
import { commandsOf, program } from '../../scripts/docs/cli.ts';
import { eventTypes, typesInSources } from '../../scripts/docs/events.ts';
import { generatedPages } from '../../scripts/docs.ts';

describe('generated pages', () => {
  test.each(Object.entries(generatedPages))(
    'docs/%s is up to date (npm run docs)',
    async (p, make) => {
      const file = new URL(`../../docs/${p}`, import.meta.url);
      expect(readFileSync(file, 'utf8')).toBe(await make());
    },
  );

  test('the contract takes every example that the API page shows', () => {
    const refused = apiExamples().flatMap(({ name, schema, example }) => {
      const issues = schema.safeParse(example).error?.issues ?? [];
      return issues.map(({ path, message }) => `${name}: ${path.join('.')} ${message}`);
    });
    expect(refused).toEqual([]);
  });

  test.each([openApiDocument(), operatorDocument()])(
    'every $ref of $info.title leads somewhere',
    (d) => {
      const names = [...JSON.stringify(d).matchAll(/"\$ref":"([^"]+)"/g)].map(
        ([, ref = '']) => ref,
      );
      const known = new Set(
        Object.keys(d.components.schemas).map((n) => `#/components/schemas/${n}`),
      );
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    },
  );

  test('every type of event that the sources write is told, once', () => {
    const told = eventTypes.map(({ type }) => type);
    expect(new Set(told).size).toBe(told.length);
    expect(typesInSources().filter((type) => !told.includes(type))).toEqual([]);
  });

  test('every command says what it does', async () => {
    const commands = commandsOf(await program());
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.filter(({ command }) => command.description() === '')).toEqual([]);
  });

  test('every problem has its place', () => {
    const page = readFileSync(new URL('../../docs/reference/problems.md', import.meta.url), 'utf8');
    const missing = problemDefinitions.filter(({ code }) => !page.includes(`### ${code}\n`));
    expect(missing).toEqual([]);
  });
});
