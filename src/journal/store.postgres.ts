// The journal's log in PostgreSQL: one connection that writes, one that reads, both pipelined.
// Statements are sent without waiting for those before them; a failed one does not stop those
// behind it, the fence does (statement.ts).
import pg from 'pg';
import { type DatabaseConnection, openClient } from '../postgres/pool.ts';
import type { BatchHead } from './batch.ts';
import { bytesOf, integerOf } from './row.ts';
import {
  type BatchStatement,
  type JournalStore,
  type Reader,
  type Row,
  StoreError,
} from './store.ts';

// The batch statement must keep riding primary keys however large the tables grow: a plan made
// on an empty table would scan it.
const WRITE_SETTINGS = `set enable_seqscan = off; set enable_hashjoin = off;
set enable_mergejoin = off;
set plan_cache_mode = force_generic_plan; set jit = off; set synchronous_commit = on`;

/**
 * SQLSTATE classes that say the statement itself is at fault and wrote nothing: values (22),
 * constraints (23), and what PostgreSQL cannot run at all (0A, 42, 54). Tried again as it is, it
 * would fail for ever.
 */
const REFUSED = /^(?:22|23|0A|42|54)/;

function classify(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause instanceof pg.DatabaseError) {
    if (cause.code === '23505' && cause.table === 'batches') {
      return new StoreError('fenced', 'another writer holds this batch', { cause });
    }
    const kind = REFUSED.test(cause.code ?? '') ? 'data' : 'unknown';
    return new StoreError(kind, cause.message, { cause });
  }
  return new StoreError('unknown', cause.message, { cause });
}

interface Connections {
  readonly writer: pg.Client;
  readonly reader: pg.Client;
}

export function createPostgresStore(deps: {
  readonly connection: DatabaseConnection;
  readonly onConnectionLost?: (error: Error) => void;
}): JournalStore {
  let open: Promise<Connections> | null = null;
  let closed = false;

  const connectOne = (applicationName: string): Promise<pg.Client> =>
    openClient({
      connection: deps.connection,
      applicationName,
      pipeline: true,
      // an error while idle; whoever asks next finds the connection ended and gets `unknown`
      onLost: (error) => deps.onConnectionLost?.(error),
    });

  async function connect(): Promise<Connections> {
    const [writer, reader] = await Promise.all([
      connectOne('hutong-journal'),
      connectOne('hutong-journal-reader'),
    ]);
    for (const setting of WRITE_SETTINGS.split(';')) await writer.query(setting);
    return { writer, reader };
  }

  function connections(): Promise<Connections> {
    if (closed) return Promise.reject(new StoreError('unknown', 'the store is closed'));
    if (open === null) {
      open = connect();
      open.catch(() => {
        open = null;
      });
    }
    return open;
  }

  async function write(statement: BatchStatement): Promise<void> {
    let result: pg.QueryResult;
    try {
      const { writer } = await connections();
      result = await writer.query({
        name: statement.name,
        text: statement.text,
        values: [...statement.parameters],
      });
    } catch (error) {
      throw classify(error);
    }
    const row: unknown = result.rows[0];
    if (typeof row === 'object' && row !== null && 'fenced_in' in row && row.fenced_in === 1)
      return;
    throw new StoreError('fenced', 'the batch before this one is not there');
  }

  const readerOf = (client: pg.Client): Reader => ({
    async rows(text, values = []) {
      try {
        const result = await client.query<Row>(text, [...values]);
        return result.rows;
      } catch (error) {
        throw classify(error);
      }
    },
  });

  async function rows(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    let client: pg.Client;
    try {
      client = (await connections()).reader;
    } catch (error) {
      throw classify(error);
    }
    return readerOf(client).rows(text, values);
  }

  return {
    write,
    rows,
    async head(): Promise<BatchHead> {
      const [row] = await rows(
        'select seq, hash, term, at_ms from batches order by seq desc limit 1',
      );
      if (row === undefined) throw new StoreError('unknown', 'the journal has no first batch');
      return {
        seq: integerOf(row, 'seq'),
        hash: Buffer.from(bytesOf(row, 'hash')),
        term: integerOf(row, 'term'),
        atMs: integerOf(row, 'at_ms'),
      };
    },
    async snapshot(work) {
      const client = await connectOne('hutong-journal-load');
      try {
        await client.query('begin isolation level repeatable read read only');
        const result = await work(readerOf(client));
        await client.query('commit');
        return result;
      } catch (error) {
        throw classify(error);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async reconnect() {
      const before = open;
      open = null;
      if (before !== null) {
        // not awaited: a waiting commit is never cancelled, and a dead peer never answers
        void before
          .then(({ writer, reader }) => Promise.all([writer.end(), reader.end()]))
          .catch(() => undefined);
      }
      try {
        await connections();
      } catch (error) {
        throw classify(error);
      }
    },
    async close() {
      closed = true;
      const before = open;
      open = null;
      if (before === null) return;
      const { writer, reader } = await before.catch(() => ({ writer: null, reader: null }));
      await Promise.all([writer?.end(), reader?.end()]);
    },
  };
}
