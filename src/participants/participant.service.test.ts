// Participants through the real journal on a real PostgreSQL: durable, replayed, reloaded.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { startJournal } from '../../test/setup/journal.ts';
import { createCurrencies } from '../money/index.ts';
import type { Result } from '../problems/index.ts';
import { required } from '../runtime/defect.ts';
import { createParticipants } from './participant.machine.ts';
import type { ParticipantsView } from './participant.register.ts';
import { createParticipantService } from './participant.service.ts';
import { STATUS_TRANSITIONS } from './participant.ts';

const database = await createTestDatabase();

const boot = () =>
  startJournal({
    database,
    compose({ journal, ledger, indexKey, newId }) {
      const participants = createParticipants({ ledger, indexKey });
      const service = createParticipantService({
        journal,
        participants,
        currencies: createCurrencies(),
        dialects: new Set(['native', 'other']),
        newId,
        indexKey,
      });
      return { machines: [participants.machine], participants, service };
    },
  });
const ask = { by: 'operator' };

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.code);
  return result.value;
}
const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);
const newJwk = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

/** Everything the read model can say. */
function everything(view: ParticipantsView) {
  const connections = view.connections();
  return structuredClone({
    participants: view.participants(),
    terms: view.participants().map(({ id }) => view.termsOf(id)),
    connections,
    keys: connections.map(({ id }) => view.keysOf(id)),
    secrets: connections.map(({ id }) => Buffer.from(view.secrets(id) ?? []).toString()),
    currencies: view.currencies(),
    accounts: view
      .participants()
      .flatMap(({ id }) =>
        view
          .currencies()
          .flatMap((currency) =>
            (['position', 'cover', 'fees'] as const).map((kind) =>
              view.account(id, currency, kind),
            ),
          ),
      ),
  });
}

test('what was decided about participants is the same after a restart', async () => {
  const first = await boot();
  const { service } = first.rooms;
  for (const participantId of ['lotus', 'maple']) {
    const wish = { participantId, name: `${participantId} 支付 "\\ {}`, kind: 'wallet' } as const;
    valueOf(await service.register({ ...wish, status: 'active' }, ask));
    valueOf(await service.openCurrency({ participantId, currency: 'CNY', capMinor: 1_000n }, ask));
  }
  const money = { participantId: 'lotus', currency: 'CNY' };
  valueOf(await service.depositCover({ ...money, amountMinor: 900n, reference: 'IN 1' }, ask));
  valueOf(await service.withdrawCover({ ...money, amountMinor: 400n, reference: 'OUT 1' }, ask));
  valueOf(await service.setCap({ ...money, capMinor: 2_000n }, ask));
  valueOf(await service.rename({ participantId: 'maple', name: 'Maple Bank' }, ask));
  valueOf(await service.setStatus({ participantId: 'maple', status: 'suspended' }, ask));
  const wish = { participantId: 'lotus', connectionId: 'lotus-main', dialect: 'native' };
  valueOf(
    await service.addConnection(
      { ...wish, endpoint: 'https://lotus.example/x', settings: { a: ['b"\\'] } },
      ask,
    ),
  );
  valueOf(
    await service.addConnection(
      { ...wish, connectionId: 'lotus-2', dialect: 'other', secrets: { password: 'one' } },
      ask,
    ),
  );
  valueOf(
    await service.changeConnection(
      { connectionId: 'lotus-2', secrets: { password: 'two' }, status: 'disabled', ifVersion: 1 },
      ask,
    ),
  );
  const keys = await Promise.all(
    [1, 2].map(() => service.addKey({ connectionId: 'lotus-main', jwk: newJwk() }, ask)),
  );
  const [old] = keys.map((key) => valueOf(key).value.keyId);
  valueOf(await service.retireKey({ keyId: required(old, 'key') }, ask));
  const before = everything(first.rooms.participants.view);
  expect(before.secrets).toEqual(['{"password":"two"}', '']);
  expect(before.terms.flat().map((t) => t.capMinor)).toEqual([2_000n, 1_000n, 0n]);

  const second = await first.restart();
  expect(everything(second.rooms.participants.view)).toEqual(before);
  const position = second.rooms.participants.view.account('lotus', 'CNY', 'position');
  expect(position?.limitMinor).toBe(2_500n);

  // and what comes next is decided by it
  const again = await second.rooms.service.register({ ...wish, name: 'x', kind: 'bank' }, ask);
  expect(codeOf(again)).toBe('resource_exists');
  const opened = await second.rooms.service.openCurrency(
    { participantId: 'maple', currency: 'EUR', capMinor: 0n },
    ask,
  );
  expect(codeOf(opened)).toBe('ok');
  const numbers = [...second.ledger.accounts.keys()].sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
});

test('the same deposit sent twice is made once', async () => {
  const { rooms, ledger } = await boot();
  const { service } = rooms;
  valueOf(await service.register({ participantId: 'poppy', name: 'Poppy', kind: 'bank' }, ask));
  const money = { participantId: 'poppy', currency: 'CNY' };
  valueOf(await service.openCurrency({ ...money, capMinor: 0n }, ask));
  const key = { hash: 'ab'.repeat(16), content: 'cd'.repeat(16) };
  const wish = { ...money, amountMinor: 5n, reference: 'IN-7' };
  const once = valueOf(await service.depositCover(wish, { ...ask, key }));
  const twice = valueOf(await service.depositCover(wish, { ...ask, key }));
  expect([once.replayed, twice.replayed]).toEqual([false, true]);
  expect(twice.value).toEqual(once.value);
  expect(ledger.find('poppy', 'CNY', 'cover')?.creditsPostedMinor).toBe(5n);
  const other = { hash: key.hash, content: 'ee'.repeat(16) };
  expect(codeOf(await service.depositCover(wish, { ...ask, key: other }))).toBe(
    'idempotency_conflict',
  );
});

test('secrets lie sealed in storage, and events hold none', async () => {
  const { rooms, journal } = await boot();
  const secrets = { password: 'a-very-secret-word' };
  valueOf(
    await rooms.service.addConnection(
      { participantId: 'lotus', connectionId: 'lotus-3', dialect: 'other', secrets },
      ask,
    ),
  );
  for (const table of ['connections', 'connection_secrets', 'events', 'subjects']) {
    const rows = await journal.reader.rows(`select t::text as row from ${table} t`);
    expect(rows.length).toBeGreaterThan(0);
    const text = rows.map((row) => String(row['row'])).join('\n');
    expect(text).not.toContain(secrets.password);
    expect(text).not.toContain(Buffer.from(secrets.password).toString('hex'));
  }
});

test.each([
  ['/participantId', { participantId: 'Lotus', name: 'x' }],
  ['/participantId', { participantId: 'a--b', name: 'x' }],
  ['/name', { participantId: 'ok', name: '' }],
  ['/name', { participantId: 'ok', name: 'a\u0000b' }],
  ['/name', { participantId: 'ok', name: '\ud800' }],
])('a registration with a bad %s is told where', async (pointer, wish) => {
  const { rooms } = await boot();
  const result = await rooms.service.register({ ...wish, kind: 'wallet' }, ask);
  expect(result.ok ? [] : result.problem.errors.map((e) => e.pointer)).toEqual([pointer]);
});

test('the status transitions in SQL are those in the code', async () => {
  const { journal } = await boot();
  const [row] = await journal.reader.rows(
    `select pg_get_constraintdef(oid) as text from pg_constraint
     where conname = 'participants_transition'`,
  );
  const inSql = String(row?.['text']).match(/'[a-z]*>[a-z]+'/g) ?? [];
  const inCode = STATUS_TRANSITIONS.map((t) => `'${t.from ?? ''}>${t.to}'`);
  expect(inSql.sort()).toEqual(inCode.sort());
});
