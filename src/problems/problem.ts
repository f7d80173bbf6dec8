// A problem as a value, the result that carries it, and its RFC 9457 document.
// What can go wrong is data in the contract; the words are texts.en.ts and texts.zh.ts; a dialect
// translates a problem into its own error codes itself.
import {
  type ProblemCode,
  type ProblemDefinition,
  type ProblemError,
  type ProblemJson,
  problemDefinitions,
} from '@hutong/sdk/contract';
import type { ProblemText } from './problem-text.ts';
import { english } from './texts.en.ts';
import { chinese } from './texts.zh.ts';

export type { ProblemCode, ProblemError, ProblemJson, ProblemText };

export type ProblemParams = Readonly<Record<string, string>>;

/** An expected failure. Made by `problem()`, returned in a `Result`, never thrown. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is special about this occurrence, for a person; never secrets or another's data. */
  readonly detail: string | undefined;
  /** Where in the request; empty where the whole request is meant. */
  readonly errors: readonly ProblemError[];
  /** Facts for a program, sent as they are; they also fill the `{name}`s of the detail's text. */
  readonly params: ProblemParams | undefined;
  /** When to try again at the earliest, for `Retry-After`. */
  readonly retryAfterMs: number | undefined;
}

export interface ProblemOptions {
  readonly detail?: string;
  /** RFC 6901 pointer to the member at fault: `/amount/amount`. */
  readonly pointer?: string;
  /** More faults than one (schema errors); comes after `pointer`. */
  readonly errors?: readonly ProblemError[];
  readonly params?: ProblemParams;
  readonly retryAfterMs?: number;
}

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Refused = { readonly ok: false; readonly problem: Problem };
export type Result<T> = Ok<T> | Refused;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** A refusal, ready to be returned where a `Result` is expected. */
export function refuse(code: ProblemCode, options?: ProblemOptions): Refused {
  return { ok: false, problem: problem(code, options) };
}

const definitions = new Map<ProblemCode, ProblemDefinition>(
  problemDefinitions.map((row) => [row.code, row]),
);
const ranks = new Map<ProblemCode, number>(problemDefinitions.map((row, rank) => [row.code, rank]));

/** Status and retry advice of a code. */
export function definitionOf(code: ProblemCode): ProblemDefinition {
  const definition = definitions.get(code);
  if (definition === undefined) throw new TypeError(`no such problem: ${code}`);
  return definition;
}

/** Of several problems of one request, the one that is judged first and so is answered. */
export function firstOf(problems: readonly [Problem, ...Problem[]]): Problem {
  return problems.reduce((first, each) => (rankOf(each.code) < rankOf(first.code) ? each : first));
}

function rankOf(code: ProblemCode): number {
  return ranks.get(code) ?? problemDefinitions.length;
}

export function problem(code: ProblemCode, options: ProblemOptions = {}): Problem {
  const { detail, pointer, errors = [], params, retryAfterMs } = options;
  const located =
    pointer === undefined
      ? errors
      : [
          { pointer, detail: detail ?? detailOf(code, params, 'en') ?? english[code].title },
          ...errors,
        ];
  return { code, detail, errors: located, params, retryAfterMs };
}

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

export function textOf(code: ProblemCode, language: Language = 'en'): ProblemText {
  return (language === 'zh' ? chinese : english)[code];
}

/**
 * The detail's text filled with the params; undefined where there is none, or a param is absent.
 */
function detailOf(
  code: ProblemCode,
  params: ProblemParams | undefined,
  language: Language,
): string | undefined {
  const template = textOf(code, language).detail;
  if (template === undefined || params === undefined) return undefined;
  let complete = true;
  const filled = template.replace(/\{([A-Za-z]+)\}/g, (whole, name: string) => {
    if (Object.hasOwn(params, name)) return params[name] ?? whole;
    complete = false;
    return whole;
  });
  return complete ? filled : undefined;
}

export interface ProblemJsonContext {
  readonly requestId: string;
  /** The resource the problem is about (a URI reference), such as the payment that was refused. */
  readonly instance?: string;
  readonly language?: Language;
}

/** Below the server's own origin, so that the link works wherever Hutong runs. */
const TYPE_PATH = '/problems/';

/** The document to answer with, as `application/problem+json`. */
export function toProblemJson(problem: Problem, context: ProblemJsonContext): ProblemJson {
  const { code, errors, params } = problem;
  const { status, retry } = definitionOf(code);
  const { language = 'en', requestId, instance } = context;
  const { title, suggestion } = textOf(code, language);
  const detail = problem.detail ?? detailOf(code, params, language);
  return {
    type: TYPE_PATH + code,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(instance === undefined ? {} : { instance }),
    code,
    retry,
    suggestion,
    requestId,
    ...(params === undefined ? {} : { params: { ...params } }),
    ...(errors.length === 0 ? {} : { errors: errors.map((each) => ({ ...each })) }),
  };
}

/** `Retry-After` in whole seconds, rounded up; undefined where the problem gives no time. */
export function retryAfterSeconds(problem: Problem): number | undefined {
  return problem.retryAfterMs === undefined ? undefined : Math.ceil(problem.retryAfterMs / 1_000);
}

/** A text as a program's own log line or terminal shows it: `code: title (detail). suggestion`. */
export function describeProblem(problem: Problem, language: Language = 'en'): string {
  const { title, suggestion } = textOf(problem.code, language);
  const detail = problem.detail ?? detailOf(problem.code, problem.params, language);
  return `${problem.code}: ${title}${detail === undefined ? '' : ` (${detail})`}. ${suggestion}`;
}
