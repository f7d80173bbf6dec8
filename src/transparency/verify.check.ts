// What a check is, and the kind most of them are: SQL that gives one row per violation. A check
// reads one snapshot and nothing else; it shares no code with the engine that it judges.
import { integerOf, textOf } from '../journal/row.ts';
import type { Row } from '../journal/store.ts';
import { EXAMPLES_MAX, type Finding, type Violation } from './verify.report.ts';

export interface Snapshot {
  rows(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The rows of a large query a page at a time, through a cursor. */
  stream(text: string): AsyncGenerator<Row>;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  /** The number of the invariant in the design; null for what follows from several. */
  readonly invariant: number | null;
  run(snapshot: Snapshot): Promise<Finding>;
}

/** One way to break a check: `sql` gives a row per violation, its column `who` names it. */
export interface Breach {
  readonly what: string;
  readonly sql: string;
}

export function sqlCheck(options: {
  readonly id: string;
  readonly title: string;
  readonly invariant: number | null;
  /** Gives one number: how much is looked at. */
  readonly count: string;
  readonly breaches: readonly Breach[];
}): Check {
  const { id, title, invariant } = options;
  return {
    id,
    title,
    invariant,
    async run(snapshot) {
      const [counted] = await snapshot.rows(`select (${options.count})::int8 as n`);
      const violations: Violation[] = [];
      for (const { what, sql } of options.breaches) {
        const rows = await snapshot.rows(
          `select who, count(*) over () as n from (${sql}) breaches limit ${EXAMPLES_MAX}`,
        );
        const [first] = rows;
        if (first === undefined) continue;
        const examples = rows.map((row) => textOf(row, 'who'));
        violations.push({ what, count: integerOf(first, 'n'), examples });
      }
      return { checked: counted === undefined ? 0 : integerOf(counted, 'n'), violations };
    },
  };
}
