// The heart of a switch, without dialects' inbound sides and HTTP: journal, state machines and
// services, wired. The composition root (switch.ts) adds the rest; benchmarks and fault tests may
// use this alone.
import { createHmac } from 'node:crypto';
import type { ProblemCode } from '@hutong/sdk/contract';
import { createAdmin } from '../admin/index.ts';
import { createLimits } from '../compliance/index.ts';
import {
  createAliasResolver,
  createDirectory,
  createDirectoryService,
  createLookupBudget,
  maskName,
} from '../directory/index.ts';
import { createJournal, type Journal, type JournalLog } from '../journal/journal.ts';
import { createPostgresStore } from '../journal/store.postgres.ts';
import { createVault } from '../journal/vault.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createCollector, createMandateBook, createPayerOf } from '../mandates/index.ts';
import { createNoticeBook, createNotices } from '../notices/index.ts';
import { createParticipants } from '../participants/index.ts';
import { createDelivery } from '../payments/delivery.ts';
import { createExpiry } from '../payments/expiry.ts';
import { createEncoder, type Outlet } from '../payments/instruct.ts';
import { createPaymentMachine } from '../payments/payment.engine.ts';
import { createPaymentReader } from '../payments/payment.load.ts';
import { isEnded } from '../payments/payment.ts';
import { createPaymentsService } from '../payments/payments.service.ts';
import type { PaymentsPort } from '../payments/port.ts';
import type { QuotedTerms, ServiceDeps } from '../payments/service.deps.ts';
import type { DatabaseConnection } from '../postgres/index.ts';
import { createQuotes } from '../quotes/index.ts';
import type { Clock, Ids, Random } from '../runtime/index.ts';
import { createWebhookBook } from '../webhooks/index.ts';

export interface CoreOptions {
  readonly connection: DatabaseConnection;
  /** 32 bytes. */
  readonly kek: Uint8Array;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly log: JournalLog;
  readonly holder: string;
  readonly isHolderDead: (holder: string) => boolean;
  /** Where a connection's instructions go; asked synchronously, for every one of them. */
  readonly outlet: (connectionId: string) => Outlet | undefined;
  /** Looks on as commands are submitted: traces. */
  readonly observed?: ((journal: Journal) => Journal) | undefined;
}

export type Core = ReturnType<typeof createCore>;

/**
 * A key of its own for hashes that are looked up by, so that sealing and finding never share one.
 */
export function indexKeyOf(kek: Uint8Array): Buffer {
  return createHmac('sha256', kek).update('hutong index key').digest();
}

interface Ground {
  readonly indexKey: Buffer;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onDefect: (error: unknown) => void;
}

/** The journal on its store, and what it seals with. */
function openJournal(options: CoreOptions, { sleep }: Ground) {
  const { clock, log, connection, holder, isHolderDead } = options;
  const randomBytes = (size: number) => Buffer.from(options.random.bytes(size));
  const ledger = createLedger();
  const vault = createVault({ kek: options.kek, randomBytes });
  const store = createPostgresStore({
    connection,
    onConnectionLost: (error) => log.warn({ err: error }, 'connection to PostgreSQL lost'),
  });
  const made = createJournal({
    store,
    ledger,
    vault,
    clock,
    randomBytes,
    holder,
    isHolderDead,
    sleep,
    log,
  });
  const journal = options.observed?.(made) ?? made;
  return { journal, ledger, vault };
}

type Opened = ReturnType<typeof openJournal>;

/** The rooms' state machines, registered in the order in which they are loaded. */
function openRooms(options: CoreOptions, { journal, ledger, vault }: Opened, ground: Ground) {
  const { indexKey } = ground;
  const { outlet } = options;
  const participants = createParticipants({ ledger, indexKey });
  const { view } = participants;
  const directory = createDirectory({ participants: view });
  const quotes = createQuotes({ participants: view });
  const limits = createLimits();
  const stored = createPaymentReader({ unseal: journal.unseal, subjectsOf: vault.subjectsOf });
  const machine = createPaymentMachine({
    stored,
    isActive: view.isActive,
    can(connectionId, capability) {
      const found = outlet(connectionId);
      return found?.connector.capabilitiesOf(found.settings).has(capability) === true;
    },
    encode: createEncoder({ outlet, cause: (id) => machine.book.payment(id) }),
    useQuote: quotes.useQuote,
    loadQuotes: (quoteIds, reader) => quotes.loadCold(quoteIds, reader, journal.unseal),
    policy: limits.policy,
  });
  const notices = createNoticeBook();
  const admin = createAdmin();
  const webhooks = createWebhookBook();
  const mandates = createMandateBook();
  const machines = [
    limits.machine,
    participants.machine,
    directory.machine,
    quotes.machine,
    machine,
  ];
  const others = [notices.machine, admin.machine, webhooks.machine, mandates.machine];
  journal.register([...machines, ...others]);
  const { reader, unseal } = journal;
  const aliases = createDirectoryService({
    journal,
    directory,
    resolver: createAliasResolver({ recent: directory.recent, reader, unseal, indexKey }),
    budget: createLookupBudget({ clock: options.clock }),
    newId: options.ids.uuid,
    indexKey,
  });
  return {
    participants,
    directory,
    quotes,
    stored,
    machine,
    aliases,
    notices,
    admin,
    webhooks,
    limits,
    mandates,
  };
}

type Rooms = ReturnType<typeof openRooms>;

/** Payees and prices, as the payments service asks for them. */
function payeesOf({ participants, quotes, aliases }: Rooms) {
  return {
    /** For a payment: its asker is charged nothing, as a payment is no look-up. */
    async resolve(alias: string) {
      const found = await aliases.resolve(alias);
      if (typeof found === 'string') return found;
      const isUsable = participants.view.isUsable(found.connectionId);
      return isUsable ? found : 'payee_participant_unavailable';
    },
    quote(quoteId: string): QuotedTerms | ProblemCode {
      const found = quotes.view.quote(quoteId);
      if (found === undefined || found.payee === null) return 'quote_not_found';
      const { payerParticipantId, payee, terms, exchange, expiresAtMs } = found;
      return { payerParticipantId, payee, terms, exchange, expiresAtMs };
    },
  };
}

/** What works in the background: carrying instructions, and looking for what has expired. */
function startWork(
  options: CoreOptions,
  journal: Journal,
  rooms: Rooms,
  ground: Ground,
  payments: PaymentsPort,
) {
  const { clock, log, outlet } = options;
  const { sleep, onDefect } = ground;
  const { machine } = rooms;
  const newId = options.ids.uuid;
  const delivery = createDelivery({ journal, machine, outlet, newId, sleep, onDefect });
  const expiry = createExpiry({
    journal,
    machine,
    clock,
    onJump: (byMs) => log.warn({ byMs }, 'the clock jumped: expiry pauses'),
    onDefect,
  });
  const notices = createNotices({
    journal,
    book: rooms.notices,
    payments,
    async connectionsOf(paymentId) {
      const live = machine.book.payment(paymentId);
      const [payment] =
        live === undefined ? await rooms.stored.payments(journal.reader, [paymentId]) : [live];
      return payment?.legs.map(({ connectionId }) => connectionId) ?? [];
    },
    outlet,
    clock,
    newId,
    onDefect,
  });
  return { delivery, expiry, notices };
}

/** What makes the payments of mandates: its payers are found by a mandate, not by an alias. */
function collectUnderMandates(deps: ServiceDeps, rooms: Rooms, { onDefect }: Ground) {
  const { journal, clock, indexKey } = deps;
  const { mandates: book, machine, participants } = rooms;
  const { isUsable } = participants.view;
  const payments = createPaymentsService({
    ...deps,
    resolve: createPayerOf({ book, indexKey, isUsable }),
  });
  const mayHaveEnded = (paymentId: string) => {
    const live = machine.book.payment(paymentId);
    return live === undefined || isEnded(live.state);
  };
  return createCollector({ journal, book, payments, mayHaveEnded, clock, onDefect });
}

export function createCore(options: CoreOptions) {
  const { clock, log } = options;
  const indexKey = indexKeyOf(options.kek);
  const ground: Ground = {
    indexKey,
    // what only waits keeps no process alive: a stop would take as long as the longest wait
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms).unref();
      }),
    onDefect: (error) => log.error({ err: error }, 'defect in the background'),
  };
  const opened = openJournal(options, ground);
  const { journal } = opened;
  const rooms = openRooms(options, opened, ground);
  const { resolve, quote } = payeesOf(rooms);
  const { isUsable } = rooms.participants.view;
  const deps: ServiceDeps = {
    journal,
    machine: rooms.machine,
    stored: rooms.stored,
    clock,
    newId: options.ids.uuid,
    sleep: ground.sleep,
    indexKey,
    resolve,
    price: rooms.quotes.view.price,
    quote,
    participantOf: (connectionId) =>
      isUsable(connectionId)
        ? rooms.participants.view.connection(connectionId)?.participantId
        : undefined,
    maskName,
  };
  const payments = createPaymentsService(deps);
  const collector = collectUnderMandates(deps, rooms, ground);
  const { delivery, expiry, notices } = startWork(options, journal, rooms, ground, payments);
  return {
    ...opened,
    ...rooms,
    indexKey,
    resolve,
    payments,
    delivery,
    collector,
    async stop(): Promise<void> {
      collector.stop();
      expiry.stop();
      delivery.stop();
      await notices.stop();
      await journal.stop();
    },
  };
}
