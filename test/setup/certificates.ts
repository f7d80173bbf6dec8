// X.509 certificates as tests need them: RSA, self-made, valid for a century. Writes the DER by
// hand, since Node reads certificates and makes none. Not for anything that must be trusted.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (value: string) => der(0x0c, Buffer.from(value, 'utf8'));
const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), der(0x05));
const NAMES = { C: oid('550406'), O: oid('55040a'), CN: oid('550403') } as const;

/** Country, organisation and common name, in the order in which certificates carry them. */
export interface CertificateName {
  readonly C: string;
  readonly O: string;
  readonly CN: string;
}

function nameOf(name: CertificateName): Buffer {
  const parts = (['C', 'O', 'CN'] as const).map((key) =>
    der(0x31, sequence(NAMES[key], text(name[key]))),
  );
  return sequence(...parts);
}

/** @returns PEM. */
export function certificateOf(wish: {
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  readonly serial: bigint;
  /** PEM of the subject. */
  readonly publicKey: string;
  /** PEM of the issuer. */
  readonly signedBy: string;
}): string {
  const digits = wish.serial.toString(16);
  const even = digits.padStart(digits.length + (digits.length % 2), '0');
  // a leading zero keeps it positive
  const serial = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
  const validity = sequence(
    der(0x18, Buffer.from('20200101000000Z')),
    der(0x18, Buffer.from('21200101000000Z')),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    SHA256_WITH_RSA,
    nameOf(wish.issuer),
    validity,
    nameOf(wish.subject),
    createPublicKey(wish.publicKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('RSA-SHA256', body, createPrivateKey(wish.signedBy));
  const bytes = sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.of(0), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
