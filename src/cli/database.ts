// The database of a data folder, for commands that read it directly: verify, status, doctor.
import {
  type Database,
  type DatabaseConnection,
  DatabaseFault,
  openClient,
  resolveDatabase,
} from '../postgres/index.ts';
import { CommandError, EXIT } from './exit.ts';

const quiet = { info: () => undefined, warn: () => undefined };

export async function withDatabase<T>(
  dataFolder: string,
  work: (connection: DatabaseConnection) => Promise<T>,
): Promise<T> {
  let database: Database;
  try {
    const databaseUrl = process.env['DATABASE_URL'];
    database = await resolveDatabase({ databaseUrl, dataDir: dataFolder, log: quiet });
  } catch (error) {
    if (!(error instanceof DatabaseFault)) throw error;
    throw new CommandError(EXIT.environment, error.message, error.suggestion);
  }
  try {
    return await work(database.connection);
  } finally {
    await database.stop();
  }
}

export async function query(
  connection: DatabaseConnection,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = await openClient({ connection, applicationName: 'hutong-cli' });
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
