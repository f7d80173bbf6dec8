// The journal on a real PostgreSQL, with a storage in between that a test can hold up, cut off, or
// let answer late: what is answered is durable, what is durable is answered once.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { testKek } from '../../test/setup/journal.ts';
import { query } from '../../test/setup/query.ts';
import { createTill, type Deposit, FAULTS } from '../../test/setup/till.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createManualClock, type ManualClock } from '../runtime/clock.ts';
import { createJournal, type Journal } from './journal.ts';
import type { Submitted } from './queue.ts';
import { createPostgresStore } from './store.postgres.ts';
import { type BatchStatement, type JournalStore, StoreError } from './store.ts';
import { createVault } from './vault.ts';

/** What happens to the next batch on its way to PostgreSQL and back. */
interface Line {
  /** Runs before the batch is sent. */
  before: (statement: BatchStatement) => Promise<void>;
  /** Runs when it is durable, before the journal hears of it. */
  after: (statement: BatchStatement) => Promise<void>;
}

interface Node {
  readonly journal: Journal;
  readonly clock: ManualClock;
  readonly line: Line;
  readonly till: ReturnType<typeof createTill>;
  /** Each pause of the standby's watch lets this much time pass on its clock. */
  pass: number;
}

const idle = () => Promise.resolve();
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const started: Journal[] = [];

function createNode(database: TestDatabase, startMs = Date.now()): Node {
  const clock = createManualClock(startMs);
  const line: Line = { before: idle, after: idle };
  const store = createPostgresStore({ connection: database.connection });
  const tapped: JournalStore = {
    ...store,
    async write(statement) {
      await line.before(statement);
      await store.write(statement);
      await line.after(statement);
    },
  };
  const node = { clock, line, till: createTill(), pass: 0 };
  const journal = createJournal({
    store: tapped,
    ledger: createLedger(),
    vault: createVault({ kek: testKek, randomBytes }),
    clock,
    randomBytes,
    holder: 'node',
    isHolderDead: () => false,
    async sleep(ms) {
      clock.advance(Math.min(ms, node.pass));
      await sleep(2);
    },
    log: silent,
  });
  journal.register([node.till]);
  started.push(journal);
  return Object.assign(node, { journal });
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !holds(); await sleep(2)) {
    if (Date.now() > end) throw new Error('it does not come about');
  }
}

async function lead(node: Node): Promise<Node> {
  node.pass = 250;
  node.journal.start();
  await until(() => node.journal.role() === 'leading');
  node.pass = 0;
  return node;
}

let database: TestDatabase;
const ids = { next: 0 };

beforeAll(async () => {
  database = await createTestDatabase();
  return async () => {
    await Promise.all(started.map((journal) => journal.stop()));
  };
});

const newId = () => {
  ids.next += 1;
  return `00000000-0000-7000-8000-${String(ids.next).padStart(12, '0')}`;
};
const deposit = (amountMinor: bigint, fault?: Deposit['fault']): Deposit =>
  fault === undefined ? { id: newId(), amountMinor } : { id: newId(), amountMinor, fault };
const keyOf = (name: string, content = 'same') => ({
  hash: Buffer.from(name.padEnd(16)).toString('hex'),
  content: Buffer.from(content.padEnd(16)).toString('hex'),
});
const submit = (node: Node, command: Deposit, key?: ReturnType<typeof keyOf>) =>
  node.journal.submit(node.till, command, { key });

/** How often it is in PostgreSQL. */
async function timesWritten({ id }: Deposit): Promise<number> {
  const rows = await query(database.url, `select 1 from transfers where payment_id = '${id}'`);
  return rows.length;
}
/** The one number that the statement answers, or 0. */
async function minor(sql: string): Promise<bigint> {
  const [row] = await query(database.url, sql);
  const value = row?.['minor'] ?? null;
  return typeof value === 'string' || typeof value === 'bigint' ? BigInt(value) : 0n;
}
const tillMinor = () =>
  minor("select credits_posted_minor as minor from accounts where participant_id = 'till'");
const sumMinor = () => minor('select sum(amount_minor) as minor from transfers');

/** Says whether the promise has an answer by now. */
function watch<T>(promise: Promise<T>): { answered: boolean } {
  const seen = { answered: false };
  void promise.then(() => {
    seen.answered = true;
  });
  return seen;
}

function hold(line: Line, where: keyof Line): { release(): void; reached: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  line[where] = async () => {
    line[where] = idle;
    reached.resolve();
    await gate.promise;
  };
  return { release: gate.resolve, reached: reached.promise };
}

describe('an answer', () => {
  test('leaves only after the commit', async () => {
    const node = await lead(createNode(database));
    const gate = hold(node.line, 'before');
    const command = deposit(5n);
    const answer = submit(node, command);
    const seen = watch(answer);
    await gate.reached;
    await sleep(50);
    expect(seen.answered).toBe(false);
    expect(await timesWritten(command)).toBe(0);
    gate.release();
    expect(await answer).toMatchObject({ kind: 'applied' });
    expect(await timesWritten(command)).toBe(1);
    await node.journal.stop();
  });

  test('to a repetition waits for the commit of what it repeats', async () => {
    const node = await lead(createNode(database));
    const gate = hold(node.line, 'after');
    const command = deposit(5n);
    const first = submit(node, command, keyOf('repeated'));
    await gate.reached;
    // as many as are decided while a batch is under way
    const repeated = Array.from({ length: 64 }, () => submit(node, deposit(5n), keyOf('repeated')));
    const other = submit(node, deposit(6n), keyOf('repeated', 'other'));
    const read = node.journal.barrier();
    const seen = [...repeated, other, read].map((each) => watch<unknown>(each));
    await sleep(50);
    expect(seen.filter(({ answered }) => answered)).toEqual([]);
    gate.release();
    expect(await first).toMatchObject({ kind: 'applied' });
    const stands = { kind: 'replayed', resource: 'deposit', resourceId: command.id };
    expect(await Promise.all(repeated)).toEqual(repeated.map(() => stands));
    expect(await other).toEqual({ kind: 'conflict' });
    await read;
    await node.journal.stop();
  });

  test('to a key of long ago is the same after a start with empty memory', async () => {
    const before = await lead(createNode(database));
    const command = deposit(7n);
    await submit(before, command, keyOf('old'));
    await before.journal.stop();
    const after = await lead(createNode(database));
    const total = await tillMinor();
    expect(await submit(after, deposit(7n), keyOf('old'))).toMatchObject({
      kind: 'replayed',
      resourceId: command.id,
    });
    expect(await submit(after, deposit(8n), keyOf('old', 'other'))).toEqual({ kind: 'conflict' });
    expect(await tillMinor()).toBe(total);
    await after.journal.stop();
  });

  test('is not given by one who has not committed for 3 s', async () => {
    const node = await lead(createNode(database));
    await submit(node, deposit(1n), keyOf('fresh'));
    expect(node.journal.isFresh()).toBe(true);
    node.clock.advance(2_999);
    expect(node.journal.isFresh()).toBe(true);
    // its heart may beat in between: the next batch hangs
    const gate = hold(node.line, 'before');
    node.clock.advance(5_000);
    expect(node.journal.isFresh()).toBe(false);
    await gate.reached;
    expect(node.journal.isFresh()).toBe(false);
    gate.release();
    await until(() => node.journal.isFresh());
    await node.journal.stop();
  });
});

describe('a batch that PostgreSQL refuses', () => {
  test.each(FAULTS)(
    'fails the one command at fault (%s) and none of its neighbours',
    async (fault) => {
      const node = await lead(createNode(database));
      const good = Array.from({ length: 20 }, () => deposit(2n));
      const bad = deposit(1_000n, fault);
      const commands = [...good.slice(0, 9), bad, ...good.slice(9)];
      const answers = await Promise.all(commands.map((command) => submit(node, command)));
      const refused: Submitted<unknown> = { kind: 'refused', code: 'internal' };
      expect(answers[9]).toEqual(refused);
      expect(answers.filter(({ kind }) => kind === 'applied')).toHaveLength(20);
      for (const command of good) expect(await timesWritten(command)).toBe(1);
      expect(await timesWritten(bad)).toBe(0);
      expect(await tillMinor()).toBe(await sumMinor());
      await node.journal.stop();
    },
  );
});

describe('a connection that breaks', () => {
  test.each([
    ['before the batch reached PostgreSQL', 'before'],
    ['after the commit', 'after'],
  ] as const)('%s: each command is applied once, and told so', async (_when, where) => {
    const node = await lead(createNode(database));
    const commands = Array.from({ length: 5 }, () => deposit(3n));
    node.line[where] = () => {
      node.line[where] = idle;
      return Promise.reject(new StoreError('unknown', 'the connection broke'));
    };
    const answers = await Promise.all(commands.map((command) => submit(node, command)));
    expect(answers.map(({ kind }) => kind)).toEqual(commands.map(() => 'applied'));
    for (const command of commands) expect(await timesWritten(command)).toBe(1);
    expect(await tillMinor()).toBe(await sumMinor());
    await node.journal.stop();
  });
});

describe('of two switches', () => {
  test('the second waits while the first one beats, and refuses to decide or read', async () => {
    const leader = await lead(createNode(database));
    const standby = createNode(database);
    standby.pass = 250;
    standby.journal.start();
    await until(() => standby.journal.role() === 'standby');
    for (let beat = 0; beat < 8; beat += 1) {
      standby.pass = 250;
      await submit(leader, deposit(1n));
      await sleep(10);
    }
    expect(standby.journal.role()).toBe('standby');
    expect(standby.journal.isFresh()).toBe(false);
    expect(await submit(standby, deposit(1n))).toEqual({ kind: 'refused', code: 'not_leader' });
    await standby.journal.stop();
    await leader.journal.stop();
  });

  test('the second takes over 5 s after the last batch, with all that was committed', async () => {
    const leader = await lead(createNode(database));
    const command = deposit(11n);
    await submit(leader, command, keyOf('taken over'));
    const total = await tillMinor();
    const standby = createNode(database, leader.clock.nowMs());
    standby.journal.start();
    await until(() => standby.journal.role() === 'standby');
    standby.clock.advance(4_900);
    await sleep(30);
    expect(standby.journal.role()).toBe('standby');
    standby.clock.advance(200);
    await until(() => standby.journal.role() === 'leading');
    expect(await submit(standby, deposit(11n), keyOf('taken over'))).toMatchObject({
      kind: 'replayed',
      resourceId: command.id,
    });
    const next = await submit(standby, deposit(1n));
    expect(next).toMatchObject({ kind: 'applied', result: { totalMinor: total + 1n } });
    await standby.journal.stop();
    await leader.journal.stop();
  });

  test('a leader that slept through it writes nothing any more', async () => {
    const leader = await lead(createNode(database));
    await submit(leader, deposit(1n));
    const gate = hold(leader.line, 'before');
    const late = deposit(500n);
    const answer = submit(leader, late, keyOf('late'));
    await gate.reached;
    const standby = createNode(database);
    await lead(standby);
    const total = await tillMinor();
    gate.release();
    expect(await answer).toMatchObject({ kind: 'refused' });
    await until(() => leader.journal.role() === 'standby');
    expect(await timesWritten(late)).toBe(0);
    expect(await tillMinor()).toBe(total);
    expect(leader.journal.isFresh()).toBe(false);
    const again = await submit(standby, late, keyOf('late'));
    expect(again).toMatchObject({ kind: 'applied', result: { totalMinor: total + 500n } });
    expect(await timesWritten(late)).toBe(1);
    await standby.journal.stop();
    await leader.journal.stop();
  });
});
