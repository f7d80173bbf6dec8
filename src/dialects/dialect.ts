// The seam every protocol fits into: what a dialect is, and what the core offers it. The one list
// of dialects is registry.ts; nothing else in the house names one.
import type { z } from 'zod';
import type { Currencies } from '../money/index.ts';
import type {
  Amount,
  Capability,
  ConnectionSettings,
  Connector,
  Credential,
  Idempotent,
  Outcome,
  Party,
  PaymentsPort,
} from '../payments/port.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Ids } from '../runtime/ids.ts';
import type { Logger } from '../runtime/logging.ts';
import type { Random } from '../runtime/random.ts';
import type { Simulation } from '../simulated/simulation.ts';
import type { InboundRoute } from './inbound.ts';

/** A payee as a look-up answers it; the name is masked unless the payee shows it. */
export interface FoundPayee {
  readonly participantId: string;
  readonly alias: string;
  readonly name: string | null;
  readonly currencies: readonly string[];
}

export interface QuoteView {
  readonly id: string;
  readonly payee: FoundPayee;
  readonly debit: Amount;
  readonly credit: Amount;
  readonly fee: Amount;
  /** Between currencies: who exchanges, and how much of the credit's one of the debit's buys. */
  readonly exchange: { readonly participantId: string; readonly rate: string } | null;
  readonly expiresAtMs: number;
}

export interface QuoteRequest {
  readonly credential: Credential;
  readonly alias: string;
  readonly amount: Amount;
  /** Which side `amount` is. */
  readonly fixed: 'debit' | 'credit';
  /** Of the other side; `null`: the same. */
  readonly currency: string | null;
}

/** Looking up, quoting, and the aliases of a participant's own parties. */
export interface DirectoryPort {
  lookup(credential: Credential, alias: string): Promise<Outcome<FoundPayee>>;
  quote(request: QuoteRequest): Promise<Outcome<QuoteView>>;
  claimAlias(
    credential: Credential,
    claim: { readonly alias: string; readonly account: string; readonly name: string | null },
  ): Promise<Outcome<{ readonly alias: string; readonly account: string }>>;
  releaseAlias(credential: Credential, alias: string): Promise<Outcome<null>>;
}

export interface RateView {
  readonly participantId: string;
  readonly base: string;
  readonly target: string;
  readonly rate: string;
  readonly setAtMs: number;
  readonly validToMs: number;
}

/** The rates of an FX participant. */
export interface RatesPort {
  set(wish: Omit<RateView, 'participantId' | 'setAtMs'> & Idempotent): Promise<Outcome<RateView>>;
  list(credential: Credential): Promise<Outcome<readonly RateView[]>>;
}

export interface WebhookView {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly why: string | null;
  readonly told: EventPlace;
  /** Only where it was made just now. */
  readonly secret: string | null;
  readonly createdAtMs: number;
}

export interface WebhookDeliveryView extends EventPlace {
  readonly type: string;
  readonly state: 'deferred' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly dueAtMs: number;
}

/** Where a participant is told of its events. */
export interface WebhooksPort {
  create(
    wish: Idempotent & { readonly url: string; readonly types: readonly string[] },
  ): Promise<Outcome<WebhookView>>;
  change(
    wish: Idempotent & {
      readonly id: string;
      readonly url: string | undefined;
      readonly types: readonly string[] | undefined;
      readonly status: 'active' | 'disabled' | undefined;
    },
  ): Promise<Outcome<WebhookView>>;
  remove(credential: Credential, id: string): Promise<Outcome<WebhookView>>;
  rotate(wish: Idempotent & { readonly id: string }): Promise<Outcome<WebhookView>>;
  replay(
    wish: Idempotent & { readonly id: string; readonly after: EventPlace },
  ): Promise<Outcome<WebhookView>>;
  list(credential: Credential): Promise<Outcome<readonly WebhookView[]>>;
  /** The status it answered; `null`: none. */
  ping(credential: Credential, id: string): Promise<Outcome<number | null>>;
  deliveries(credential: Credential, id: string): Promise<Outcome<readonly WebhookDeliveryView[]>>;
  redeliver(credential: Credential, id: string, event: EventPlace): Promise<Outcome<null>>;
}

export interface MandateView {
  readonly id: string;
  readonly status:
    | 'proposed'
    | 'active'
    | 'paused'
    | 'declined'
    | 'revoked'
    | 'expired'
    | 'finished';
  readonly payerParticipantId: string;
  readonly payeeParticipantId: string;
  readonly purpose: string | null;
  readonly amount: Amount;
  readonly periodMax: Amount;
  readonly used: Amount;
  readonly period: 'day' | 'week' | 'month' | 'quarter' | 'year';
  readonly isScheduled: boolean;
  readonly payments: number;
  readonly firstAtMs: number;
  readonly endsAtMs: number | null;
}

/** What payers agree to beforehand. */
export interface MandatesPort {
  propose(
    wish: Idempotent &
      Pick<
        MandateView,
        'amount' | 'periodMax' | 'period' | 'isScheduled' | 'endsAtMs' | 'purpose'
      > & {
        readonly payee: Party;
        readonly payerAlias: string;
        readonly firstAtMs: number | null;
        readonly countMax: number | null;
      },
  ): Promise<Outcome<MandateView>>;
  consent(
    wish: Idempotent & { readonly id: string; readonly authorisation: object },
  ): Promise<Outcome<MandateView>>;
  move(
    wish: Idempotent & {
      readonly id: string;
      readonly to: 'declined' | 'paused' | 'active' | 'revoked';
    },
  ): Promise<Outcome<MandateView>>;
  /** It is collected after the answer: events tell what becomes of it. */
  collect(
    wish: Idempotent & { readonly id: string; readonly amount: Amount },
  ): Promise<Outcome<MandateView>>;
  list(credential: Credential): Promise<Outcome<readonly MandateView[]>>;
}

export interface OwnKeyView {
  readonly keyId: string;
  readonly connectionId: string;
  readonly status: 'active' | 'retired';
  readonly validFromMs: number;
  readonly validToMs: number | null;
}

/** What anybody may know of a participant. */
export interface ProfileView {
  readonly participantId: string;
  readonly name: string;
  readonly kind: 'wallet' | 'bank' | 'acquirer' | 'fx' | 'gateway' | 'operator';
  readonly currencies: readonly {
    readonly currency: string;
    readonly reach: number;
    readonly fee: string;
    readonly feeBearer: 'payer' | 'payee';
  }[];
  readonly features: readonly string[];
  readonly protocols: readonly string[];
  readonly signatures: readonly string[];
  /** Days since it last changed a key. */
  readonly youngestKeyDays: number | null;
}

/** The keys of the connection that asks, and everybody's public profiles. */
export interface OwnKeysPort {
  list(credential: Credential): Promise<Outcome<readonly OwnKeyView[]>>;
  add(
    wish: Idempotent & { readonly jwk: unknown; readonly validFromMs: number | undefined },
  ): Promise<Outcome<OwnKeyView>>;
  retire(
    wish: Idempotent & { readonly keyId: string; readonly atMs: number | undefined },
  ): Promise<Outcome<OwnKeyView>>;
  profiles(): readonly ProfileView[];
}

/** A key with everything that is asked once its signature holds. */
export interface KnownKey {
  /** The public JWK as JSON text; the same text for the same key. */
  readonly jwk: string;
  readonly participantId: string;
  readonly connectionId: string;
  readonly dialect: string;
  /** What may be done with it now: judged only after the signature holds. */
  readonly standing: 'live' | 'revoked' | 'not_active' | 'suspended';
}

/** A connection as its protocol names it, and whether it may be used now. */
export interface NamedConnection {
  readonly connection: ConnectionSettings;
  readonly isUsable: boolean;
}

export interface PositionView {
  readonly currency: string;
  readonly balanceMinor: bigint;
  readonly pendingDebitsMinor: bigint;
  readonly pendingCreditsMinor: bigint;
  readonly coverMinor: bigint;
  readonly capMinor: bigint;
  readonly headroomMinor: bigint;
}

export interface ParticipantsPort {
  /** Synchronous: it is asked for every request. */
  key(keyId: string): KnownKey | undefined;
  connection(connectionId: string): ConnectionSettings | undefined;
  /** The connection that the dialect's protocol calls by this name (`Dialect.nameOf`). */
  named(dialect: string, name: string): NamedConnection | undefined;
  /** Those of a dialect that may be used now, can do this and take part in the currency, by id. */
  usable(dialect: string, capability: Capability, currency: string): readonly ConnectionSettings[];
  /** Durable: behind the journal's barrier. */
  positions(
    credential: Credential,
  ): Promise<Outcome<{ readonly positions: readonly PositionView[]; readonly seq: number }>>;
}

export interface EventPlace {
  readonly seq: number;
  readonly ordinal: number;
}

export interface EventView extends EventPlace {
  readonly type: string;
  readonly atMs: number;
  readonly paymentId: string | null;
  readonly orderId: string | null;
}

export interface EventsPort {
  /**
   * A participant's own events, durable ones only, in order, gap-free, from after `after` (`null`:
   * from now on); goes on until the signal aborts.
   */
  follow(
    credential: Credential,
    after: EventPlace | null,
    signal: AbortSignal,
  ): AsyncIterable<EventView>;
}

/** What the core offers to every dialect; the composition root makes it. */
export interface DialectDeps {
  readonly payments: PaymentsPort;
  readonly directory: DirectoryPort;
  readonly participants: ParticipantsPort;
  readonly rates: RatesPort;
  readonly webhooks: WebhooksPort;
  readonly ownKeys: OwnKeysPort;
  readonly mandates: MandatesPort;
  readonly events: EventsPort;
  readonly currencies: Currencies;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  /** Origin under which participants reach the switch, without a trailing slash. */
  readonly publicUrl: string;
}

export interface Dialect<Settings = unknown, Deps extends DialectDeps = DialectDeps> {
  /** As connections name it; the folder's name. */
  readonly id: string;
  readonly title: string;
  readonly specification: { readonly name: string; readonly version: string; readonly url: string };
  readonly capabilities: readonly Capability[];
  /** What a connection configures; parsed once, given to the connector as `settings`. */
  readonly settings: z.ZodType<Settings>;
  /** What of it is secret (keys, passwords): stored sealed, given to the connector as `secrets`. */
  readonly secrets?: z.ZodType;
  /** What the protocol itself calls a connection (an app_id, an mchid); `null`: nothing. */
  nameOf?(settings: Settings): string | null;
  /** How the platform's own app is known when it opens an order's link. */
  readonly app?: { readonly userAgent: RegExp };
  /** How a sandbox stands up its platform. */
  readonly simulation?: Simulation;
  readonly transports: readonly ('http' | 'file' | 'port')[];
  inbound(deps: Deps): readonly InboundRoute[];
  connector(deps: Deps): Connector;
}

/** Keeps the types of settings and deps together, and checks what the compiler cannot. */
export function defineDialect<Settings, Deps extends DialectDeps>(
  dialect: Dialect<Settings, Deps>,
): Dialect<Settings, Deps> {
  if (!/^[a-z][a-z0-9]*$/.test(dialect.id)) throw new TypeError(`no dialect id: ${dialect.id}`);
  if (new Set(dialect.capabilities).size !== dialect.capabilities.length) {
    throw new TypeError(`${dialect.id} names a capability twice`);
  }
  return dialect;
}
