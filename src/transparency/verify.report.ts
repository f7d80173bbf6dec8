// What verification says: one line per check, whether it holds, how much was looked at, and which
// rows speak against it. Ids only, no personal data: a report may be mailed.

export interface CheckReport {
  /** Stable name: `batch-chain`. */
  readonly id: string;
  /** What holds when it is ok, as a sentence. */
  readonly title: string;
  readonly ok: boolean;
  /** How many rows, accounts or currencies were looked at. */
  readonly checked: number;
  /** What is wrong and where, the first few of each kind; null where nothing is. */
  readonly detail: string | null;
}

export interface Report {
  readonly ok: boolean;
  readonly checks: readonly CheckReport[];
  /** The newest batch of the snapshot that was checked. */
  readonly seq: number;
  readonly term: number;
}

/** Something a check found wrong. */
export interface Violation {
  readonly what: string;
  /** All of them. */
  readonly count: number;
  /** The first few, by id. */
  readonly examples: readonly string[];
}

export interface Finding {
  readonly checked: number;
  readonly violations: readonly Violation[];
}

export const EXAMPLES_MAX = 5;

export function detailOf(violations: readonly Violation[]): string | null {
  if (violations.length === 0) return null;
  const texts = violations.map(({ what, count, examples }) => {
    const more = count > examples.length ? ', …' : '';
    return `${count} × ${what}: ${examples.join(', ')}${more}`;
  });
  return texts.join('; ');
}

/** Collects violations while rows stream by: counts all, keeps the first few. */
export function createTally(): {
  note(what: string, example: string): void;
  violations(): Violation[];
} {
  const found = new Map<string, { count: number; examples: string[] }>();
  return {
    note(what, example) {
      const entry = found.get(what) ?? { count: 0, examples: [] };
      entry.count += 1;
      if (entry.examples.length < EXAMPLES_MAX) entry.examples.push(example);
      found.set(what, entry);
    },
    violations: () => [...found].map(([what, entry]) => ({ what, ...entry })),
  };
}
