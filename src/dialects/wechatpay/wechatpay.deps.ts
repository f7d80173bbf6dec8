// What the WeChat Pay dialect needs besides what every dialect is given, and what its connections
// configure: a shop whose program speaks WeChat Pay to the switch, or a sponsor's account there.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Payment } from '../../payments/payment.ts';
import type { ConnectionSettings, PaymentsPort } from '../../payments/port.ts';
import type { ReplayCache } from '../../signatures/index.ts';
import type { HttpClient } from '../../wire/index.ts';
import type { DialectDeps, ParticipantsPort } from '../dialect.ts';

export interface WechatpayDeps extends DialectDeps {
  readonly replays: ReplayCache;
  readonly http: HttpClient;
}

/** What the way in needs of them. */
export interface WechatpayInboundDeps
  extends Pick<WechatpayDeps, 'clock' | 'ids' | 'logger' | 'payments' | 'publicUrl' | 'replays'> {
  readonly participants: Pick<ParticipantsPort, 'named' | 'connection'>;
}

/** What the way out needs of them. */
export interface WechatpayConnectorDeps
  extends Pick<WechatpayDeps, 'clock' | 'ids' | 'random' | 'logger' | 'http' | 'publicUrl'> {
  /** Looks up what a leg was to pay, and until when. */
  readonly payments: {
    payment(...asked: Parameters<PaymentsPort['payment']>): Promise<
      | { readonly ok: false }
      | {
          readonly ok: true;
          readonly value: { readonly payment: Pick<Payment, 'debitMinor' | 'expiresAtMs'> };
        }
    >;
  };
}

const mchid = z.string().regex(/^[0-9]{8,32}$/);
const serial = z.string().regex(/^[A-Za-z0-9_]{8,64}$/);

const isRsa = (key: KeyObject) => key.asymmetricKeyType === 'rsa';
/** Read once, when it is configured: a key that is none would fail every call after it. */
const publicPem = z.string().refine(
  holds((text) => isRsa(createPublicKey(text))),
  'no RSA key',
);
const privatePem = z.string().refine(
  holds((text) => isRsa(createPrivateKey(text))),
  'no RSA key',
);

function holds(check: (text: string) => boolean): (text: string) => boolean {
  return (text) => {
    try {
      return check(text);
    } catch {
      return false;
    }
  };
}

/** The switch is WeChat Pay for this shop. */
const merchantSchema = z.strictObject({
  side: z.literal('merchant'),
  mchid,
  /** Number of the shop's certificate, and PEM of its key. */
  merchantSerial: serial,
  merchantPublicKey: publicPem,
  /** `PUB_KEY_ID_…`: under which the shop knows the key that answers are signed with. */
  platformSerial: serial,
  /** Between attempts to notify the shop; WeChat Pay's own where absent. */
  noticeDelaysMs: z.array(z.int().min(10)).max(50).exactOptional(),
});

/** The switch is a merchant of WeChat Pay's, through a sponsor's contract. */
const platformSchema = z.strictObject({
  side: z.literal('platform'),
  mchid,
  appid: z.string().min(1).max(32),
  merchantSerial: serial,
  platformSerial: serial,
  platformPublicKey: publicPem,
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});

export const wechatpaySettingsSchema = z.discriminatedUnion('side', [
  merchantSchema,
  platformSchema,
]);
export type WechatpaySettings = z.infer<typeof wechatpaySettingsSchema>;
export type MerchantSettings = Extract<WechatpaySettings, { side: 'merchant' }>;
export type PlatformSettings = Extract<WechatpaySettings, { side: 'platform' }>;

export const wechatpaySecretsSchema = z.strictObject({
  /** PEM, PKCS #8: signs as WeChat Pay towards a shop, as the merchant towards WeChat Pay. */
  privateKey: privatePem,
  /** 32 bytes: what resources of notifications are encrypted with. */
  apiV3Key: z.string().refine((text) => Buffer.byteLength(text) === 32, 'not 32 bytes'),
});
export type WechatpaySecrets = z.infer<typeof wechatpaySecretsSchema>;

/** Parsed once per version of a connection: it is asked in every step of a payment. */
function remembered<T>(schema: z.ZodType<T>): (value: unknown) => T {
  const known = new WeakMap<object, T>();
  return (value) => {
    const before = typeof value === 'object' && value !== null ? known.get(value) : undefined;
    if (before !== undefined) return before;
    const parsed = schema.parse(value);
    if (typeof value === 'object' && value !== null) known.set(value, parsed);
    return parsed;
  };
}

const settingsFrom = remembered(wechatpaySettingsSchema);
const secretsFrom = remembered(wechatpaySecretsSchema);

export const secretsOf = ({ secrets }: ConnectionSettings): WechatpaySecrets =>
  secretsFrom(secrets);

/** `null`: the connection is of the other side. */
export function merchantOf({ settings }: ConnectionSettings): MerchantSettings | null {
  const parsed = settingsFrom(settings);
  return parsed.side === 'merchant' ? parsed : null;
}

/** `null`: the connection is of the other side. */
export function platformOf({ settings }: ConnectionSettings): PlatformSettings | null {
  const parsed = settingsFrom(settings);
  return parsed.side === 'platform' ? parsed : null;
}
