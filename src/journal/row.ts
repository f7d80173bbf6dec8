// Typed columns of a row read from storage. Storage that does not hold what was written there is a
// defect, never something to guess about.
import { Defect } from '../runtime/defect.ts';
import type { Row } from './store.ts';

function wrong(column: string, wanted: string): never {
  throw new Defect(`column ${column} does not hold ${wanted}`);
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrong(column, 'text');
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

/** int8: amounts. */
export function bigintOf(row: Row, column: string): bigint {
  const value = row[column];
  return typeof value === 'bigint' ? value : wrong(column, 'an int8');
}

export function bigintOrNull(row: Row, column: string): bigint | null {
  return row[column] === null ? null : bigintOf(row, column);
}

/** int8 or int4 that fits a double exactly: instants, counters, sequence numbers. Never money. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'bigint' ? Number(value) : value;
  return Number.isSafeInteger(number) ? Number(number) : wrong(column, 'a safe integer');
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(column, 'bytes');
}

/** One word of a closed list. */
export function wordOf<const Word extends string>(
  row: Row,
  column: string,
  words: readonly Word[],
): Word {
  const value = row[column];
  return words.find((word) => word === value) ?? wrong(column, `one of ${words.join(', ')}`);
}
