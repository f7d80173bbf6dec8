// One statement on a connection of its own, for tests that look into a database or damage it.
import { openClient } from '../../src/postgres/pool.ts';

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = await openClient({
    connection: { connectionString: url },
    applicationName: 'test',
  });
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
