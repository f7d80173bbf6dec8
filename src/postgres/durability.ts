// What a server must promise before money is written to it: an external one can be set up so that
// an answered payment is lost with the power. Reads settings; changes none.
import { type DatabaseConnection, openClient } from './pool.ts';

export interface DurabilityFinding {
  /** `refuse`: answered payments could be lost or misread; `warn`: a lesser protection is off. */
  readonly verdict: 'refuse' | 'warn';
  readonly setting: string;
  readonly value: string;
  /** What it must be, and what happens otherwise. */
  readonly reason: string;
}

interface Rule {
  readonly setting: string;
  readonly verdict: 'refuse' | 'warn';
  readonly accepts: (value: string) => boolean;
  readonly reason: string;
}

const isOn = (value: string) => value === 'on';

/**
 * The switch's own connections set synchronous_commit themselves; the server's default is for
 * others.
 */
export const durabilityRules: readonly Rule[] = [
  {
    setting: 'server_version_num',
    verdict: 'refuse',
    accepts: (value) => Number(value) >= 150_000,
    reason: 'PostgreSQL 15 or later is needed',
  },
  {
    setting: 'in_recovery',
    verdict: 'refuse',
    accepts: (value) => value === 'false',
    reason: 'this is a standby: the switch needs the primary',
  },
  {
    setting: 'fsync',
    verdict: 'refuse',
    accepts: isOn,
    reason: 'must be on: a power loss would take answered payments or the whole database',
  },
  {
    setting: 'server_encoding',
    verdict: 'refuse',
    accepts: (value) => value === 'UTF8',
    reason: 'must be UTF8: names and addresses are in every script',
  },
  {
    setting: 'full_page_writes',
    verdict: 'warn',
    accepts: isOn,
    reason: 'should be on, unless the file system never tears a page (ZFS)',
  },
  {
    setting: 'data_checksums',
    verdict: 'warn',
    accepts: isOn,
    reason: 'should be on: without it a disk may change what was written and nobody is told',
  },
  {
    setting: 'synchronous_commit',
    verdict: 'warn',
    accepts: (value) => value !== 'off',
    reason: 'should not be off: tools that write to the same server lose their last commits',
  },
];

/** Settings that a PostgreSQL-wire engine doesn't have are not judged. Rejects with pg's errors. */
export async function checkDurability(
  connection: DatabaseConnection,
): Promise<DurabilityFinding[]> {
  const client = await openClient({ connection, applicationName: 'hutong-durability' });
  try {
    const { rows } = await client.query<{ setting: string; value: string | null }>(
      `select 'in_recovery' as setting, pg_is_in_recovery()::text as value
       union all
       select name, current_setting(name, true) from unnest($1::text[]) as name`,
      [durabilityRules.map(({ setting }) => setting).filter((name) => name !== 'in_recovery')],
    );
    const values = new Map(rows.map(({ setting, value }) => [setting, value]));
    return judgeDurability(values);
  } finally {
    await client.end();
  }
}

export function judgeDurability(values: ReadonlyMap<string, string | null>): DurabilityFinding[] {
  return durabilityRules.flatMap(({ setting, verdict, accepts, reason }) => {
    const value = values.get(setting) ?? null;
    return value === null || accepts(value) ? [] : [{ verdict, setting, value, reason }];
  });
}
