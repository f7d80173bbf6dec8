// Money and time as Alipay writes them: yuan with two decimals, GMT+8 to the second. Inside, money
// is fen as bigint.
import { z } from 'zod';

const YUAN = /^(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?$/;

/** @returns undefined where the text is no amount of yuan. */
export function parseYuan(text: string): bigint | undefined {
  const parts = YUAN.exec(text);
  if (parts === null) return undefined;
  return BigInt(parts[1] ?? '0') * 100n + BigInt((parts[2] ?? '').padEnd(2, '0'));
}

export function yuan(fen: bigint): string {
  const digits = String(fen < 0n ? -fen : fen).padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Merchants send amounts as strings or as JSON numbers; the gateway takes both. */
export const fenSchema = z.union([z.string(), z.number()]).transform((given, context) => {
  const fen = parseYuan(String(given));
  if (fen !== undefined) return fen;
  context.addIssue({ code: 'custom', message: 'no amount in yuan' });
  return z.NEVER;
});

const GMT8_MS = 8 * 3_600_000;

/** `2026-01-31 20:00:00`, in GMT+8 wherever the platform runs. */
export function gmt8(atMs: number): string {
  return new Date(atMs + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** @returns undefined where the text is no such time. */
export function parseGmt8(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(text)) return undefined;
  const atMs = Date.parse(`${text.replace(' ', 'T')}+08:00`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const FIFTEEN_DAYS_MS = 15 * 86_400_000;

/**
 * `timeout_express`: 1m to 15d, or `1c`, the end of the day.
 * @returns the moment it ends, undefined where the text is none.
 */
export function parseTimeout(text: string, nowMs: number): number | undefined {
  if (text === '1c') {
    const dayMs = 86_400_000;
    return (Math.floor((nowMs + GMT8_MS) / dayMs) + 1) * dayMs - GMT8_MS;
  }
  const parts = /^([1-9][0-9]{0,4})([mhd])$/.exec(text);
  const ms = Number(parts?.[1]) * (UNIT_MS[parts?.[2] ?? ''] ?? Number.NaN);
  return ms <= FIFTEEN_DAYS_MS ? nowMs + ms : undefined;
}
