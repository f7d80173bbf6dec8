// Hutong's own links, for orders and for shops: an address that any program opens and that carries
// its own proof. Signed by the switch (Ed25519), an order's link ends; nobody can move it to
// another host, change the order or prolong it. Whether the order is still open is the switch's to
// say.
import { type CodeProblem, type CodeResult, codeProblem, found, refused } from '../problem.ts';
import { type CodeReading, judged, present, type ReadOptions } from '../reading.ts';
import { parseQuery } from './query.ts';

export interface OrderLink {
  /** `https://pay.example`, with a path before `/o/` if need be; no query. */
  readonly base: string;
  /** `shop`: a poster, for many payments. */
  readonly kind: 'order' | 'shop';
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly id: string;
  /** Milliseconds since 1970, whole seconds. An order's link must have one. */
  readonly expiresAtMs?: number;
  readonly keyId: string;
}

/** Signs bytes with the key that `keyId` names; 64 bytes for Ed25519. */
export type LinkSigner = (message: Uint8Array) => Uint8Array;
export type LinkVerifier = (message: Uint8Array, signature: Uint8Array) => boolean;
/** The key of a link; undefined where it is not known (or no longer good) for this base. */
export type LinkKeys = (keyId: string, base: string) => LinkVerifier | undefined;

export interface OrderLinkOptions extends ReadOptions {
  readonly linkKeys?: LinkKeys;
}

const SCHEME = 'hutong';
const BASE = /^https:\/\/[a-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:\/[A-Za-z0-9._~-]{1,64}){0,4}$/;
const LINK =
  /^(https:\/\/[^/?#]+(?:\/[A-Za-z0-9._~-]+){0,4})\/(o|s)\/([A-Za-z0-9_-]{1,64})\?(?=.*&s=)/;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const SECONDS = /^[1-9][0-9]{8,11}$/;
/** Says what is signed, so that no signature over something else can be used here. */
const CONTEXT = 'hutong-link-1\n';

const encoder = new TextEncoder();
const message = (unsigned: string) => encoder.encode(CONTEXT + unsigned);

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

function bytesOfBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]{2,512}$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) =>
    char.charCodeAt(0),
  );
  // One text per signature: unused bits must be zero.
  return base64url(bytes) === text ? bytes : undefined;
}

export function looksLikeOrderLink(text: string): boolean {
  return text.startsWith('https://') && LINK.test(text);
}

/** The signed link. */
export function writeOrderLink(link: OrderLink, sign: LinkSigner): CodeResult<string> {
  const { base, kind, id, expiresAtMs, keyId } = link;
  const seconds = expiresAtMs === undefined ? undefined : String(Math.floor(expiresAtMs / 1_000));
  const faulty = [
    ['base', BASE.test(base), base],
    ['id', /^[A-Za-z0-9_-]{1,64}$/.test(id), id],
    ['k', KEY_ID.test(keyId), keyId],
    ['x', seconds === undefined ? kind === 'shop' : SECONDS.test(seconds), seconds ?? ''],
  ] as const;
  for (const [path, isRight, value] of faulty) {
    if (!isRight) return refused('link.field_malformed', { path, params: { found: value } });
  }
  const expiry = seconds === undefined ? '' : `x=${seconds}&`;
  const unsigned = `${base}/${kind === 'order' ? 'o' : 's'}/${id}?${expiry}k=${keyId}`;
  return found(`${unsigned}&s=${base64url(sign(message(unsigned)))}`);
}

/** Without `linkKeys` the link is read with a warning that nobody checked it. */
export function readOrderLink(text: string, options: OrderLinkOptions = {}): CodeReading {
  const match = LINK.exec(text);
  const no = (problem: CodeProblem): CodeReading =>
    judged({ scheme: SCHEME, mode: null, fields: {}, problems: [problem] }, options);
  if (match === null) {
    return no(codeProblem('link.malformed', { position: 0, params: { scheme: 'Hutong' } }));
  }
  const [whole, base = '', kind = '', id = ''] = match;
  const query = parseQuery(text, whole.length);
  const place = (path: string) => ({ position: query.positionOf(path), path });
  const [keyId = '', seconds] = [query.values.get('k'), query.values.get('x')];
  const isOrder = kind === 'o';
  const problems: CodeProblem[] = [...query.problems];
  if (!KEY_ID.test(keyId)) problems.push(codeProblem('link.field_missing', place('k')));
  if (seconds === undefined ? isOrder : !SECONDS.test(seconds)) {
    const params = { found: seconds ?? '' };
    problems.push(codeProblem('link.field_malformed', { ...place('x'), params }));
  }
  const expiresAtMs = seconds === undefined ? undefined : Number(seconds) * 1_000;
  const isEnded =
    expiresAtMs !== undefined && options.nowMs !== undefined && expiresAtMs < options.nowMs;
  const expiresAt = instantText(expiresAtMs);
  if (isEnded) {
    const params = { expiredAt: expiresAt ?? '' };
    problems.push(codeProblem('code.expired', { ...place('x'), params }));
  }
  problems.push(...signatureProblems(text, keyId, base, options, place));
  return judged(
    {
      scheme: SCHEME,
      mode: isOrder ? 'dynamic' : 'static',
      fields: present({
        kind: isOrder ? 'order' : 'shop',
        id,
        base,
        keyId,
        expiresAt,
        isSignatureChecked: options.linkKeys !== undefined,
      }),
      problems,
    },
    options,
  );
}

function instantText(atMs: number | undefined): string | undefined {
  return atMs === undefined || !(atMs < 8.64e15) ? undefined : new Date(atMs).toISOString();
}

function signatureProblems(
  text: string,
  keyId: string,
  base: string,
  options: OrderLinkOptions,
  place: (path: string) => { readonly position: number | null; readonly path: string },
): CodeProblem[] {
  if (options.linkKeys === undefined) {
    return [codeProblem('link.signature_unchecked', place('s'))];
  }
  const verify = options.linkKeys(keyId, base);
  if (verify === undefined) {
    return [codeProblem('link.key_unknown', { ...place('k'), params: { found: keyId } })];
  }
  // The signature is last and covers every byte before it: nothing can be put in or after it.
  const cut = text.lastIndexOf('&s=');
  const signature = bytesOfBase64url(text.slice(cut + 3));
  const isRight = signature !== undefined && verify(message(text.slice(0, cut)), signature);
  return isRight ? [] : [codeProblem('link.signature_wrong', place('s'))];
}
