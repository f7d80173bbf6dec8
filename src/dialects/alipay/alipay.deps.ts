// What the Alipay dialect needs besides what every dialect is given, and what its connections
// configure: a shop whose program speaks Alipay to the switch, or a sponsor's own account there.
import { z } from 'zod';
import type { ConnectionSettings } from '../../payments/port.ts';
import type { ReplayCache } from '../../signatures/index.ts';
import type { HttpClient } from '../../wire/index.ts';
import type { DialectDeps } from '../dialect.ts';

export interface AlipayDeps extends DialectDeps {
  readonly replays: ReplayCache;
  readonly http: HttpClient;
}

const appId = z.string().regex(/^[0-9]{16}$/);
const pem = z.string().includes('-----BEGIN');

/** The switch is Alipay for this shop. */
const merchantSchema = z.strictObject({
  side: z.literal('merchant'),
  appId,
  /** PEM: what the shop's requests are verified with. */
  appPublicKey: pem,
  /** Between attempts to notify the shop; Alipay's own where absent. */
  noticeDelaysMs: z.array(z.int().min(10)).max(50).exactOptional(),
});

/** The switch is a merchant of Alipay's, through a sponsor's contract. */
const platformSchema = z.strictObject({
  side: z.literal('platform'),
  appId,
  /** PEM: what Alipay's answers and notifications are verified with. */
  alipayPublicKey: pem,
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});

export const alipaySettingsSchema = z.discriminatedUnion('side', [merchantSchema, platformSchema]);
export type AlipaySettings = z.infer<typeof alipaySettingsSchema>;
export type MerchantSettings = Extract<AlipaySettings, { side: 'merchant' }>;
export type PlatformSettings = Extract<AlipaySettings, { side: 'platform' }>;

export const alipaySecretsSchema = z.strictObject({
  /** PEM, PKCS #8: signs as Alipay towards a shop, as the app towards Alipay. */
  privateKey: pem,
});

/** PEM of the connection's private key. */
export function privateKeyOf({ secrets }: ConnectionSettings): string {
  return alipaySecretsSchema.parse(secrets).privateKey;
}

/** `null`: the connection is of the other side. */
export function merchantOf({ settings }: ConnectionSettings): MerchantSettings | null {
  const parsed = alipaySettingsSchema.parse(settings);
  return parsed.side === 'merchant' ? parsed : null;
}

/** `null`: the connection is of the other side. */
export function platformOf({ settings }: ConnectionSettings): PlatformSettings | null {
  const parsed = alipaySettingsSchema.parse(settings);
  return parsed.side === 'platform' ? parsed : null;
}
