// The directory through the real journal on a real PostgreSQL.
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../test/setup/database.ts';
import { startJournal } from '../../test/setup/journal.ts';
import { createCurrencies } from '../money/index.ts';
import { createParticipantService, createParticipants } from '../participants/index.ts';
import type { Result } from '../problems/index.ts';
import { createManualClock } from '../runtime/clock.ts';
import { createDirectory } from './alias.machine.ts';
import { createAliasResolver } from './alias.resolver.ts';
import { createDirectoryService } from './directory.service.ts';
import { createLookupBudget } from './lookup-budget.ts';

const database = await createTestDatabase();
const operator = { by: 'operator' };
let reads = 0;

const boot = () =>
  startJournal({
    database,
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
      const directory = createDirectory({ participants: participants.view });
      const reader: typeof journal.reader.rows = (text, values) => {
        reads += 1;
        return journal.reader.rows(text, values);
      };
      const resolver = createAliasResolver({
        recent: directory.recent,
        reader: { rows: reader },
        unseal: journal.unseal,
        indexKey,
      });
      // a clock that stands still: nothing trickles in while the test counts
      const budget = createLookupBudget({ clock: createManualClock() });
      const service = createDirectoryService({
        journal,
        directory,
        resolver,
        budget,
        newId,
        indexKey,
      });
      const machines = [participants.machine, directory.machine];
      return { machines, onboarding, service, budget };
    },
  });
type Running = Awaited<ReturnType<typeof boot>>;

async function onboard({ rooms }: Running): Promise<void> {
  for (const participantId of ['lotus', 'maple']) {
    const wish = { participantId, name: participantId, kind: 'wallet', status: 'active' } as const;
    await rooms.onboarding.register(wish, operator);
    await rooms.onboarding.addConnection(
      { participantId, connectionId: `${participantId}-main`, dialect: 'native' },
      operator,
    );
  }
}

const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);
const claim = ({ rooms }: Running, participantId: string, alias: string, account = 'acct-1') =>
  rooms.service.claim(
    { alias, participantId, connectionId: `${participantId}-main`, account, name: 'Ann Lee' },
    { by: participantId },
  );

const first = await boot();
await onboard(first);

test('an alias leads to its party, also after a restart, and however it is written', async () => {
  expect(codeOf(await claim(first, 'lotus', 'phone:+86 138 0000 0001', 'acct-9'))).toBe('ok');
  const found = await first.rooms.service.resolve('phone:+8613800000001');
  const second = await first.restart();
  expect(await second.rooms.service.resolve('phone:+86-138-0000-0001')).toEqual(found);
  expect(found).toMatchObject({
    participantId: 'lotus',
    connectionId: 'lotus-main',
    account: 'acct-9',
    name: 'Ann Lee',
  });
  expect(await second.rooms.service.resolve('phone:+8613800000002')).toBe('alias_not_found');
  expect(await second.rooms.service.resolve('phone:138')).toBe('alias_malformed');
});

test('an alias has one holder, who alone can move it or give it up', async () => {
  const running = await boot();
  const { service } = running.rooms;
  const alias = 'email:ann@example.com';
  const holder = async () => {
    const found = await service.resolve(alias);
    return typeof found === 'string' ? found : `${found.participantId}/${found.account}`;
  };
  const release = async (participantId: string) =>
    codeOf(await service.release({ alias, participantId }, { by: participantId }));

  expect(await holder()).toBe('alias_not_found');
  expect(codeOf(await claim(running, 'lotus', alias, 'a'))).toBe('ok');
  expect(await holder()).toBe('lotus/a');
  expect(codeOf(await claim(running, 'maple', alias, 'b'))).toBe('alias_taken');
  expect(await release('maple')).toBe('alias_not_yours');
  expect(codeOf(await claim(running, 'lotus', alias, 'c'))).toBe('ok');
  expect(await holder()).toBe('lotus/c');
  const again = await running.restart();
  expect(codeOf(await claim(again, 'maple', alias, 'b'))).toBe('alias_taken');
  const released = await again.rooms.service.release(
    { alias, participantId: 'lotus' },
    { by: 'lotus' },
  );
  expect(codeOf(released)).toBe('ok');
  expect(await again.rooms.service.resolve(alias)).toBe('alias_not_found');
  const third = await again.restart();
  expect(await third.rooms.service.resolve(alias)).toBe('alias_not_found');
  expect(codeOf(await claim(third, 'maple', alias, 'b'))).toBe('ok');
  expect(await third.rooms.service.resolve(alias)).toMatchObject({ participantId: 'maple' });
});

test('nobody claims a wallet name of another, or for a connection that is not his', async () => {
  const running = await boot();
  expect(codeOf(await claim(running, 'lotus', 'wallet:ann@maple'))).toBe('alias_not_yours');
  expect(codeOf(await claim(running, 'lotus', 'wallet:ann@lotus'))).toBe('ok');
  const foreign = await running.rooms.service.claim(
    {
      alias: 'merchant:M1',
      participantId: 'lotus',
      connectionId: 'maple-main',
      account: 'x',
      name: null,
    },
    operator,
  );
  expect(codeOf(foreign)).toBe('resource_not_found');
});

test('all who ask at the same moment share one query', async () => {
  const running = await boot();
  const aliases = Array.from({ length: 300 }, (_, i) => `merchant:SHOP${i}`);
  const claims = await Promise.all(
    aliases.map((alias, i) => claim(running, 'lotus', alias, `s${i}`)),
  );
  expect(claims.map(codeOf)).toEqual(aliases.map(() => 'ok'));
  const again = await running.restart();
  reads = 0;
  const asked = [...aliases, ...aliases, 'merchant:NOSHOP'];
  const found = await Promise.all(asked.map((alias) => again.rooms.service.resolve(alias)));
  const accounts = found.map((each) => (typeof each === 'string' ? each : each.account));
  const shops = aliases.map((_, i) => `s${i}`);
  expect(accounts).toEqual([...shops, ...shops, 'alias_not_found']);
  expect(reads).toBe(1);
  await again.rooms.service.resolve('merchant:SHOP7');
  await again.rooms.service.resolve('merchant:NOSHOP');
  expect(reads).toBe(1);
});

test('whatever is asked while aliases change hands, the last word is what was decided last', async () => {
  const running = await (await boot()).restart();
  const { service } = running.rooms;
  const aliases = Array.from({ length: 8 }, (_, i) => `phone:+4915112345${i}00`);
  for (let round = 0; round < 40; round += 1) {
    const alias = aliases[(round * 5) % aliases.length] ?? '';
    const asks = aliases.map((each) => service.resolve(each));
    const holds = await service.resolve(alias);
    const change =
      typeof holds === 'string' || round % 3 === 0
        ? claim(
            running,
            typeof holds === 'string' ? 'maple' : holds.participantId,
            alias,
            `a${round}`,
          )
        : service.release({ alias, participantId: holds.participantId }, operator);
    const during = service.resolve(alias);
    const result = await change;
    await Promise.all([...asks, during]);
    expect(codeOf(result)).toBe('ok');
    const found = await service.resolve(alias);
    const isClaim = result.ok && 'participantId' in result.value.value;
    expect(typeof found === 'string' ? found : found.account).toBe(
      isClaim ? `a${round}` : 'alias_not_found',
    );
  }
  const before = await Promise.all(aliases.map((alias) => service.resolve(alias)));
  const again = await running.restart();
  const after = await Promise.all(aliases.map((alias) => again.rooms.service.resolve(alias)));
  expect(after).toEqual(before);
  expect(before).toContain('alias_not_found');
});

test('the tables tell nobody who is in the directory', async () => {
  const running = await boot();
  await claim(running, 'lotus', 'phone:+8613912345678', 'account-of-ann');
  for (const table of ['aliases', 'events', 'subjects', 'keys']) {
    const rows = await running.journal.reader.rows(`select t::text as row from ${table} t`);
    const text = rows.map((row) => String(row['row'])).join('\n');
    for (const word of ['13912345678', 'account-of-ann', 'Ann Lee']) {
      expect(text).not.toContain(word);
      expect(text).not.toContain(Buffer.from(word).toString('hex'));
    }
  }
  const released = { alias: 'phone:+8613912345678', participantId: null };
  expect(codeOf(await running.rooms.service.release(released, operator))).toBe('ok');
  const rows = await running.journal.reader.rows(
    `select status, party from aliases where status = 'released'`,
  );
  expect(rows.every((row) => row['party'] === null)).toBe(true);
});

test('whose data were shredded is not found any more', async () => {
  const running = await boot();
  await claim(running, 'lotus', 'phone:+8613700000000', 'gone');
  const found = await running.rooms.service.resolve('phone:+8613700000000');
  const subject = typeof found === 'string' ? '' : found.subject;
  await running.journal.reader.rows(
    `update subjects set wrapped_key = null where id = decode($1, 'hex')`,
    [subject],
  );
  const again = await running.restart();
  expect(await again.rooms.service.resolve('phone:+8613700000000')).toBe('alias_not_found');
});

test('asking by claiming costs as much as asking', async () => {
  const running = await boot();
  const { service, budget } = running.rooms;
  await claim(running, 'lotus', 'merchant:TAKEN');
  const maple = { participantId: 'maple', endUser: null };
  const before = budget.left(maple).participant;
  await claim(running, 'maple', 'merchant:TAKEN');
  await service.release({ alias: 'merchant:TAKEN', participantId: 'maple' }, { by: 'maple' });
  await service.lookup('merchant:NOBODY', maple);
  await service.lookup('merchant:TAKEN', maple);
  await claim(running, 'maple', 'merchant:FREE');
  // 20 each for what told of somebody or nobody, 1 for the hit, nothing for an honest claim
  expect(before - budget.left(maple).participant).toBe(61);
});
