// Quotes through the real journal on a real PostgreSQL: durable, replayed, reloaded, used once.
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { startJournal } from '../../test/setup/journal.ts';
import type { Machine } from '../journal/machine.ts';
import { createCurrencies } from '../money/index.ts';
import { createParticipantService, createParticipants } from '../participants/index.ts';
import type { Result } from '../problems/index.ts';
import { createManualClock } from '../runtime/clock.ts';
import { createQuotes } from './quote.machine.ts';
import { createQuoteService, type QuoteWish } from './quote.service.ts';
import type { QuoteUse, QuoteUseRefusal } from './quote.ts';

const database = await createTestDatabase();
const clock = createManualClock(Date.UTC(2026, 5, 1));
const ask = { by: 'operator' };

interface Used {
  readonly quoteId: string;
  readonly use: QuoteUse;
}

const boot = () =>
  startJournal({
    database,
    clock,
    compose({ journal, ledger, indexKey, newId }) {
      const participants = createParticipants({ ledger, indexKey });
      const onboarding = createParticipantService({
        journal,
        participants,
        currencies: createCurrencies(),
        dialects: new Set(['native']),
        newId,
        indexKey,
      });
      const quotes = createQuotes({ participants: participants.view });
      const service = createQuoteService({ journal, quotes, clock, newId });
      // uses quotes within its own commit, as the payments engine does
      const payments: Machine<Used, { readonly code: QuoteUseRefusal | null }> = {
        name: 'payments',
        apply: ({ quoteId, use }, context) => ({ code: quotes.useQuote(quoteId, use, context) }),
        loadCold: (commands, reader) =>
          quotes.loadCold(
            commands.map((command) => command.quoteId),
            reader,
            journal.unseal,
          ),
        load: () => Promise.resolve(),
        clear: () => undefined,
      };
      const machines = [participants.machine, quotes.machine, payments];
      return { machines, onboarding, quotes, service, payments };
    },
  });
type Running = Awaited<ReturnType<typeof boot>>;

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.code);
  return result.value;
}

const subject = '5b'.repeat(16);
const wish: QuoteWish = {
  payerParticipantId: 'lotus',
  payerConnectionId: 'lotus-main',
  payee: {
    participantId: 'maple',
    connectionId: 'maple-main',
    account: 'acct-7',
    name: 'Ann "quote" Lee',
    subject,
  },
  currency: 'CNY',
  amountMinor: 20_000n,
};
const quoted = async ({ rooms }: Running, more: Partial<QuoteWish> = {}) =>
  valueOf(await rooms.service.createQuote({ ...wish, ...more }, ask)).value;

async function use({ journal, rooms, newId }: Running, quote: Awaited<ReturnType<typeof quoted>>) {
  const { terms, exchange, payerParticipantId, payeeParticipantId } = quote;
  const payee = { subjects: [subject] };
  const by = { ...terms, id: newId(), payerParticipantId, payeeParticipantId, payee, exchange };
  const submitted = await journal.submit(rooms.payments, { quoteId: quote.id, use: by });
  return submitted.kind === 'applied' ? (submitted.result.code ?? 'used') : submitted.kind;
}

const start = await boot();
for (const participantId of ['lotus', 'maple']) {
  const { onboarding } = start.rooms;
  const made = { participantId, name: participantId, kind: 'wallet', status: 'active' } as const;
  valueOf(await onboarding.register(made, ask));
  valueOf(await onboarding.openCurrency({ participantId, currency: 'CNY', capMinor: 0n }, ask));
  const connectionId = `${participantId}-main`;
  valueOf(await onboarding.addConnection({ participantId, connectionId, dialect: 'native' }, ask));
}
const fee = {
  fixedMinor: 3n,
  bps: 10,
  minMinor: 1n,
  maxMinor: 5_000n,
  tiers: [],
  bearer: 'payee',
} as const;
for (const bps of [20, 10]) {
  valueOf(await start.rooms.service.setFeeSchedule({ currency: 'CNY', fee: { ...fee, bps } }, ask));
}

test('quotes, used and unused, and fees are the same after a restart', async () => {
  const first = await boot();
  const fresh = await quoted(first);
  const spent = await quoted(first);
  expect(await use(first, spent)).toBe('used');
  expect(fresh.terms).toMatchObject({ debitMinor: 20_000n, creditMinor: 19_977n, feeMinor: 23n });
  const before = await Promise.all([fresh, spent].map(({ id }) => first.rooms.service.quote(id)));
  const schedules = first.rooms.quotes.view.schedules();

  const second = await first.restart();
  expect(second.rooms.quotes.view.schedules()).toEqual(schedules);
  expect(schedules.map((s) => s.version)).toEqual([2]);
  const inMemory = [fresh, spent].map(({ id }) => second.rooms.quotes.view.quote(id));
  expect(inMemory).toEqual(before);
  expect(await use(second, spent)).toBe('quote_used');
  expect(await use(second, fresh)).toBe('used');
  expect(await use(second, fresh)).toBe('quote_used');
});

test('a quote long gone from memory is still known, and still refused for what it is', async () => {
  const first = await boot();
  const old = await quoted(first);
  const spent = await quoted(first);
  await use(first, spent);
  clock.advance(3_600_000);
  const second = await first.restart();
  await quoted(second);
  const third = await second.restart();
  expect(third.rooms.quotes.view.quote(old.id)).toBeUndefined();
  expect((await third.rooms.service.quote(old.id))?.payee?.name).toBe('Ann "quote" Lee');
  expect((await third.rooms.service.quote(spent.id))?.usedBy).not.toBeNull();
  expect(await use(third, old)).toBe('quote_expired');
  expect(await third.rooms.service.quote('01980000-0000-7000-8000-00000000dead')).toBeUndefined();
  expect(await third.rooms.service.quotedTerms('no uuid')).toBe('quote_not_found');
});

test('the same request for a quote gets the same quote', async () => {
  const running = await boot();
  const key = { hash: '1a'.repeat(16), content: '2b'.repeat(16) };
  const once = valueOf(await running.rooms.service.createQuote(wish, { ...ask, key }));
  const twice = valueOf(await running.rooms.service.createQuote(wish, { ...ask, key }));
  expect(twice).toMatchObject({ replayed: true, value: once.value });
});

test('of payments that want one quote at once, one gets it', async () => {
  const running = await boot();
  const quote = await quoted(running);
  const uses = await Promise.all(Array.from({ length: 20 }, () => use(running, quote)));
  expect(uses.filter((each) => each === 'used').length).toBe(1);
  expect(new Set(uses)).toEqual(new Set(['used', 'quote_used']));
});

test('a quote shows nobody in storage who is paid, and nothing at all once shredded', async () => {
  const running = await boot();
  const quote = await quoted(running);
  const rows = await running.journal.reader.rows('select q::text as row from quotes q');
  const text = rows.map((row) => String(row['row'])).join('\n');
  for (const word of ['acct-7', 'Ann "quote" Lee']) {
    expect(text).not.toContain(Buffer.from(word).toString('hex'));
  }
  await running.journal.reader.rows(
    `update subjects set wrapped_key = null where id = decode($1, 'hex')`,
    [subject],
  );
  const again = await running.restart();
  expect(again.rooms.quotes.view.quote(quote.id)?.payee).toBeNull();
  expect(await use(again, quote)).toBe('quote_mismatch');
  expect(await again.rooms.service.quotedTerms(quote.id)).toBe('quote_not_found');
});
