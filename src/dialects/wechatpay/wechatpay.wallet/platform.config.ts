// What the simulated WeChat Pay is told when it starts. Keys come from the configuration file,
// never from argv.
import { z } from 'zod';
import { yuanSchema } from './platform.yuan.ts';

const merchantSchema = z.strictObject({
  mchid: z.string().regex(/^[0-9]{8,32}$/),
  appid: z.string(),
  /** Number of the merchant's certificate, and PEM of its key: what requests are verified with. */
  serial: z.string(),
  publicKey: z.string(),
  /** What resources of notifications are encrypted with. */
  apiV3Key: z.string().length(32),
});
export type Merchant = z.output<typeof merchantSchema>;

export const platformConfigSchema = z.strictObject({
  listenHost: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
  controlPort: z.int().min(0).max(65_535).default(0),
  /** PEM (PKCS #8), RSA of 2048 bits, and its number `PUB_KEY_ID_…`: signs answers and notices. */
  privateKey: z.string(),
  platformSerial: z.string(),
  merchants: z.array(merchantSchema).min(1),
  /** `userId` is an openid; `balance` is yuan from outside to begin with. */
  users: z
    .array(z.strictObject({ userId: z.string(), name: z.string(), balance: yuanSchema }))
    .default([]),
  /** What the control API asks for as a bearer token. */
  controlToken: z.string().min(16),
  /** Where the platform's own journal lies; absent: in memory only. */
  journalFile: z.string().exactOptional(),
  /** A notification is repeated after 15 s, 15 s, 30 s, 3 m …; each times this. */
  notifyRetryFactor: z.number().positive().max(1).default(1),
  notifyTimeoutMs: z.int().min(10).max(60_000).default(5_000),
  /** After so many days a payment cannot be refunded. */
  refundDays: z.int().min(1).default(365),
});
export type PlatformConfig = z.output<typeof platformConfigSchema>;
