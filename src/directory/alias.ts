// Aliases as people write them → one canonical text per alias, so that the same person is found
// however it is written. Pure; whether anybody holds the alias is not decided here.
import { domainToASCII } from 'node:url';
import { normaliseIban } from './iban.ts';

export const ALIAS_TYPES = [
  'phone',
  'email',
  'wallet',
  'merchant',
  'iban',
  'pointer',
  'chain',
  'vpa',
] as const;
export type AliasType = (typeof ALIAS_TYPES)[number];

export interface Alias {
  readonly type: AliasType;
  readonly value: string;
  /** `type:value`, canonical: equal texts are the same alias. */
  readonly text: string;
}

export type ParsedAlias =
  | { readonly ok: true; readonly alias: Alias }
  | { readonly ok: false; readonly code: 'alias_malformed' };

const ALIAS_CHARS_MAX = 320;
const MALFORMED: ParsedAlias = { ok: false, code: 'alias_malformed' };

/** ITU-T E.164: plus, country code, at most 15 digits. Never guessed from a national number. */
function phone(text: string): string | undefined {
  const value = text.replace(/[ ().-]/g, '');
  return /^\+[1-9][0-9]{6,14}$/.test(value) ? value : undefined;
}

/** Lower case: no provider of note tells `A@x` from `a@x`, and two people must not differ by it. */
function email(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0)).toLowerCase();
  if (
    local.length > 64 ||
    !/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)
  ) {
    return undefined;
  }
  const domain = host(text.slice(at + 1));
  if (domain === undefined) return undefined;
  const value = `${local}@${domain}`;
  return value.length > 254 ? undefined : value;
}

/** A domain name of at least two labels, its letters beyond ASCII as RFC 5891 writes them. */
function host(text: string): string | undefined {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(text)) return undefined;
  const ascii = domainToASCII(text);
  const name =
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
  return name.test(ascii) ? ascii : undefined;
}

/** `name@participant`; the participant's handle is as in the contract. */
function wallet(text: string): string | undefined {
  const value = text.toLowerCase();
  const form = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?@[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
  return form.test(value) && value.length - value.indexOf('@') <= 41 ? value : undefined;
}

/** Printed on a till and typed by hand, so case does not count. */
function merchant(text: string): string | undefined {
  const value = text.toUpperCase();
  return /^[A-Z0-9]([A-Z0-9._-]{0,33}[A-Z0-9])?$/.test(value) ? value : undefined;
}

/**
 * A payment pointer, https://paymentpointers.org/syntax-resolution/ : `$host` stands for
 * `$host/.well-known/pay`. The same as an https URL (a wallet address) is taken too.
 */
function pointer(text: string): string | undefined {
  const match = /^(?:\$|https:\/\/)([^/?#]+)(\/[^?#]*)?$/i.exec(text);
  const name = match?.[1] === undefined ? undefined : host(match[1]);
  if (name === undefined) return undefined;
  const path = (match?.[2] ?? '').replace(/\/$/, '');
  const segments = path.split('/').slice(1);
  const isPlain = segments.every(
    (each) =>
      /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+$/.test(each) &&
      each !== '.' &&
      each !== '..',
  );
  if (!isPlain) return undefined;
  return path === '/.well-known/pay' ? `$${name}` : `$${name}${path}`;
}

/**
 * CAIP-10 `namespace:reference:address`. Hexadecimal addresses of namespace eip155 compare without
 * case: their mixed case is a checksum, and a mistyped one is nobody's alias.
 */
function chain(text: string): string | undefined {
  const match = /^([-a-z0-9]{3,8}):([-_a-zA-Z0-9]{1,32}):([-.%a-zA-Z0-9]{1,128})$/.exec(text);
  const [, namespace = '', reference = '', address = ''] = match ?? [];
  if (match === null) return undefined;
  if (namespace !== 'eip155') return text;
  const isAddress = /^[1-9][0-9]*$/.test(reference) && /^0x[0-9a-fA-F]{40}$/.test(address);
  return isAddress ? `eip155:${reference}:${address.toLowerCase()}` : undefined;
}

/** A virtual payment address, `name@provider`, NPCI UPI. */
function vpa(text: string): string | undefined {
  const value = text.toLowerCase();
  return /^[a-z0-9][a-z0-9._-]{1,254}@[a-z][a-z0-9]{1,63}$/.test(value) ? value : undefined;
}

const NORMALISERS: Readonly<Record<AliasType, (text: string) => string | undefined>> = {
  phone,
  email,
  wallet,
  merchant,
  iban: normaliseIban,
  pointer,
  chain,
  vpa,
};

/** `type:value` as a person or program wrote it. */
export function parseAlias(text: string): ParsedAlias {
  if (text.length > ALIAS_CHARS_MAX) return MALFORMED;
  const colon = text.indexOf(':');
  const type = ALIAS_TYPES.find((each) => each === text.slice(0, colon));
  if (type === undefined) return MALFORMED;
  const value = NORMALISERS[type](text.slice(colon + 1).trim());
  if (value === undefined) return MALFORMED;
  return { ok: true, alias: { type, value, text: `${type}:${value}` } };
}

/** The participant that a wallet alias names itself; only that one can hold it. */
export function namedParticipant(alias: Alias): string | undefined {
  return alias.type === 'wallet' ? alias.value.slice(alias.value.indexOf('@') + 1) : undefined;
}
