// What reading a code gives, whatever kind it is: one shape for programs, and the line that
// `hutong qr read --json` prints.
import type { CodeAlias } from './alias.ts';
import { type CodeProblem, isRefusal } from './problem.ts';

export type FieldValue =
  | string
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

export type CodeFields = Readonly<Record<string, FieldValue>>;

/**
 * - `static`, `dynamic`: merchant-presented, for many payments or for one
 * - `consumer`: the payer shows it (QR or bar code)
 * - `link`: opened by a program, not tied to one payment or not said
 */
export type CodeMode = 'static' | 'dynamic' | 'consumer' | 'link';

export interface CodeReading {
  /** May be paid: no refusal among the problems, and in a strict reading no problem at all. */
  readonly ok: boolean;
  /** Read only because warnings are tolerated: a strict reading refuses it. */
  readonly lenient: boolean;
  /** Id of a profile, `emv` for a merchant code of no known scheme, or the kind of link. */
  readonly scheme: string | null;
  readonly mode: CodeMode | null;
  readonly fields: CodeFields;
  /** The payee (of a consumer code: never the payer) in the words of the directory. */
  readonly alias: CodeAlias | null;
  readonly problems: readonly CodeProblem[];
}

export interface ReadOptions {
  /** Refuse what only a lenient reading takes. */
  readonly strict?: boolean;
  /** Milliseconds since 1970: codes that ended before it are refused. Without it none is. */
  readonly nowMs?: number;
}

export interface Findings {
  readonly scheme: string | null;
  readonly mode: CodeMode | null;
  readonly fields: CodeFields;
  readonly alias?: CodeAlias | null | undefined;
  readonly problems: readonly CodeProblem[];
}

/** The verdict over what was found. */
export function judged(findings: Findings, options: ReadOptions): CodeReading {
  const { scheme, mode, fields, problems } = findings;
  const isRefused = problems.some(isRefusal);
  const ok = !isRefused && (options.strict !== true || problems.length === 0);
  const alias = isRefused ? null : (findings.alias ?? null);
  return { ok, lenient: ok && problems.length > 0, scheme, mode, fields, alias, problems };
}

/** Leaves out what is not there, so that fields hold only what the code says. */
export function present(values: Readonly<Record<string, FieldValue | undefined>>): CodeFields {
  const kept: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
