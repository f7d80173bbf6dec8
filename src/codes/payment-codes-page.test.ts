// The reference page is made from the profiles; this says when it was forgotten.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { paymentCodesPage } from '../../scripts/payment-codes.ts';

test('docs/reference/payment-codes.md is as the profiles are (node scripts/payment-codes.ts)', () => {
  const page = new URL('../../docs/reference/payment-codes.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(paymentCodesPage());
});
