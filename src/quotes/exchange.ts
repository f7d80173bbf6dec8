// Exchange rates as FX participants publish them, and what they make of an amount. Pure and exact:
// a rate is a decimal, never a floating-point number; the FX participant never gives more than its
// rate says, and what a fixed receive amount costs is rounded up.
import { z } from 'zod';

/** What an FX participant gives (`minor` of `currency`) for what it is given. */
export interface Exchange {
  readonly participantId: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** One unit of `base` buys `rate` units of `target`. */
export interface Rate {
  readonly participantId: string;
  readonly base: string;
  readonly target: string;
  /** `7.1234`: whole units, not minor ones. */
  readonly rate: string;
  readonly baseExponent: number;
  readonly targetExponent: number;
  readonly setAtMs: number;
  readonly validToMs: number;
}

const RATE = /^(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,12}))?$/;

/** A decimal above zero with at most 12 digits before and after its point. */
export function isRate(text: string): boolean {
  return RATE.test(text) && /[1-9]/.test(text);
}

interface Ratio {
  /** Minor units of the target for `below` minor units of the base. */
  readonly above: bigint;
  readonly below: bigint;
}

function ratioOf({ rate, baseExponent, targetExponent }: Rate): Ratio {
  const [whole = '0', fraction = ''] = rate.split('.');
  return {
    above: BigInt(whole + fraction) * 10n ** BigInt(targetExponent),
    below: 10n ** BigInt(fraction.length + baseExponent),
  };
}

/** What is received for exactly this much of the base: rounded down. */
export function bought(rate: Rate, baseMinor: bigint): bigint {
  const { above, below } = ratioOf(rate);
  return (baseMinor * above) / below;
}

/** What must be given for exactly this much of the target: rounded up. */
export function costOf(rate: Rate, targetMinor: bigint): bigint {
  const { above, below } = ratioOf(rate);
  return (targetMinor * below + above - 1n) / above;
}

export function exchangeText(exchange: Exchange | null): string | null {
  if (exchange === null) return null;
  const { participantId: participant, currency, minor } = exchange;
  return JSON.stringify({ participant, currency, minor: String(minor) });
}

/** Reads what `exchangeText` wrote. */
export const exchangeSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ participant: z.string(), currency: z.string(), minor: z.string() }))
  .transform(
    ({ participant, currency, minor }): Exchange => ({
      participantId: participant,
      currency,
      minor: BigInt(minor),
    }),
  );
