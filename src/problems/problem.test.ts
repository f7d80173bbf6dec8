// Every problem says, in both languages, what happened and what to do, and is told as RFC 9457
// says.
import {
  type ProblemCode,
  problemCodes,
  problemDefinitions,
  problemGroups,
  problemJsonSchema,
  problemsByGroup,
} from '@hutong/sdk/contract';
import { describe, expect, test } from 'vitest';
import {
  definitionOf,
  describeProblem,
  firstOf,
  languages,
  ok,
  problem,
  type Result,
  refuse,
  retryAfterSeconds,
  textOf,
  toProblemJson,
} from './index.ts';
import { english } from './texts.en.ts';
import { chinese } from './texts.zh.ts';

describe.each(problemDefinitions)('$code', ({ code, status, retry }) => {
  test.each(languages)('says in %s what happened and what to do', (language) => {
    const { title, suggestion } = textOf(code, language);
    expect(title).not.toMatch(/[.。]$/);
    expect(title.length).toBeGreaterThan(3);
    expect(suggestion).toMatch(language === 'zh' ? /。$/ : /^[A-Z].*\.$/);
    expect(/\p{Script=Han}/u.test(title + suggestion)).toBe(language === 'zh');
  });

  test('has the same params in the detail of both languages', () => {
    const paramsOf = (text: string | undefined) => (text?.match(/\{[A-Za-z]+\}/g) ?? []).sort();
    expect(paramsOf(chinese[code].detail)).toEqual(paramsOf(english[code].detail));
    expect(english[code].detail === undefined).toBe(chinese[code].detail === undefined);
  });

  test('has a status of an error, and one that fits its retry advice', () => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    // What the switch itself could not do says nothing about the wish: the same may be sent again.
    if (status >= 500) expect(retry).toBe('same_key');
  });

  test('is a document that the contract describes', () => {
    const json = toProblemJson(problem(code), { requestId: 'req-1' });
    expect(problemJsonSchema.strict().parse(json)).toEqual(json);
  });
});

describe('the list', () => {
  test('has each code once, in snake case', () => {
    expect(new Set(problemCodes).size).toBe(problemCodes.length);
    for (const code of problemCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test('is its groups one after the other', () => {
    const inGroups = problemGroups.flatMap((group) =>
      problemsByGroup[group].map((row) => row.code),
    );
    expect(inGroups).toEqual(problemCodes);
    expect(Object.keys(problemsByGroup)).toEqual([...problemGroups]);
  });

  test('has texts for its codes and no others, in its order', () => {
    expect(Object.keys(english)).toEqual(problemCodes);
    expect(Object.keys(chinese)).toEqual(problemCodes);
  });

  test.each<[ProblemCode, ProblemCode]>([
    ['request_invalid', 'signature_missing'],
    ['key_unknown', 'signature_invalid'],
    ['signature_invalid', 'digest_mismatch'],
    ['digest_mismatch', 'signature_replayed'],
    ['signature_replayed', 'participant_suspended'],
    ['not_permitted', 'idempotency_conflict'],
    ['idempotency_conflict', 'currency_unknown'],
    ['amount_malformed', 'amount_negative'],
    ['amount_zero', 'amount_too_precise'],
    ['amount_too_precise', 'amount_too_large'],
    ['lookup_budget_exhausted', 'alias_not_found'],
    ['quote_expired', 'limit_exceeded'],
    ['order_already_paid', 'limit_exceeded'],
    ['policy_refused', 'limit_exceeded'],
  ])('judges %s before %s', (first, second) => {
    expect(firstOf([problem(second), problem(first)]).code).toBe(first);
    expect(firstOf([problem(first), problem(second)]).code).toBe(first);
  });

  test('says retry with the same key only where nothing was refused', () => {
    const sameKey = problemDefinitions.filter((row) => row.retry === 'same_key');
    expect(sameKey.map((row) => row.code)).toEqual([
      'signature_missing',
      'signature_expired',
      'signature_from_future',
      'signature_replayed',
      ...problemsByGroup.platform.map((row) => row.code),
    ]);
  });
});

describe('a problem is told', () => {
  test('with what is special about it', () => {
    const refusal = problem('amount_too_precise', {
      pointer: '/amount',
      params: { currency: 'CNY', exponent: '2' },
    });
    expect(toProblemJson(refusal, { requestId: 'req-1', instance: '/v1/payments/7' })).toEqual({
      type: '/problems/amount_too_precise',
      title: 'The amount has more decimals than its currency',
      status: 422,
      detail: 'CNY has 2 decimals',
      instance: '/v1/payments/7',
      code: 'amount_too_precise',
      retry: 'never',
      suggestion: 'Round it yourself; the switch never does.',
      requestId: 'req-1',
      params: { currency: 'CNY', exponent: '2' },
      errors: [{ pointer: '/amount', detail: 'CNY has 2 decimals' }],
    });
  });

  test('in Chinese to those who ask for it, its code unchanged', () => {
    const json = toProblemJson(problem('limit_exceeded', { params: { limit: 'day' } }), {
      requestId: 'req-1',
      language: 'zh',
    });
    expect(json).toMatchObject({ code: 'limit_exceeded', title: '将超过限额', detail: '限额 day' });
  });

  test('without a detail where a param of it is absent', () => {
    const json = toProblemJson(problem('amount_too_precise', { params: { currency: 'CNY' } }), {
      requestId: 'req-1',
    });
    expect(json).not.toHaveProperty('detail');
  });

  test('with its own detail before the prepared one', () => {
    const own = problem('limit_exceeded', { detail: 'tier 1', params: { limit: 'day' } });
    expect(toProblemJson(own, { requestId: 'req-1' }).detail).toBe('tier 1');
    expect(describeProblem(own)).toBe(
      'limit_exceeded: A limit would be exceeded (tier 1). ' +
        'Pay less, wait until the limit is free again, or add cover.',
    );
  });

  test('with params as text, never as a template: what a client sends is not expanded', () => {
    const json = toProblemJson(
      problem('rate_unavailable', { params: { from: '{to}', to: '$&' } }),
      { requestId: 'req-1' },
    );
    expect(json.detail).toBe('{to} to $&');
  });

  test('with every fault of a schema, the pointed one first', () => {
    const more = [{ pointer: '/b', detail: 'is missing' }];
    expect(
      problem('request_invalid', { pointer: '/a', detail: 'is late', errors: more }).errors,
    ).toEqual([{ pointer: '/a', detail: 'is late' }, ...more]);
  });

  test('with a time to wait in whole seconds, never too short', () => {
    expect(retryAfterSeconds(problem('overloaded', { retryAfterMs: 1_001 }))).toBe(2);
    expect(retryAfterSeconds(problem('overloaded'))).toBeUndefined();
  });
});

test('a result is a value or a problem', () => {
  const results: Result<bigint>[] = [ok(5n), refuse('amount_zero')];
  expect(results.map((each) => (each.ok ? each.value : each.problem.code))).toEqual([
    5n,
    'amount_zero',
  ]);
  expect(definitionOf('amount_zero')).toMatchObject({ status: 422, retry: 'never' });
});
