// HTTP message signatures (RFC 9421) as Hutong's profile uses them: which components are covered,
// how they are written down, and the base string that is signed. Pure text: no crypto, no clock.

/** Signatures that are not Hutong's are left alone: they carry another `tag`. */
export const SIGNATURE_TAG = 'hutong';
/** The label in both headers. Verifiers go by the tag, not by the label. */
export const SIGNATURE_LABEL = 'hutong';
/** A signature may live this long at most, in seconds. */
export const SIGNATURE_LIFETIME_S_MAX = 300;

/** A covered component: its identifier as it stands in Signature-Input, and its value. */
export type Component = readonly [identifier: string, value: string];

export interface SignatureParameters {
  /** Seconds since 1970. */
  readonly created: number;
  readonly expires: number;
  /** Visible ASCII without quote and backslash. */
  readonly nonce: string;
  readonly keyId: string;
}

export interface RequestToSign {
  readonly method: string;
  /** Absolute, as sent: scheme, host, path and query. */
  readonly targetUri: string;
  /** The header's value; absent without a body. */
  readonly contentDigest?: string | undefined;
  readonly contentType?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface ResponseToSign {
  readonly status: number;
  readonly contentDigest?: string | undefined;
  readonly contentType?: string | undefined;
  /** `:base64:` of the request's own signature: binds the answer to exactly that request. */
  readonly requestSignature: string;
}

/** RFC 9421 section 2.2: derived components first, then the fields that are present. */
export function requestComponents(request: RequestToSign): Component[] {
  const components: Component[] = [
    ['"@method"', request.method],
    ['"@target-uri"', request.targetUri],
  ];
  if (request.contentDigest !== undefined) {
    components.push(['"content-digest"', request.contentDigest]);
  }
  if (request.contentType !== undefined) components.push(['"content-type"', request.contentType]);
  if (request.idempotencyKey !== undefined) {
    components.push(['"idempotency-key"', request.idempotencyKey]);
  }
  return components;
}

/** RFC 9421 section 2.4: an answer covers the signature of the request it answers. */
export function responseComponents(response: ResponseToSign): Component[] {
  const components: Component[] = [['"@status"', String(response.status)]];
  if (response.contentDigest !== undefined) {
    components.push(['"content-digest"', response.contentDigest]);
  }
  if (response.contentType !== undefined) components.push(['"content-type"', response.contentType]);
  components.push([`"signature";req;key="${SIGNATURE_LABEL}"`, response.requestSignature]);
  return components;
}

/** The inner list with its parameters, as in Signature-Input and in the last line of the base. */
export function signatureParams(
  components: readonly Component[],
  parameters: SignatureParameters,
): string {
  const list = components.map(([identifier]) => identifier).join(' ');
  const { created, expires, nonce, keyId } = parameters;
  const times = `created=${created};expires=${expires}`;
  return `(${list});${times};nonce="${nonce}";keyid="${keyId}";tag="${SIGNATURE_TAG}"`;
}

/** RFC 9421 section 2.5. */
export function signatureBase(components: readonly Component[], params: string): string {
  let base = '';
  for (const [identifier, value] of components) base += `${identifier}: ${value}\n`;
  return `${base}"@signature-params": ${params}`;
}

/** The two headers of a signed message. `signature` is base64. */
export function signatureHeaders(
  params: string,
  signature: string,
): { readonly 'signature-input': string; readonly signature: string } {
  return {
    'signature-input': `${SIGNATURE_LABEL}=${params}`,
    signature: `${SIGNATURE_LABEL}=:${signature}:`,
  };
}
