// A small scheme for tests: the core of a switch on a real database, with wallets that answer what
// a test tells them to. Three participants, a fee, aliases; no HTTP, no signatures.
import { randomBytes } from 'node:crypto';
import { aliasHash, parseAlias } from '../../src/directory/index.ts';
import type { JournalLog } from '../../src/journal/journal.ts';
import { subjectId } from '../../src/journal/vault.ts';
import { type ParticipantCommand, secretsSubject } from '../../src/participants/index.ts';
import type {
  Capability,
  Connector,
  Credential,
  LegReport,
  PayCommand,
  StoredInstruction,
} from '../../src/payments/port.ts';
import type { DatabaseConnection } from '../../src/postgres/index.ts';
import { createCryptoRandom, createIds, systemClock } from '../../src/runtime/index.ts';
import { type Core, createCore } from '../../src/switch/core.ts';

export const SCHEME_PARTICIPANTS = ['lotus', 'panda', 'crane'] as const;
export type SchemeParticipant = (typeof SCHEME_PARTICIPANTS)[number];

/** What a wallet says to an instruction; a test replaces it. */
export type Answer = (
  connectionId: string,
  stored: StoredInstruction,
  asking: 'execute' | 'inquire',
) => Promise<LegReport> | LegReport;

export const credited: LegReport = {
  outcome: 'completed',
  externalId: 'ext-1',
  problem: null,
  evidence: Buffer.from('signed answer'),
};

export interface SchemeOptions {
  readonly connection: DatabaseConnection;
  readonly kek?: Uint8Array;
  readonly holder?: string;
  readonly isHolderDead?: (holder: string) => boolean;
  readonly answer?: Answer;
  readonly inquiryDelayMs?: number;
  readonly log?: JournalLog;
}

const quiet: JournalLog = { info: () => {}, warn: () => {}, error: () => {} };
const CAPABILITIES: ReadonlySet<Capability> = new Set(['push', 'collect', 'refund', 'inquiry']);

export type Scheme = ReturnType<typeof createScheme>;

/** A core with scripted wallets; `start` it, and `open` the scheme where the database is new. */
export function createScheme(options: SchemeOptions) {
  const clock = systemClock;
  const random = createCryptoRandom();
  const ids = createIds({ clock, random });
  const wallets = { answer: options.answer ?? (() => credited) };
  const connector: Connector = {
    capabilitiesOf: () => CAPABILITIES,
    encode: (_connection, { legId, kind, amount, party }) =>
      Buffer.from(
        JSON.stringify({
          legId,
          kind,
          currency: amount.currency,
          minor: String(amount.minor),
          account: party.account,
        }),
      ),
    execute: async (connection, stored) => wallets.answer(connection.id, stored, 'execute'),
    inquire: async (connection, stored) => wallets.answer(connection.id, stored, 'inquire'),
    inquiryDelayMs: () => options.inquiryDelayMs ?? 50,
  };
  const core: Core = createCore({
    connection: options.connection,
    kek: options.kek ?? randomBytes(32),
    clock,
    ids,
    random,
    log: options.log ?? quiet,
    holder: options.holder ?? `test ${process.pid}`,
    isHolderDead: options.isHolderDead ?? (() => false),
    outlet(connectionId) {
      const connection = core.participants.view.connection(connectionId);
      if (connection === undefined) return undefined;
      const { id, participantId, dialect, endpoint } = connection;
      return {
        connector,
        settings: { id, participantId, dialect, endpoint, settings: {}, secrets: null },
      };
    },
  });

  async function command(
    wish: ParticipantCommand,
    subjects: readonly string[] = [],
  ): Promise<void> {
    const done = await core.journal.submit(core.participants.machine, wish, { subjects });
    if (done.kind !== 'applied' || !done.result.ok) throw new Error(`refused: ${wish.type}`);
  }

  const commandHead = () => ({ id: ids.uuid(), by: 'operator' }) as const;

  /** Opens a currency for a participant: with a cap, and half as much in cover. */
  async function openCurrency(participantId: string, currency: string): Promise<void> {
    const terms = { participantId, currency, capMinor: 1_000_000_00n } as const;
    await command({ ...commandHead(), type: 'open_currency', ...terms });
    const deposit = { participantId, currency, amountMinor: 500_000_00n } as const;
    const reference = `bank ${participantId}`;
    await command({ ...commandHead(), type: 'deposit_cover', ...deposit, reference });
  }

  async function register(participantId: string): Promise<void> {
    const profile = { name: participantId, kind: 'wallet', status: 'active' } as const;
    await command({ ...commandHead(), type: 'register', participantId, ...profile });
    const connectionId = `${participantId}-main`;
    const subjects = [secretsSubject(core.indexKey, { id: connectionId, participantId })];
    const secrets = { bytes: Buffer.from('{"token":"s3cret-token"}'), subjects };
    const connection = { dialect: 'scripted', endpoint: null, settings: '{}', secrets } as const;
    const wish = { participantId, connectionId, ...connection };
    await command({ ...commandHead(), type: 'add_connection', ...wish }, subjects);
    await claim(participantId, 'mei', 'Wang Xiao Mei');
  }

  /** `mei@panda` leads to the account `acct-mei` at panda. */
  async function claim(participantId: string, user: string, name: string): Promise<void> {
    const parsed = parseAlias(`wallet:${user}@${participantId}`);
    if (!parsed.ok) throw new Error(`no alias: ${user}`);
    const account = `acct-${user}`;
    const hash = aliasHash(core.indexKey, parsed.alias);
    const subjects = [subjectId(core.indexKey, participantId, account)];
    const file = { alias: parsed.alias.text, account, name };
    const party = { bytes: Buffer.from(JSON.stringify(file)), subjects };
    const done = await core.journal.submit(
      core.directory.machine,
      {
        ...commandHead(),
        type: 'claim_alias',
        hash,
        participantId,
        connectionId: `${participantId}-main`,
        currencies: [],
        party,
      },
      { subjects },
    );
    if (done.kind !== 'applied' || !done.result.ok) throw new Error(`alias refused: ${user}`);
  }

  return {
    core,
    ids,
    wallets,
    async start(): Promise<void> {
      core.journal.start();
      await this.leads();
    },
    async leads(): Promise<void> {
      if (core.journal.role() === 'leading') return;
      await new Promise<void>((resolve) => {
        const forget = core.journal.onRole((role) => {
          if (role !== 'leading') return;
          forget();
          resolve();
        });
      });
    },
    /** An FX participant between CNY and SGD, once both are open: 5.3 CNY for one SGD. */
    async openExchange(participantId = 'bridge'): Promise<void> {
      const profile = { name: participantId, kind: 'fx', status: 'active' } as const;
      await command({ ...commandHead(), type: 'register', participantId, ...profile });
      for (const currency of ['CNY', 'SGD']) await openCurrency(participantId, currency);
      const shared = { participantId, baseExponent: 2, targetExponent: 2 } as const;
      const rates = [
        { base: 'CNY', target: 'SGD', rate: '0.188' },
        { base: 'SGD', target: 'CNY', rate: '5.3' },
      ];
      for (const rate of rates) {
        const validToMs = clock.nowMs() + 600_000;
        const wish = { type: 'set_rate', id: ids.uuid(), ...shared, ...rate, validToMs } as const;
        const done = await core.journal.submit(core.quotes.machine, wish);
        if (done.kind !== 'applied' || !done.result.ok) throw new Error('rate refused');
      }
    },
    /** Once per currency. */
    async open(currency = 'CNY'): Promise<void> {
      for (const participantId of SCHEME_PARTICIPANTS) {
        if (core.participants.view.participant(participantId) === undefined) {
          await register(participantId);
        }
        await openCurrency(participantId, currency);
      }
      const fee = {
        fixedMinor: 5n,
        bps: 10,
        minMinor: 5n,
        maxMinor: 100n,
        tiers: [],
        bearer: 'payer',
      } as const;
      const schedule = { type: 'set_fee_schedule', currency, fee, ifVersion: null } as const;
      await core.journal.submit(core.quotes.machine, { ...commandHead(), ...schedule });
    },
    credential,
    claim,
    /** One payment from lotus to panda unless told otherwise; every part may be. */
    pay: (wish: Partial<PayCommand> = {}) => core.payments.pay(payment(wish)),
    payment,
    stop: () => core.stop(),
  };
}

export function credential(participantId: SchemeParticipant): Credential {
  return { participantId, connectionId: `${participantId}-main`, keyId: 'key-1' };
}

/** A one-call payment of 100.00 CNY that waits for its end, under a key of its own. */
export function payment(wish: Partial<PayCommand> = {}): PayCommand {
  const key = wish.idempotencyKey ?? randomBytes(12).toString('base64url');
  return {
    credential: credential('lotus'),
    idempotencyKey: key,
    content: `pay ${key}`,
    evidence: Buffer.from('signed request of Zhang San'),
    payer: { account: 'acct-zhang', name: 'Zhang San' },
    to: { alias: 'wallet:mei@panda', amount: { currency: 'CNY', minor: 100_00n } },
    reference: null,
    note: 'dinner',
    expiresAtMs: null,
    authorisation: null,
    hold: null,
    waitMs: 3_000,
    ...wish,
  };
}
