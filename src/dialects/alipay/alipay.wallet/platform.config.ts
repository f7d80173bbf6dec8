// What the simulated Alipay is told when it starts. Keys come from the configuration file, never
// from argv.
import { z } from 'zod';
import { fenSchema } from './platform.yuan.ts';

/** An open platform application: whose requests are accepted, and which merchant they are of. */
const appSchema = z.strictObject({
  appId: z.string().regex(/^[0-9]{16}$/),
  /** The merchant's own Alipay account (PID). */
  sellerId: z.string().regex(/^2088[0-9]{12}$/),
  sellerLogonId: z.string().default('shop@example.com'),
  name: z.string().default('shop'),
  /** PEM (SPKI): what the app's requests are verified with. */
  publicKey: z.string(),
  /**
   * PEM: the app's own certificate, of `publicKey`. In this mode a request must carry its number.
   */
  certificate: z.string().exactOptional(),
  /** AES key, base64, 128 bits: for requests with encrypted content. */
  encryptKey: z.base64().exactOptional(),
});

const userSchema = z.strictObject({
  userId: z.string().regex(/^2088[0-9]{12}$/),
  /** A telephone number or an e-mail address. */
  logonId: z.string(),
  name: z.string(),
  /** Yuan from outside to begin with. */
  balance: fenSchema.default(0n),
});

export const platformConfigSchema = z.strictObject({
  listenHost: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
  controlPort: z.int().min(0).max(65_535).default(0),
  /** PEM (PKCS #8), RSA of 2048 bits: what answers and notifications are signed with. */
  privateKey: z.string(),
  /**
   * PEM: Alipay's certificate of that key, whose number answers to apps with certificates carry.
   */
  certificate: z.string().exactOptional(),
  apps: z.array(appSchema).min(1),
  users: z.array(userSchema).default([]),
  /** What the control API asks for as a bearer token. */
  controlToken: z.string().min(16),
  /** Where the platform's own journal lies; absent: in memory only. */
  journalFile: z.string().exactOptional(),
  /**
   * When a precreated order becomes a trade. As the real platform does it: at the scan; until then
   * query and close say ACQ.TRADE_NOT_EXIST although the code can be paid.
   */
  tradeBegins: z.enum(['scan', 'precreate']).default('scan'),
  /** Alipay repeats a notification after 4m, 10m, 10m, 1h, 2h, 6h, 15h; each times this. */
  notifyRetryFactor: z.number().positive().max(1).default(1),
  notifyTimeoutMs: z.int().min(10).max(60_000).default(5_000),
  /** After so many days a trade is TRADE_FINISHED and cannot be refunded. */
  refundDays: z.int().min(1).default(365),
});
export type PlatformConfig = z.output<typeof platformConfigSchema>;
export type App = PlatformConfig['apps'][number];
