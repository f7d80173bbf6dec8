// Payment pointers, `$wallet.example/alice`: paymentpointers.org. A wallet address written as an
// https URL cannot be told from any other page and is not taken for one.
import { codeAlias } from '../alias.ts';
import { type CodeResult, codeProblem, found, refused } from '../problem.ts';
import { type CodeReading, judged, type ReadOptions } from '../reading.ts';

const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+$/;
const WELL_KNOWN = '/.well-known/pay';

export function looksLikePointer(text: string): boolean {
  return text.startsWith('$');
}

/** Canonical `$host/path`; undefined where the text is no pointer. */
function canonical(text: string): string | undefined {
  const slash = text.indexOf('/');
  const host = (slash < 0 ? text.slice(1) : text.slice(1, slash)).toLowerCase();
  const path = slash < 0 ? '' : text.slice(slash).replace(/\/$/, '');
  if (!HOST.test(host)) return undefined;
  const segments = path.split('/').slice(1);
  const isPlain = segments.every((each) => SEGMENT.test(each) && each !== '.' && each !== '..');
  if (!isPlain) return undefined;
  return path === WELL_KNOWN ? `$${host}` : `$${host}${path}`;
}

export function readPointer(text: string, options: ReadOptions = {}): CodeReading {
  const pointer = text.startsWith('$') ? canonical(text) : undefined;
  if (pointer === undefined) {
    const params = { scheme: 'payment pointer' };
    const problems = [codeProblem('link.malformed', { position: 0, params })];
    return judged({ scheme: 'pointer', mode: null, fields: {}, problems }, options);
  }
  const path = pointer.includes('/') ? pointer.slice(1) : `${pointer.slice(1)}${WELL_KNOWN}`;
  const fields = { pointer, url: `https://${path}` };
  const alias = codeAlias('pointer', pointer);
  return judged({ scheme: 'pointer', mode: 'static', fields, alias, problems: [] }, options);
}

export function writePointer(pointer: string): CodeResult<string> {
  const text = pointer.startsWith('$') ? canonical(pointer) : undefined;
  if (text !== undefined) return found(text);
  return refused('link.malformed', { params: { scheme: 'payment pointer' } });
}
