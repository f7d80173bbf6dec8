// Queries of links as they are met: percent signs that mean nothing, repeated names. Not for the
// Web's own forms: a plus is a plus here (RFC 3986), as the UPI specification has it.
import { characterCount } from '../emv/text.ts';
import { type CodeProblem, codeProblem } from '../problem.ts';

export interface Query {
  /** Decoded values by name; names keep their case. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly CodeProblem[];
  /** Where the pair of a name begins, in characters of the whole link. */
  positionOf(name: string): number | null;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const PERCENT = /%/;
const MALFORMED_PERCENT = /%(?![0-9A-Fa-f]{2})/;

/** The pairs after `?`; `link` is the whole text and `at` where the query begins in it. */
export function parseQuery(link: string, at: number): Query {
  const values = new Map<string, string>();
  const offsets = new Map<string, number>();
  const problems: CodeProblem[] = [];
  const position = (offset: number) => characterCount(link.slice(0, offset));
  let from = at;
  while (from < link.length) {
    const end = link.indexOf('&', from);
    const to = end < 0 ? link.length : end;
    const pair = link.slice(from, to);
    const equals = pair.indexOf('=');
    const name = decodePercent(equals < 0 ? pair : pair.slice(0, equals)).text;
    const { text, isMalformed } = decodePercent(equals < 0 ? '' : pair.slice(equals + 1));
    const place = () => ({ position: position(from), path: name });
    if (values.has(name)) problems.push(codeProblem('link.duplicate_parameter', place()));
    else if (pair !== '') {
      values.set(name, text);
      offsets.set(name, from);
      if (isMalformed) problems.push(codeProblem('link.percent_malformed', place()));
    }
    from = to + 1;
  }
  const positionOf = (name: string) => {
    const offset = offsets.get(name);
    return offset === undefined ? null : position(offset);
  };
  return { values, problems, positionOf };
}

/** A `%` without two digits stays as it is; bytes that are no UTF-8 leave the whole text raw. */
export function decodePercent(text: string): { text: string; isMalformed: boolean } {
  if (!PERCENT.test(text)) return { text, isMalformed: false };
  const isMalformed = MALFORMED_PERCENT.test(text);
  try {
    const decoded = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
      const bytes = Uint8Array.from({ length: run.length / 3 }, (_, index) =>
        Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16),
      );
      return decoder.decode(bytes);
    });
    return { text: decoded, isMalformed };
  } catch {
    // The bytes are in some other encoding; guessing which would invent a name.
    return { text, isMalformed: true };
  }
}

/** RFC 3986 unreserved characters stay; all else is percent-encoded UTF-8. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
