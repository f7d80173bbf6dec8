// Money and time outside the protocol: yuan with two decimals for people, RFC 3339 in China's time.
// Inside and on the wire money is fen.
import { z } from 'zod';

export function yuan(fen: bigint): string {
  const digits = String(fen < 0n ? -fen : fen).padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Yuan as people write them → fen. */
export const yuanSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})\.[0-9]{2}$/)
  .transform((text) => BigInt(text.replace('.', '')));

const GMT8_MS = 8 * 3_600_000;

/** `2026-01-31T20:00:00+08:00`, wherever the platform runs. */
export const china = (atMs: number) =>
  `${new Date(atMs + GMT8_MS).toISOString().slice(0, 19)}+08:00`;
