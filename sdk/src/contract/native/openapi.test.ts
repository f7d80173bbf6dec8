import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from './openapi.ts';
import { createPaymentSchema, findPaymentSchema } from './payments.ts';
import type { Route } from './route.ts';
import { switchRoutes, walletRoutes } from './routes.ts';

const document = openApiDocument({ serverUrl: 'https://hutong.example' });
const text = JSON.stringify(document);

describe('the OpenAPI document', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const answer = await new Validator().validate(structuredClone(document));
    expect(answer.errors ?? []).toEqual([]);
    expect(answer.valid).toBe(true);
  });

  test('has every route once, with its parameters, body and answers', () => {
    const all: [string, Route][] = [
      ...Object.values(switchRoutes).map((r): [string, Route] => [r.path, r]),
      ...Object.values(walletRoutes).map((r): [string, Route] => [`/{walletEndpoint}${r.path}`, r]),
    ];
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.toSorted()).toEqual(all.map(([path, r]) => `${r.method} ${path}`).toSorted());
    const ids = text.match(/"operationId":"[A-Za-z]+"/g) ?? [];
    expect(new Set(ids).size).toBe(all.length);
    for (const [path, route] of all) {
      const named = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map((m) => m[1]);
      const inPath = Object.keys(route.params?.shape ?? {});
      expect(named.filter((name) => name !== 'walletEndpoint')).toEqual(inPath);
    }
  });

  test('refers to nothing that is not in it, and says nothing twice', () => {
    const refs = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((m) => m[1] ?? ''));
    for (const ref of refs) {
      expect(Object.keys(document.components.schemas)).toContain(
        ref.replace('#/components/schemas/', ''),
      );
    }
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('__shared');
  });

  test('names every problem that a route may refuse with', () => {
    for (const route of Object.values<Route>(switchRoutes)) {
      for (const code of route.problems) expect(text).toContain(code);
    }
  });
});

describe('what a payment may say', () => {
  const payer = { account: 'u-1' };
  const amount = { amount: '1.00', currency: 'CNY' };
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  test.each<[string, object, boolean]>([
    ['an alias and an amount', { payer, payee: { alias: 'x' }, amount }, true],
    ['a quote', { payer, quoteId: id }, true],
    ['an order', { payer, orderId: id }, true],
    ['an alias without an amount', { payer, payee: { alias: 'x' } }, false],
    ['an amount without an alias', { payer, amount }, false],
    ['a quote and an amount', { payer, quoteId: id, amount }, false],
    ['a quote and an order', { payer, quoteId: id, orderId: id }, false],
    ['nobody', { payer }, false],
    [
      'a number as amount',
      { payer, payee: { alias: 'x' }, amount: { ...amount, amount: 1 } },
      false,
    ],
    ['a member nobody knows', { payer, quoteId: id, fee: '0' }, false],
    ['a note with a control character', { payer, quoteId: id, note: 'a\u0000b' }, false],
  ])('%s: %#', (_name, body, valid) => {
    expect(createPaymentSchema.safeParse(body).success).toBe(valid);
  });

  test('a payment is asked for by exactly one id', () => {
    expect(findPaymentSchema.safeParse({ reference: 'r' }).success).toBe(true);
    expect(findPaymentSchema.safeParse({}).success).toBe(false);
    expect(findPaymentSchema.safeParse({ reference: 'r', idempotencyKey: 'k' }).success).toBe(
      false,
    );
  });

  test('the published form of a money amount is a string', () => {
    expect(z.toJSONSchema(createPaymentSchema, { reused: 'inline' })).toBeDefined();
    expect(document.components.schemas['Amount']).toMatchObject({ type: 'string' });
  });
});
