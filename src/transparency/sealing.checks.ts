// Checks that personal data lies sealed (invariant 10): by its form, by the keys it needs, and, for
// who can name some personal data that the switch has seen, by looking for it everywhere.

import { integerOf, textOf } from '../journal/row.ts';
import { type Check, type Snapshot, sqlCheck } from './verify.check.ts';
import { EXAMPLES_MAX, type Finding, type Violation } from './verify.report.ts';

/** Columns that hold sealed bytes: table, column, and what names a row. */
const SEALED = [
  ['payments', 'payer', 'id::text'],
  ['payments', 'payee', 'id::text'],
  ['orders', 'payee', 'id::text'],
  ['quotes', 'payee', 'id::text'],
  ['events', 'evidence', `seq || '.' || ordinal`],
  ['outbox', 'message', `seq || '.' || ordinal`],
  ['aliases', 'party', `encode(alias_hash, 'hex')`],
  ['connection_secrets', 'secrets', 'connection_id'],
] as const;

const VALUES = SEALED.map(
  ([table, column, name]) =>
    `select '${table}.${column} ' || ${name} as who, ${column} as sealed from ${table}
     where ${column} is not null`,
).join('\nunion all\n');

/**
 * Format 1: a byte 1, the count of subjects, 16 bytes each, then nonce (12), tag (16), cipher text.
 */
const isWellFormed = `case when length(sealed) < 2 then false
  else get_byte(sealed, 0) = 1 and get_byte(sealed, 1) between 1 and 16
    and length(sealed) >= 2 + 16 * get_byte(sealed, 1) + 28 end`;

const sealed = sqlCheck({
  id: 'sealed',
  title: 'All personal data lies sealed for its subjects, whose keys are there unless shredded',
  invariant: 10,
  count: `select count(*) from (${VALUES}) v`,
  breaches: [
    {
      what: 'value that is not sealed',
      sql: `select who from (${VALUES}) v where not (${isWellFormed})`,
    },
    {
      what: 'sealed value whose key was never stored',
      sql: `select v.who from (${VALUES}) v
        cross join lateral generate_series(0, get_byte(v.sealed, 1) - 1) as i
        left join subjects s on s.id = substring(v.sealed from 3 + 16 * i for 16)
        where (${isWellFormed}) and s.id is null`,
    },
    {
      what: 'subject whose key is not wrapped',
      sql: `select encode(id, 'hex') as who from subjects
        where length(id) <> 16 or length(wrapped_key) <> 60`,
    },
  ],
});

export const SEALING_CHECKS: readonly Check[] = [sealed];

/** Looks for given texts (names, accounts) in every column of every table, whatever its type. */
export function clearTextCheck(texts: readonly string[]): Check {
  return {
    id: 'clear-text',
    title: 'None of the given personal data lies anywhere in the clear',
    invariant: 10,
    run: (snapshot) => lookEverywhere(snapshot, texts),
  };
}

async function lookEverywhere(snapshot: Snapshot, texts: readonly string[]): Promise<Finding> {
  const columns = await snapshot.rows(
    `select c.table_name::text as t, c.column_name::text as c, c.data_type::text as type,
       quote_ident(c.table_name) as table, quote_ident(c.column_name) as column
     from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = current_schema and t.table_type = 'BASE TABLE'
       and c.data_type in ('text', 'json', 'jsonb', 'bytea', 'character varying')
     order by 1, 2`,
  );
  const violations: Violation[] = [];
  for (const row of columns) {
    const name = textOf(row, 'column');
    const found =
      textOf(row, 'type') === 'bytea'
        ? `position(convert_to(n, 'UTF8') in x.${name}) > 0`
        : `strpos(x.${name}::text, n) > 0`;
    const [hit] = await snapshot.rows(
      `select count(*) as n from ${textOf(row, 'table')} x
       where exists (select from unnest($1::text[]) as n where ${found})`,
      [texts],
    );
    const count = hit === undefined ? 0 : integerOf(hit, 'n');
    const what = `row in the clear in ${textOf(row, 't')}.${textOf(row, 'c')}`;
    if (count > 0) violations.push({ what, count, examples: [] });
  }
  return { checked: columns.length, violations: violations.slice(0, 4 * EXAMPLES_MAX) };
}
