// The port through which the journal reaches its durable log. PostgreSQL implements it in
// store.postgres.ts; a simulated storage can stand in for it.
import type { BatchHead } from './batch.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Reads; every value as `pg` gives it, int8 as bigint. */
export interface Reader {
  rows(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * Why a batch was not written, or may not have been:
 * `fenced`: another writer holds its place; `data`: PostgreSQL refused a value or
 * the statement, so nothing was written; `unknown`: the connection broke or the server gave up, it
 * may have been.
 */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly kind: 'fenced' | 'data' | 'unknown';
  constructor(kind: StoreError['kind'], message: string, options?: { cause: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

export interface BatchStatement {
  /** Prepared under this name: equal texts have equal names. */
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface JournalStore extends Reader {
  /**
   * Sends the statement at once, behind those still under way, and resolves when it is durable.
   * Rejects with StoreError alone.
   */
  write(statement: BatchStatement): Promise<void>;
  head(): Promise<BatchHead>;
  /** Runs `work` on one repeatable-read snapshot. */
  snapshot<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** Makes the write connection usable again after an error; waits for nothing under way. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}
