// What is checked of a wish before it becomes a command: forms and bounds, never state.
import { connectionIdSchema, participantIdSchema } from '@hutong/sdk/contract';
import { type ProblemCode, type Refused, refuse } from '../problems/index.ts';

/** PostgreSQL takes no U+0000, people read no control characters. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u;

export function isPlainText(text: string, charsMax: number): boolean {
  return (
    text.length > 0 && text.length <= charsMax && text.trim() === text && !FORBIDDEN.test(text)
  );
}

interface Check {
  readonly holds: boolean;
  readonly pointer: string;
  readonly detail: string;
  readonly code?: ProblemCode;
}

/** The first check that does not hold, as a problem with all of its kind; `null`: all hold. */
export function judge(checks: readonly Check[]): Refused | null {
  const failed = checks.filter((check) => !check.holds);
  const [first] = failed;
  if (first === undefined) return null;
  const code = first.code ?? 'request_invalid';
  const same = failed.filter((check) => (check.code ?? 'request_invalid') === code);
  return refuse(code, { errors: same.map(({ pointer, detail }) => ({ pointer, detail })) });
}

export function checkParticipantId(id: string): Check {
  return {
    holds: participantIdSchema.safeParse(id).success,
    pointer: '/participantId',
    detail: 'A handle: lower-case letters, digits and single hyphens, 2 to 40.',
  };
}

export function checkConnectionId(id: string): Check {
  return {
    holds: connectionIdSchema.safeParse(id).success,
    pointer: '/connectionId',
    detail: 'A handle: lower-case letters, digits and single hyphens, 2 to 40.',
  };
}

export function checkName(name: string): Check {
  return { holds: isPlainText(name, 100), pointer: '/name', detail: 'Plain text, 1 to 100.' };
}

/** The bank's reference of a movement of cover: visible ASCII, so that it can be searched for. */
export function checkReference(reference: string): Check {
  return {
    holds: /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(reference),
    pointer: '/reference',
    detail: 'Visible ASCII, 1 to 64.',
  };
}

/** Form alone: whether the address may be called is judged whenever it is. */
export function checkEndpoint(endpoint: string | null | undefined): Check {
  const code = 'address_refused';
  const pointer = '/endpoint';
  const detail = 'An http or https address without user, password or fragment, 500 at most.';
  if (endpoint === null || endpoint === undefined) return { holds: true, pointer, detail, code };
  const url = URL.parse(endpoint);
  const holds =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.hash === '' &&
    endpoint.length <= 500 &&
    !/[^\x21-\x7e]/.test(endpoint);
  return { holds, pointer, detail, code };
}

const SETTINGS_CHARS_MAX = 16_384;

export function checkSettings(json: string | undefined, pointer: '/settings' | '/secrets'): Check {
  const holds = json === undefined || json.length <= SETTINGS_CHARS_MAX;
  return { holds, pointer, detail: `At most ${SETTINGS_CHARS_MAX} characters of JSON.` };
}

export function checkDialect(dialect: string, known: ReadonlySet<string>): Check {
  const list = [...known].sort().join(', ');
  return { holds: known.has(dialect), pointer: '/dialect', detail: `One of: ${list}.` };
}
