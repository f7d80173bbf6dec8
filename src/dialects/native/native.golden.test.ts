// What goes to a wallet, to the byte: a send that is repeated after a restart must be the same one.
import { expect, test } from 'vitest';
import { createCurrencies } from '../../money/index.ts';
import { legIdOf } from '../../payments/payment.ts';
import type { Instruction } from '../../payments/port.ts';
import { encodeInstruction, legReport } from './native.outbound.ts';

const currencies = createCurrencies([{ code: 'USDC', exponent: 6 }]);
const paymentId = '0198a000-0000-7000-8000-00000000000a';
const full: Instruction = {
  kind: 'credit',
  legId: legIdOf(paymentId, 1),
  paymentId,
  amount: { currency: 'CNY', minor: 1250n },
  party: { account: 'lina', name: '李娜' },
  counterparty: { participantId: 'alpha', name: 'Wang Wei' },
  note: 'lunch',
  reference: 'order-7',
  expiresAtMs: Date.UTC(2026, 10, 24, 8, 0, 0, 250),
  original: null,
  record: null,
};
const bare: Instruction = {
  ...full,
  note: null,
  reference: null,
  counterparty: { participantId: 'bravo', name: null },
};
const original = { legId: legIdOf(paymentId, 0), externalId: 'delta-77', amount: full.amount };

const ids = `"legId":"0198a00000001000800000000000000a","paymentId":"${paymentId}"`;
const first = `"legId":"0198a00000000000800000000000000a","paymentId":"${paymentId}"`;
const expires = '"expiresAt":"2026-11-24T08:00:00.250Z"';
const texts = '"note":"lunch","reference":"order-7"';
const lina = '"account":"lina","name":"李娜"';
const money = (amount: string, currency = 'CNY') =>
  `"amount":{"amount":"${amount}","currency":"${currency}"}`;
const alpha = '{"participantId":"alpha","name":"Wang Wei"}';
const bravo = '{"participantId":"bravo"}';

test.each<[string, Instruction, string]>([
  ['a credit', full, `{${ids},${money('12.50')},${lina},${texts},${expires},"payer":${alpha}}`],
  [
    'a credit in a currency without decimals',
    { ...bare, amount: { currency: 'JPY', minor: 1250n } },
    `{${ids},${money('1250', 'JPY')},${lina},${expires},"payer":${bravo}}`,
  ],
  [
    'the smallest credit of a token with six decimals',
    { ...bare, amount: { currency: 'USDC', minor: 1n } },
    `{${ids},${money('0.000001', 'USDC')},${lina},${expires},"payer":${bravo}}`,
  ],
  [
    'the largest credit',
    { ...bare, amount: { currency: 'CNY', minor: 999_999_999_999_999n } },
    `{${ids},${money('9999999999999.99')},${lina},${expires},"payer":${bravo}}`,
  ],
  [
    'a collect',
    { ...full, kind: 'collect' },
    `{${ids},${money('12.50')},${lina},${texts},${expires},"payee":${alpha}}`,
  ],
  ['a close', { ...bare, kind: 'close', original }, `{${ids}}`],
  [
    'a refund',
    { ...bare, kind: 'refund', original },
    `{${ids},${money('12.50')},${lina},${expires},"payee":${bravo},` +
      `"original":{${first},"externalId":"delta-77"}}`,
  ],
  [
    'a refund of a leg whose wallet gave no id',
    { ...bare, kind: 'refund', original: { ...original, externalId: null } },
    `{${ids},${money('12.50')},${lina},${expires},"payee":${bravo},"original":{${first}}}`,
  ],
])('%s', (_what, instruction, bytes) => {
  expect(Buffer.from(encodeInstruction(currencies, instruction)).toString()).toBe(bytes);
});

test.each<[string, object]>([
  ['{"outcome":"completed","externalId":"w-1"}', { outcome: 'completed', externalId: 'w-1' }],
  ['{"outcome":"pending"}', { outcome: 'pending', externalId: null, problem: null }],
  [
    '{"outcome":"rejected","problem":{"code":"payee_not_payable"}}',
    { outcome: 'rejected', problem: 'payee_not_payable' },
  ],
  [
    '{"outcome":"rejected","problem":{"code":"its_own_reason"}}',
    { outcome: 'rejected', problem: null },
  ],
  ['{"outcome":"completed","amount":"1"}', { outcome: 'completed' }],
  ['{"outcome":"COMPLETED"}', { outcome: 'pending' }],
  ['[]', { outcome: 'pending' }],
])('the answer %s', (json, report) => {
  const evidence = Buffer.from('signed');
  expect(legReport(JSON.parse(json), evidence)).toMatchObject(report);
});
