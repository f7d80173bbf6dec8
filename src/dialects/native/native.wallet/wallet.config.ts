// What a simulated wallet is told when it starts. The private key comes from a file or the
// environment, never from argv.
import { currencyCodeSchema, handleSchema, partySchema } from '@hutong/sdk/contract';
import { z } from 'zod';

const jwkSchema = z.object({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().exactOptional(),
  d: z.string().exactOptional(),
});

export const walletUserSchema = z.strictObject({
  account: partySchema.shape.account,
  name: partySchema.shape.name.unwrap(),
  /** Under which the switch knows them; claiming it is the sandbox's affair. */
  alias: z.string().optional(),
  /** Money from outside to begin with, by currency, as decimals. */
  balances: z.record(currencyCodeSchema, z.string()).default({}),
});

export const walletConfigSchema = z.strictObject({
  participant: handleSchema,
  currencies: z.array(currencyCodeSchema).min(1),
  /**
   * two-step: reserves a user's money, pays, and takes or releases it. single-phase: can only
   * capture, when its user confirms what a payee asked for (as the big QR platforms do).
   */
  mode: z.enum(['two-step', 'single-phase']).default('two-step'),
  listenHost: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
  controlPort: z.int().min(0).max(65_535).default(0),
  /** The public URL of the switch, and the keys it signs with. */
  switchUrl: z.url(),
  switchKeys: z.array(jwkSchema).min(1),
  privateKey: jwkSchema,
  /** What the control API asks for as a bearer token. */
  controlToken: z.string().min(16),
  /** Where the wallet's own journal lies; absent: in memory only. */
  journalFile: z.string().optional(),
  /**
   * FOR LOAD TESTS ONLY: answers before the disk has what it answered. A kill -9 of the machine
   * then loses it, which a real wallet must never do.
   */
  fast: z.boolean().default(false),
  /** single-phase: users confirm at once, without anybody at the control API. */
  confirmsItself: z.boolean().default(false),
  users: z.array(walletUserSchema).default([]),
});
export type WalletConfig = z.output<typeof walletConfigSchema>;
