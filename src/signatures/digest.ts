// Content-Digest (RFC 9530): written with SHA-256, read with SHA-256 or SHA-512.
import { hash, timingSafeEqual } from 'node:crypto';

const MEMBER = /^(sha-256|sha-512)=:([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==):$/;

export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${hash('sha256', body, 'base64')}:`;
}

/** Every digest of an algorithm we know must hold, and there must be one. */
export function digestHolds(header: string, body: Uint8Array): boolean {
  let known = 0;
  for (const member of header.split(',')) {
    const match = MEMBER.exec(member.trim());
    if (match === null) continue;
    known += 1;
    const claimed = Buffer.from(match[2] ?? '', 'base64');
    const actual = hash(match[1] === 'sha-256' ? 'sha256' : 'sha512', body, 'buffer');
    if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual)) return false;
  }
  return known > 0;
}
