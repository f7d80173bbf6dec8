// Logs for operators: JSON lines on stderr, without secrets and without personal data at any depth.
// Evidence (raw signed messages) is sealed elsewhere; a log is never evidence.
import { type DestinationStream, type LoggerOptions, type Logger as PinoLogger, pino } from 'pino';
import type { Clock } from './clock.ts';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** pino's logger without the ways around redaction (`setBindings`, a child's own serialisers). */
export interface Logger extends Pick<PinoLogger, Level | 'level' | 'flush'> {
  /** A logger whose lines also say this. */
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggingOptions {
  readonly level: LoggerOptions['level'];
  readonly clock: Clock;
  /** stderr when absent. */
  readonly destination?: DestinationStream;
}

/**
 * Lower case without `-` and `_`: `set-cookie`, `privateKey` and `private_key` are one name each.
 */
const secretNames = new Set(
  `signature signatureinput authorization proxyauthorization cookie setcookie password passphrase
  secret token accesstoken refreshtoken apikey apiv3key privatekey kek key clientsecret databaseurl
  connectionstring fulfilment preimage`.split(/\s+/),
);
const personalNames = new Set(
  `alias aliases phone phonenumber msisdn mobile email iban pan accountnumber account walletid vpa
  name firstname lastname fullname displayname payername payeename birthdate dateofbirth nationalid
  idnumber address street ip ipaddress remoteaddress remittance memo note buyerid openid payercode
  authcode paymentcode body rawbody`.split(/\s+/),
);

export const SECRET_MARK = '[secret]';
export const PERSONAL_MARK = '[personal]';
const DEPTH_MAX = 8;

/**
 * A copy that may be logged: what has a secret's or a person's name is marked, bigints are text.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) return '[deep]';
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((each) => redact(each, depth + 1));
  if (value instanceof Map) return `[map of ${value.size}]`;
  if (value instanceof Set) return `[set of ${value.size}]`;
  return redactMembers(value, depth);
}

function redactMembers(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const plain = name.replace(/[-_]/g, '').toLowerCase();
    if (member === undefined) continue;
    if (secretNames.has(plain)) copy[name] = SECRET_MARK;
    else if (personalNames.has(plain)) copy[name] = PERSONAL_MARK;
    else copy[name] = redact(member, depth + 1);
  }
  return copy;
}

/**
 * Only these members: PostgreSQL's errors carry whole rows in `detail` and `where`, HTTP clients'
 * errors carry requests with their headers.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

export function createLogger({ level, clock, destination }: LoggingOptions): Logger {
  const root = pino(
    {
      level: level ?? 'info',
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      // Errors are described below already; pino's own serialiser would add all their members.
      serializers: { err: (described: unknown) => described },
      formatters: {
        level: (label) => ({ level: label }),
        log: (members) => redactMembers(members, 0),
      },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
  // pino gives a child's bindings to no formatter; children inherit this method by prototype.
  const makeChild = root.child;
  const child = function (this: PinoLogger, bindings: Readonly<Record<string, unknown>>) {
    return makeChild.call(this, redactMembers(bindings, 0));
  };
  return Object.assign(root, { child });
}
