// What the quotes' machine decides, without a database.
import { beforeEach, expect, test } from 'vitest';
import { createDecider, type Decider } from '../../test/setup/decider.ts';
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import { createParticipants, type ParticipantCommand } from '../participants/index.ts';
import type { QuoteCommand, QuoteResult } from './quote.commands.ts';
import { createQuotes, type Quotes } from './quote.machine.ts';
import type { QuoteUse, QuoteUseRefusal } from './quote.ts';

let world: Decider;
let quotes: Quotes;
let count: number;

const newId = () => {
  count += 1;
  return `01980000-0000-7000-8000-${String(count).padStart(12, '0')}`;
};
const subject = '5a'.repeat(16);
const payee = {
  participantId: 'maple',
  connectionId: 'maple-main',
  account: 'acct',
  name: 'Ann',
  subject,
};

type Bare<C> = C extends ParticipantCommand ? Omit<C, 'id' | 'by'> : never;

beforeEach(() => {
  count = 0;
  world = createDecider();
  const participants = createParticipants({ ledger: world.ledger, indexKey: Buffer.alloc(32, 1) });
  const tell = (command: Bare<ParticipantCommand>) => {
    const result = world.decide(participants.machine, { ...command, id: newId(), by: 'operator' });
    expect(result.ok).toBe(true);
  };
  for (const id of ['lotus', 'maple', 'poppy']) {
    tell({ type: 'register', participantId: id, name: id, kind: 'wallet', status: 'active' });
    const connectionId = `${id}-main`;
    const bare = { dialect: 'native', endpoint: null, settings: '{}', secrets: null };
    tell({ type: 'add_connection', participantId: id, connectionId, ...bare });
    if (id === 'poppy') continue;
    tell({ type: 'open_currency', participantId: id, currency: 'CNY', capMinor: 1_000n });
  }
  tell({ type: 'open_currency', participantId: 'maple', currency: 'EUR', capMinor: 0n });
  quotes = createQuotes({ participants: participants.view });
  suspend = (participantId) =>
    tell({ type: 'set_status', participantId, status: 'suspended', ifVersion: null });
});
let suspend: (participantId: string) => void;

const create = (wish: Partial<Extract<QuoteCommand, { type: 'create_quote' }>> = {}) =>
  world.decide<QuoteCommand, QuoteResult>(quotes.machine, {
    type: 'create_quote',
    id: newId(),
    payerParticipantId: 'lotus',
    payerConnectionId: 'lotus-main',
    payee,
    currency: 'CNY',
    amountMinor: 10_000n,
    exchange: null,
    expiresAtMs: world.nowMs + 60_000,
    ...wish,
  });
const setFee = (bps: number, ifVersion: number | null = null) =>
  world.decide<QuoteCommand, QuoteResult>(quotes.machine, {
    type: 'set_fee_schedule',
    id: newId(),
    by: 'operator',
    currency: 'CNY',
    fee: { fixedMinor: 0n, bps, minMinor: 0n, maxMinor: null, tiers: [], bearer: 'payer' },
    ifVersion,
  });
const codeOf = (result: QuoteResult) => (result.ok ? 'ok' : result.code);

function quoted(wish: Parameters<typeof create>[0] = {}) {
  const result = create(wish);
  if (!result.ok || !('quote' in result)) throw new Error('no quote');
  return result.quote;
}
const useOf = (quote: ReturnType<typeof quoted>): QuoteUse => ({
  ...quote.terms,
  id: newId(),
  payerParticipantId: quote.payerParticipantId,
  payeeParticipantId: quote.payeeParticipantId,
  payee: { subjects: [subject] },
  exchange: quote.exchange,
});
/** A machine that does nothing but use quotes, as the payments engine does within its own. */
const user: Machine<{ quoteId: string; use: QuoteUse }, QuoteUseRefusal | null> = {
  name: 'user',
  apply: ({ quoteId, use }, context: JournalContext) => quotes.useQuote(quoteId, use, context),
  load: () => Promise.resolve(),
  clear: () => undefined,
};
const use = (quoteId: string, by: QuoteUse) => {
  const result = world.decideAll(user, [{ quoteId, use: by }]);
  return result[0] ?? 'used';
};

test('a quote holds its price although the fees change', () => {
  setFee(100);
  const quote = quoted();
  expect(quote.terms).toMatchObject({ debitMinor: 10_100n, creditMinor: 10_000n, feeMinor: 100n });
  expect(quote.scheduleVersion).toBe(1);
  setFee(500);
  expect(use(quote.id, useOf(quote))).toBe('used');
  expect(quoted().terms.feeMinor).toBe(500n);
});

test('a quote is used once, by one payment', () => {
  const quote = quoted();
  expect(use(quote.id, useOf(quote))).toBe('used');
  expect(world.written().writes.map((w) => `${w.kind} ${w.table.name}`)).toEqual(['update quotes']);
  expect(use(quote.id, useOf(quote))).toBe('quote_used');
  expect(world.written().isEmpty).toBe(true);
});

test('a quote is good until its last millisecond, and not in it', () => {
  const [early, late] = [quoted(), quoted()];
  world.nowMs += 59_999;
  expect(use(early.id, useOf(early))).toBe('used');
  world.nowMs += 1;
  expect(use(late.id, useOf(late))).toBe('quote_expired');
  expect(use(early.id, useOf(early))).toBe('quote_expired');
});

test.each<[string, Partial<QuoteUse>, string]>([
  ['another amount', { amountMinor: 9_999n }, 'quote_mismatch'],
  ['another debit', { debitMinor: 1n }, 'quote_mismatch'],
  ['another currency', { currency: 'EUR' }, 'quote_mismatch'],
  ['another payee', { payee: { subjects: ['00'.repeat(16)] } }, 'quote_mismatch'],
  ['another participant of the payee', { payeeParticipantId: 'poppy' }, 'quote_mismatch'],
  ['another payer\u2019s', { payerParticipantId: 'maple' }, 'quote_not_found'],
])('a quote is not for %s', (_, change, code) => {
  const quote = quoted();
  expect(use(quote.id, { ...useOf(quote), ...change })).toBe(code);
  expect(use(quote.id, useOf(quote))).toBe('used');
});

test.each<[string, Parameters<typeof create>[0], string]>([
  ['an unknown payer', { payerParticipantId: 'nobody' }, 'participant_not_active'],
  ['a payer without the currency', { payerParticipantId: 'poppy' }, 'currency_not_supported'],
  ['a currency only the payee has', { currency: 'EUR' }, 'currency_not_supported'],
  ['nothing', { amountMinor: 0n }, 'amount_zero'],
  ['too much', { amountMinor: 10n ** 15n }, 'amount_too_large'],
  [
    'a payee nobody can reach',
    { payee: { ...payee, connectionId: 'x' } },
    'payee_participant_unavailable',
  ],
  ['an expiry that is past', { expiresAtMs: 1 }, 'expiry_invalid'],
  ['an expiry next year', { expiresAtMs: 2e12 }, 'expiry_invalid'],
  [
    'two faults: the first of the list',
    { currency: 'EUR', expiresAtMs: 1 },
    'currency_not_supported',
  ],
])('no quote for %s', (_, wish, code) => {
  expect(codeOf(create(wish))).toBe(code);
  expect(world.written().isEmpty).toBe(true);
});

test('the suspended neither ask for quotes nor are quoted as payees', () => {
  suspend('maple');
  expect(codeOf(create())).toBe('payee_participant_unavailable');
  expect(codeOf(create({ payerParticipantId: 'maple' }))).toBe('participant_suspended');
});

test('fees are replaced by whoever has seen the version in force', () => {
  expect(codeOf(setFee(10, 0))).toBe('ok');
  expect(codeOf(setFee(20, 0))).toBe('precondition_failed');
  expect(codeOf(setFee(20, 1))).toBe('ok');
  expect(quotes.view.schedule('CNY')).toMatchObject({ version: 2, fee: { bps: 20 } });
  expect(quotes.view.price({ currency: 'CNY', minor: 1_000n })).toMatchObject({ feeMinor: 2n });
  expect(quotes.view.price({ currency: 'USD', minor: 1n })).toBe('currency_not_supported');
});

test('quotes that expired do not pile up in memory', () => {
  const first = quoted();
  for (let i = 0; i < 25_000; i += 1) {
    world.nowMs += 10;
    expect(create().ok).toBe(true);
  }
  expect(quotes.view.quote(first.id)?.id).toBe(first.id);
  for (let i = 0; i < 5_000; i += 1) {
    world.nowMs += 10;
    create();
  }
  expect(quotes.view.quote(first.id)).toBeUndefined();
});

test('one payer cannot fill everybody\u2019s memory with quotes', () => {
  const codes = new Set(Array.from({ length: 20_000 }, () => codeOf(create())));
  expect([...codes]).toEqual(['ok']);
  expect(codeOf(create())).toBe('rate_limited');
  world.nowMs += 60_000;
  expect(codeOf(create())).toBe('ok');
});
