// What can be wrong with a payment code, as values with words in both languages. Not the switch's
// own problems (src/problems): those answer requests, these judge a payload.
import {
  type CodeLanguage,
  type CodeProblemCode,
  type CodeProblemParams,
  type CodeProblemSeverity,
  codeProblemSeverities,
} from './problem.codes.ts';
import { english } from './problem.en.ts';
import { chinese } from './problem.zh.ts';

export interface CodeProblem {
  readonly code: CodeProblemCode;
  readonly severity: CodeProblemSeverity;
  /** Where in the payload, in characters (Unicode code points; bytes for consumer codes) from 0. */
  readonly position: number | null;
  /** Which data object, outermost first: `62.05`; a name where the format has names. */
  readonly path: string | null;
  readonly params: CodeProblemParams;
  readonly text: Readonly<Record<CodeLanguage, string>>;
}

export interface CodeProblemPlace {
  readonly position?: number | null | undefined;
  readonly path?: string | null | undefined;
  readonly params?: CodeProblemParams | undefined;
}

const NO_PARAMS: CodeProblemParams = Object.freeze({});

function fill(text: string, params: CodeProblemParams): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => params[name] ?? whole);
}

/** One problem with its texts; a param that the place does not give is filled from path. */
export function codeProblem(code: CodeProblemCode, place: CodeProblemPlace = {}): CodeProblem {
  const { position = null, path = null, params = NO_PARAMS } = place;
  const words = path === null ? params : { path, ...params };
  return {
    code,
    severity: codeProblemSeverities[code],
    position,
    path,
    params,
    text: { en: fill(english[code], words), zh: fill(chinese[code], words) },
  };
}

export function isRefusal(problem: CodeProblem): boolean {
  return problem.severity === 'refusal';
}

/** A value, or why there is none; a value may come with warnings. */
export type CodeResult<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly CodeProblem[] }
  | { readonly ok: false; readonly problems: readonly CodeProblem[] };

export function found<T>(value: T, problems: readonly CodeProblem[] = []): CodeResult<T> {
  return { ok: true, value, problems };
}

export function refused(
  code: CodeProblemCode,
  place?: CodeProblemPlace,
): { readonly ok: false; readonly problems: readonly CodeProblem[] } {
  return { ok: false, problems: [codeProblem(code, place)] };
}
