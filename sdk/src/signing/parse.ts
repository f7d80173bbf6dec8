// Reads Signature-Input and Signature strictly: exactly one signature with our tag, only the
// parameters of the profile, nothing that RFC 8941 would write differently.
import { SIGNATURE_TAG } from './message.ts';

export interface ParsedSignature {
  readonly label: string;
  /** Identifiers as written, with their parameters: `"@method"`, `"signature";req;key="hutong"`. */
  readonly components: readonly string[];
  /** The raw inner list with parameters: what the signer's base ended with. */
  readonly params: string;
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
  readonly keyId: string;
  /** `:base64:`, as an answer covers it. */
  readonly signatureItem: string;
  /** base64 of the signature. */
  readonly signature: string;
}

export type ParseFault =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_component_missing';

const HEADER_CHARS_MAX = 4_096;
const ONE_IDENTIFIER = String.raw`"[^"\\]{1,128}"(?:;[a-z]+(?:="[^"\\]{0,64}")?)*`;
const IDENTIFIERS = String.raw`((?:${ONE_IDENTIFIER}(?: (?=")|(?=\))))*)`;
const PARAMETERS = String.raw`((?:;[a-z]+=(?:"[^"\\]{0,256}"|\d{1,15}))+)`;
/** Its name, all of its value, and of that the identifiers in parentheses and the parameters. */
const MEMBER = new RegExp(
  String.raw`^([a-z*][a-z0-9_.*-]{0,63})=(\(${IDENTIFIERS}\)${PARAMETERS})$`,
);
const IDENTIFIER = new RegExp(ONE_IDENTIFIER, 'g');
const PARAMETER = /;([a-z]+)=(?:"([^"\\]{0,256})"|(\d{1,15}))/g;
const SIGNATURE = /^([a-z*][a-z0-9_.*-]{0,63})=:([A-Za-z0-9+/]{1,684}={0,2}):$/;

/** The members of a dictionary header; commas inside quotes do not separate. */
function members(header: string): string[] {
  if (!header.includes(',')) return [header.trim()];
  const list: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < header.length; i += 1) {
    const char = header.charAt(i);
    if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      list.push(header.slice(from, i).trim());
      from = i + 1;
    }
  }
  list.push(header.slice(from).trim());
  return list;
}

interface Input {
  readonly label: string;
  readonly params: string;
  readonly list: string;
  readonly parameters: Map<string, string>;
}

function inputOf(member: string): Input | null {
  const match = MEMBER.exec(member);
  if (match === null) return null;
  const parameters = new Map<string, string>();
  for (const [, name = '', text, number] of (match[4] ?? '').matchAll(PARAMETER)) {
    if (parameters.has(name)) return null;
    parameters.set(name, text ?? number ?? '');
  }
  return { label: match[1] ?? '', params: match[2] ?? '', list: match[3] ?? '', parameters };
}

function isOurs(member: string): boolean {
  return member.includes(`;tag="${SIGNATURE_TAG}"`);
}

export function parseSignature(
  inputHeader: string | undefined,
  signatureHeader: string | undefined,
): ParsedSignature | ParseFault {
  if (inputHeader === undefined || signatureHeader === undefined) return 'signature_missing';
  if (inputHeader.length > HEADER_CHARS_MAX || signatureHeader.length > HEADER_CHARS_MAX) {
    return 'signature_malformed';
  }
  const ours = members(inputHeader).filter(isOurs);
  if (ours.length === 0) return 'signature_missing';
  const input = ours.length === 1 ? inputOf(ours[0] ?? '') : null;
  if (input === null) return 'signature_malformed';
  const found = members(signatureHeader)
    .map((member) => SIGNATURE.exec(member))
    .filter((match) => match?.[1] === input.label);
  const signature = found.length === 1 ? found[0]?.[2] : undefined;
  if (signature === undefined)
    return found.length === 0 ? 'signature_missing' : 'signature_malformed';
  const created = input.parameters.get('created');
  const expires = input.parameters.get('expires');
  const nonce = input.parameters.get('nonce');
  const keyId = input.parameters.get('keyid');
  if (!created || !expires || !nonce || !keyId) return 'signature_component_missing';
  const components = input.list.match(IDENTIFIER) ?? [];
  if (new Set(components).size !== components.length) return 'signature_malformed';
  return {
    label: input.label,
    components,
    params: input.params,
    created: Number(created),
    expires: Number(expires),
    nonce,
    keyId,
    signatureItem: `:${signature}:`,
    signature,
  };
}
