// Which database the switch uses: the one at DATABASE_URL, else the embedded server of the data
// folder. Opens no connection to an external one.

import { type DatabaseLog, type EmbeddedServer, startEmbedded } from './embedded.ts';
import { DatabaseFault } from './fault.ts';
import type { DatabaseConnection } from './pool.ts';

export interface Database {
  readonly kind: 'external' | 'embedded';
  readonly connection: DatabaseConnection;
  /** For people and logs, without the password. */
  readonly description: string;
  /** Present when embedded. */
  readonly server?: EmbeddedServer;
  /** Leaves it; stops the embedded server if nobody else uses it. */
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  /** As in DATABASE_URL; absent or empty means embedded. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  readonly log: DatabaseLog;
}

/** @throws DatabaseFault */
export async function resolveDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, dataDir, log } = options;
  if (databaseUrl !== undefined && databaseUrl !== '') {
    const description = describeUrl(databaseUrl);
    const connection = { connectionString: databaseUrl };
    return { kind: 'external', connection, description, stop: async () => {} };
  }
  const server = await startEmbedded({ dataDir, log });
  return {
    kind: 'embedded',
    connection: server.connection,
    description: `embedded PostgreSQL in ${dataDir}`,
    server,
    stop: () => server.stop(),
  };
}

/**
 * `postgres://` or `postgresql://`, host in the authority or, as a folder, in `?host=`; nothing of
 * the text is repeated in the fault, as it holds a password.
 * @throws DatabaseFault `bad_url`
 */
export function describeUrl(databaseUrl: string): string {
  const refuse = (message: string) =>
    new DatabaseFault(
      'bad_url',
      message,
      'write it as postgres://user:password@host:5432/database, special characters percent-encoded',
    );
  const form = /^postgres(?:ql)?:\/\/(.*)$/s.exec(databaseUrl);
  if (form?.[1] === undefined) {
    throw refuse('DATABASE_URL does not begin with postgres:// or postgresql://');
  }
  // An empty authority with a user ("postgres://me@/db?host=/run/postgresql") is no URL to WHATWG.
  const complete = form[1].replace(/^([^/?#]*@)?(?=[/?#]|$)/, '$1socket.invalid');
  const url = URL.parse(`postgres://${complete}`);
  if (url === null) throw refuse('DATABASE_URL is not a well-formed address');
  const host = url.searchParams.get('host') ?? url.hostname.replace('socket.invalid', 'localhost');
  const port = url.searchParams.get('port') ?? (url.port === '' ? '5432' : url.port);
  const name = url.pathname.slice(1);
  const database = name === '' ? '' : `, database ${decodeURIComponent(name)}`;
  return `PostgreSQL at ${host}:${port}${database}`;
}

/** The same server, another database. */
export function withDatabaseName(databaseUrl: string, name: string): string {
  const path = /^(?<before>postgres(?:ql)?:\/\/[^/?#]*)(?:\/[^?#]*)?/;
  return databaseUrl.replace(path, `$<before>/${encodeURIComponent(name)}`);
}
