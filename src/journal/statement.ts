// Builds the one prepared statement that writes a whole batch: the batch row is inserted only
// where its predecessor exists (the fence), and every other write selects from that row, so a
// fenced writer, or a batch whose predecessor failed, writes nothing at all.
import { parameterCount } from './encode.ts';
import type { Table } from './table.ts';

export interface TableWrite {
  readonly table: Table<never>;
  readonly kind: 'insert' | 'update';
}

const SQL_TYPES = {
  uuid: 'uuid',
  int8: 'int8',
  int4: 'int4',
  text: 'text',
  bool: 'bool',
} as const;

/** Parameters that the fence takes before those of the tables. */
export const FENCE_PARAMETERS = 7;

const FENCE = `fence as (
  insert into batches (seq, prev_seq, prev_hash, hash, term, at_ms, open_floor)
  select $1::int8, $2::int8, $3::bytea, $4::bytea, $5::int8, $6::int8, $7::uuid
  where exists (select from batches where seq = $2::int8 and hash = $3::bytea)
  returning seq)`;

interface Source {
  readonly names: string[];
  readonly arrays: string[];
  readonly values: string[];
}

function readColumns(write: TableWrite, first: number): { source: Source; next: number } {
  const source: Source = { names: [], arrays: [], values: [] };
  let n = first;
  for (const column of write.table.columns) {
    if (write.kind === 'update' && column.key !== true && column.mutable !== true) continue;
    const at = n;
    n += parameterCount(column);
    source.names.push(column.name);
    switch (column.type) {
      case 'bytes16':
      case 'bytes32': {
        const size = column.type === 'bytes16' ? 16 : 32;
        source.values.push(
          `substring($${at}::bytea from (u.n::int4 - 1) * ${size} + 1 for ${size})`,
        );
        break;
      }
      case 'json':
      case 'document': {
        const alias = `c${at}`;
        source.arrays.push(`${alias}|$${at + 1}::int4[]`, `${alias}s|$${at + 2}::int4[]`);
        const part = `substring($${at}::bytea from u.${alias} for u.${alias}s)`;
        const text = `convert_from(${part}, 'UTF8')`;
        source.values.push(column.type === 'json' ? `${text}::json` : text);
        break;
      }
      case 'bytes':
      case 'sealed': {
        const alias = `c${at}`;
        source.arrays.push(`${alias}|$${at + 1}::int4[]`, `${alias}s|$${at + 2}::int4[]`);
        const part = `substring($${at}::bytea from u.${alias} for u.${alias}s)`;
        source.values.push(`case when u.${alias} > 0 then ${part} end`);
        break;
      }
      default: {
        const alias = `c${at}`;
        source.arrays.push(`${alias}|$${at}::${SQL_TYPES[column.type]}[]`);
        source.values.push(`u.${alias}`);
      }
    }
  }
  return { source, next: n };
}

function writePart(write: TableWrite, index: number, first: number): { sql: string; next: number } {
  const { source, next } = readColumns(write, first + 1);
  const aliases = source.arrays.map((a) => a.split('|')[0]);
  const arrays = source.arrays.map((a) => a.split('|')[1]);
  const unnest = `unnest(${arrays.join(', ')}) with ordinality as u(${aliases.join(', ')}, n)`;
  const { name } = write.table;
  if (write.kind === 'insert') {
    const sql = `w${index} as (
  insert into ${name} (${source.names.join(', ')})
  select ${source.values.join(', ')}
  from fence, ${unnest} returning 1)`;
    return { sql, next };
  }
  const keys: string[] = [];
  const sets: string[] = [];
  source.names.forEach((column, i) => {
    const value = source.values[i] ?? 'null';
    const isKey = write.table.columns.some((c) => c.name === column && c.key === true);
    if (isKey) keys.push(`t.${column} = ${value}`);
    else sets.push(`${column} = ${value}`);
  });
  const sql = `w${index} as (
  update ${name} as t set ${sets.join(', ')}
  from fence, ${unnest}
  where ${keys.join(' and ')} returning 1)`;
  return { sql, next };
}

/**
 * The statement for one set of writes. It returns one row: `fenced_in` is 1 where the batch is
 * written. A write that touches another number of rows than it was given divides by zero, and
 * so undoes the whole batch.
 */
export function buildStatement(writes: readonly TableWrite[]): string {
  const parts = [FENCE];
  const checks: string[] = [];
  let next = FENCE_PARAMETERS + 1;
  writes.forEach((write, i) => {
    const counted = next;
    const part = writePart(write, i, next);
    parts.push(part.sql);
    checks.push(`(select count(*) from w${i}) = $${counted}::int`);
    next = part.next;
  });
  const all = checks.length === 0 ? 'true' : checks.join(' and ');
  return `with ${parts.join(',\n')}
select f.n as fenced_in, 1 / (case when f.n = 0 or (${all}) then 1 else 0 end) as complete
from (select count(*)::int as n from fence) f`;
}
