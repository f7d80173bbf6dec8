// Calendar periods of mandates, in UTC: which one an instant lies in, and when the n-th payment of
// a schedule is due. Pure.

export const MANDATE_PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type MandatePeriod = (typeof MANDATE_PERIODS)[number];

const DAY_MS = 86_400_000;
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** `2026-11-24`, `w2026-11-23` (its Monday), `2026-11`, `2026-q4` or `2026`. */
export function windowOf(period: MandatePeriod, atMs: number): string {
  const at = new Date(atMs);
  const day = at.toISOString().slice(0, 10);
  switch (period) {
    case 'day':
      return day;
    case 'week': {
      const sinceMonday = (at.getUTCDay() + 6) % 7;
      return `w${new Date(atMs - sinceMonday * DAY_MS).toISOString().slice(0, 10)}`;
    }
    case 'month':
      return day.slice(0, 7);
    case 'quarter':
      return `${day.slice(0, 4)}-q${Math.floor(at.getUTCMonth() / 3) + 1}`;
    case 'year':
      return day.slice(0, 4);
  }
}

/**
 * When payment `n` (from 0) is due: always counted from the first, so that a schedule that begins
 * on the 31st is due on the last day of a short month and on the 31st again after it.
 */
export function dueAtMs(period: MandatePeriod, firstAtMs: number, n: number): number {
  if (period === 'day') return firstAtMs + n * DAY_MS;
  if (period === 'week') return firstAtMs + n * 7 * DAY_MS;
  const first = new Date(firstAtMs);
  const months = first.getUTCMonth() + n * MONTHS[period];
  const year = first.getUTCFullYear() + Math.floor(months / 12);
  const month = months % 12;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const date = Math.min(first.getUTCDate(), lastDay);
  return Date.UTC(year, month, date) + (firstAtMs % DAY_MS);
}
