// The tables of the payments room as PostgreSQL would hold them, without PostgreSQL: rows made by
// the columns' own encoders, updates that carry mutable columns alone, and the checks of the
// migration. Statements are known by their beginnings; a real database proves the SQL itself.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Unseal } from '../../src/journal/machine.ts';
import { textOf, textOrNull } from '../../src/journal/row.ts';
import type { Reader, Row } from '../../src/journal/store.ts';
import type { ColumnValues, Sealable, Table } from '../../src/journal/table.ts';
import { createPaymentReader, type PaymentReader } from '../../src/payments/payment.load.ts';

const MIGRATION = readFileSync(
  new URL('../../src/postgres/migrations/0002-payments.sql', import.meta.url),
  'utf8',
);

/** The words of `constraint <name> check (… in ('a', 'b'))`, as the migration has them. */
export function wordsOfConstraint(name: string): string[] {
  const body = new RegExp(`constraint ${name} check \\(.*? in \\(([^)]*)\\)`, 's').exec(MIGRATION);
  if (body?.[1] === undefined) throw new Error(`the migration has no constraint ${name}`);
  return [...body[1].matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
}

const transitions = {
  payments: new Set(wordsOfConstraint('payments_transition')),
  orders: new Set(wordsOfConstraint('orders_transition')),
};

const isSealable = (value: object): value is Sealable => 'bytes' in value && 'subjects' in value;

/** What `pg` would give back for what the column was given. */
function stored(type: keyof ColumnValues, value: ColumnValues[keyof ColumnValues]): unknown {
  if (value === null) return null;
  if (type === 'json' && typeof value === 'string') return JSON.parse(value);
  if (type === 'int8' && typeof value !== 'object') return BigInt(value);
  if (type === 'sealed' && typeof value === 'object' && isSealable(value)) return seal(value);
  return value;
}

/** Subjects stand before the bytes, as in the vault's header. */
const seal = (value: Sealable): Buffer =>
  Buffer.from(JSON.stringify([value.subjects, Buffer.from(value.bytes).toString('base64')]));

const sealed = z.tuple([z.array(z.string()), z.string()]);

function opened(bytes: Uint8Array): Sealable {
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString());
  const [subjects, body] = sealed.parse(parsed);
  return { subjects, bytes: Buffer.from(body, 'base64') };
}

/** The check constraints of 0002-payments.sql: the sentence that is broken, or null. */
function brokenCheck(table: string, row: Row): string | null {
  if (table !== 'payments' && table !== 'orders') return null;
  const before = textOrNull(row, 'previous_state') ?? '';
  const word = `${before}>${textOf(row, 'state')}`;
  if (table === 'payments') {
    if (!transitions.payments.has(word)) return `payments_transition: ${word}`;
    const minor = (name: string) => BigInt(String(row[`${name}_minor`]));
    for (const name of ['amount', 'debit', 'credit']) if (minor(name) <= 0n) return `${name} <= 0`;
    for (const name of ['fee', 'refunded', 'refunding']) if (minor(name) < 0n) return `${name} < 0`;
    if (minor('debit') !== minor('credit') + minor('fee')) return 'payments_fee';
    if (minor('refunded') + minor('refunding') > minor('amount')) return 'payments_refunds';
    if ((row['cause_id'] === null) !== (row['kind'] === 'payment')) return 'payments_cause';
    const ends = ['completed', 'rejected', 'expired', 'returned'];
    const isEnded = ends.includes(String(row['state']));
    if ((row['ended_at_ms'] !== null) !== isEnded) return 'payments_end';
  }
  if (table === 'orders') {
    if (!transitions.orders.has(word)) return `orders_transition: ${word}`;
    if (BigInt(String(row['amount_minor'])) <= 0n) return 'amount <= 0';
    const hasWinner = row['winner_id'] !== null;
    if (hasWinner !== ['claimed', 'paid'].includes(String(row['state']))) return 'orders_winner';
  }
  return null;
}

function keyOf<R extends object>(table: Table<R>, row: R): string {
  const keys = table.columns.filter((column) => column.key === true);
  return JSON.stringify(keys.map((column) => column.value(row)));
}

type Write = { readonly key: string; readonly row: object; readonly isInsert: boolean };

export interface Storage {
  insert<R extends object>(table: Table<R>, row: R): void;
  update<R extends object>(table: Table<R>, row: R): void;
  /** Writes what was collected, as it stands now; a row is written once per batch. */
  commit(openFloor: string | null): void;
  rows(table: string): Row[];
  /** The first column where the stored row is not what memory holds; null where all agree. */
  staleColumn<R extends object>(table: Table<R>, row: R): string | null;
  readonly reader: Reader;
  readonly unseal: Unseal;
  readonly payments: PaymentReader;
}

export function createStorage(): Storage {
  const tables = new Map<string, Map<string, Row>>();
  let pending = new Map<Table<never>, Write[]>();
  let encoders: (() => void)[] = [];
  let floor: string | null = null;

  function collect<R extends object>(table: Table<R>, row: R, isInsert: boolean): void {
    const writes = pending.get(table) ?? [];
    pending.set(table, writes);
    if (writes.some((write) => write.row === row)) return;
    const id = keyOf(table, row);
    if (writes.some((write) => write.key === id)) throw new Error(`${table.name} ${id}: twice`);
    writes.push({ key: id, row, isInsert });
    encoders.push(() => write(table, row, id, isInsert));
  }

  function write<R extends object>(table: Table<R>, row: R, id: string, isInsert: boolean): void {
    const rows = tables.get(table.name) ?? new Map<string, Row>();
    tables.set(table.name, rows);
    const before = rows.get(id);
    if ((before === undefined) !== isInsert) throw new Error(`${table.name} ${id}: wrong write`);
    const written = table.columns
      .filter((column) => isInsert || column.key === true || column.mutable === true)
      .map((column) => [column.name, stored(column.type, column.value(row))] as const);
    const next = { ...before, ...Object.fromEntries(written) };
    const broken = brokenCheck(table.name, next);
    if (broken !== null) throw new Error(`${table.name} ${id}: ${broken}`);
    rows.set(id, next);
  }

  const rowsOf = (table: string) => [...(tables.get(table)?.values() ?? [])];
  const reader: Reader = {
    rows(text, values = []) {
      const [first] = values;
      const id = typeof first === 'string' ? first : '';
      const ended = /state not in/.test(text);
      if (text.startsWith('select open_floor')) return Promise.resolve([{ open_floor: floor }]);
      if (text.includes('lasting_payments')) {
        const open = rowsOf('lasting_payments').filter((row) => row['is_open'] === true);
        const ids = new Set(open.map((row) => row['payment_id']));
        return Promise.resolve(rowsOf('payments').filter((row) => ids.has(row['id'])));
      }
      const rows = rowsOf(/from (\w+)/.exec(text)?.[1] ?? '').filter((row) => {
        const rowId = String(row['id']);
        if (Array.isArray(first)) return first.includes(row['id']);
        if (!ended) return row['state'] === 'open' || row['state'] === 'claimed';
        return rowId >= id && row['ended_at_ms'] === null;
      });
      const order = (row: Row) => `${String(row['created_seq']).padStart(12)} ${String(row['id'])}`;
      return Promise.resolve(rows.sort((a, b) => (order(a) < order(b) ? -1 : 1)));
    },
  };
  const unseal: Unseal = (values) => Promise.resolve(values.map((value) => opened(value).bytes));
  return {
    insert: (table, row) => collect(table, row, true),
    update: (table, row) => collect(table, row, false),
    commit(openFloor) {
      for (const encode of encoders) encode();
      encoders = [];
      pending = new Map();
      floor = openFloor;
    },
    rows: rowsOf,
    staleColumn(table, row) {
      const before = tables.get(table.name)?.get(keyOf(table, row));
      const stale = table.columns.find((column) => {
        const now = stored(column.type, column.value(row));
        return !isDeepStrictEqual(now, before?.[column.name]);
      });
      return stale?.name ?? null;
    },
    reader,
    unseal,
    payments: createPaymentReader({
      unseal,
      subjectsOf: (value) => [...opened(value).subjects],
    }),
  };
}
