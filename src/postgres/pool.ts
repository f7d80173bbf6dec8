// Connections to PostgreSQL with the choices that every room shares: int8 is bigint (money is never
// a number), a name that an operator sees in pg_stat_activity, a time limit for reads alone.
import pg from 'pg';

export type DatabaseConnection =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

const INT8 = 20;
const INT8_ARRAY = 1016;

function parseInt8Array(text: string): (bigint | null)[] {
  const inner = text.slice(1, -1);
  if (inner === '') return [];
  return inner.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
}

/** Per client, not in pg's global table: other users of pg in the process keep theirs. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format: 'text' | 'binary' = 'text'): (value: string) => unknown {
    if (format === 'text' && oid === INT8) return BigInt;
    if (format === 'text' && oid === INT8_ARRAY) return parseInt8Array;
    // oxlint-disable-next-line typescript/no-unsafe-return -- pg types its parsers' results as any
    return pg.types.getTypeParser(oid, format);
  },
};

export interface ClientOptions {
  readonly connection: DatabaseConnection;
  /** Seen in pg_stat_activity: `hutong-journal`. */
  readonly applicationName: string;
  /**
   * Sends queries without waiting for answers; a failed one doesn't stop those behind it. For the
   * journal, whose fence makes them write nothing.
   */
  readonly pipeline?: boolean;
  /** For reads only: a write that is cut off may or may not have happened. */
  readonly statementTimeoutMs?: number;
  /** An error while nothing is asked: the connection is lost. Also told to the next query. */
  readonly onLost?: (error: Error) => void;
}

function configOf(options: ClientOptions): pg.ClientConfig {
  return {
    ...options.connection,
    application_name: options.applicationName,
    types: typeParsers,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    ...(options.pipeline === true ? { pipeline: true } : {}),
    ...(options.statementTimeoutMs === undefined
      ? {}
      : { statement_timeout: options.statementTimeoutMs }),
  };
}

/** A connected client; its owner ends it. Rejects with pg's error when it can't be had. */
export async function openClient(options: ClientOptions): Promise<pg.Client> {
  const client = new pg.Client(configOf(options));
  client.on('error', (error) => options.onLost?.(error));
  await client.connect();
  return client;
}

export interface PoolOptions extends ClientOptions {
  /** Connections at most; 4 if absent: reads are few, the writer has its own. */
  readonly max?: number;
}

const READ_TIMEOUT_MS = 10_000;

/**
 * For reads: statements are cut off after 10 s unless told otherwise. Connects at the first query.
 */
export function openPool(options: PoolOptions): pg.Pool {
  const config = configOf({ statementTimeoutMs: READ_TIMEOUT_MS, ...options });
  const pool = new pg.Pool({ ...config, max: options.max ?? 4, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => options.onLost?.(error));
  return pool;
}
