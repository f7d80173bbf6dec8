// Codes that others made. published.json is golden: examples of a standard itself, and test data
// that the scheme's own operator publishes. shown.json is what participants and libraries show: no
// authority, but real; each says where it stands.
import { expect, test } from 'vitest';
import { z } from 'zod';
import published from './golden/published.json' with { type: 'json' };
import shown from './golden/shown.json' with { type: 'json' };
import {
  codeProblemSeverities,
  readCode,
  readConsumerCode,
  readMerchantCode,
  writeConsumerCode,
  writeMerchantCode,
} from './index.ts';
import { profileOf } from './profiles/list.ts';

const code = z.object({
  source: z.string(),
  payload: z.string(),
  scheme: z.string(),
  mode: z.string(),
  alias: z.string().nullable(),
  warnings: z.array(z.string()),
  fields: z.record(z.string(), z.unknown()),
});
const golden = z
  .array(code.extend({ kind: z.enum(['specification', 'operator']) }))
  .parse(published);
const codes = [...golden, ...z.array(code).parse(shown)];
const cases = codes.map((each) => [`${each.scheme} ${each.mode}, ${each.source}`, each] as const);

test.each(cases)('%s: payee, amount and names are as published', (_, each) => {
  const reading = readCode(each.payload);
  expect(reading.problems.map((problem) => problem.code)).toEqual(each.warnings);
  expect(reading).toMatchObject({ ok: true, scheme: each.scheme, mode: each.mode });
  expect(reading.alias?.text ?? null).toBe(each.alias);
  expect(reading.fields).toMatchObject(each.fields);
});

/** Objects by their id, at every level: writers choose the order, which means nothing. */
function inOrder(payload: string): readonly string[] {
  const objects: string[] = [];
  const chars = [...payload];
  for (let at = 0; at < chars.length; ) {
    const to = at + 4 + Number(chars.slice(at + 2, at + 4).join(''));
    objects.push(chars.slice(at, to).join(''));
    at = to;
  }
  return objects.filter((object) => !object.startsWith('63')).sort();
}

test.each(cases)('%s: written again it has the very same objects', (_, each) => {
  if (each.mode === 'consumer') {
    const { code: values } = readConsumerCode(each.payload);
    expect(values && writeConsumerCode(values)).toMatchObject({ ok: true, value: each.payload });
    return;
  }
  const rules = profileOf(each.scheme);
  const { code: values } = readMerchantCode(each.payload, rules && (() => rules));
  const written = values && writeMerchantCode(values, rules);
  expect(written?.problems).toEqual([]);
  expect(written?.ok === true ? inOrder(written.value) : []).toEqual(inOrder(each.payload));
});

test('every published code with one digit changed is refused', () => {
  for (const { payload, mode } of codes) {
    if (mode === 'consumer') continue;
    const at = payload.indexOf('5802') + 4;
    const other = `${payload.slice(0, at)}QQ${payload.slice(at + 2)}`;
    expect(readCode(other).problems.map((problem) => problem.code)).toContain('emv.crc_mismatch');
  }
});

test('every warning that is expected is one that exists', () => {
  const known = Object.keys(codeProblemSeverities);
  expect(codes.flatMap(({ warnings }) => warnings).filter((each) => !known.includes(each))).toEqual(
    [],
  );
});
