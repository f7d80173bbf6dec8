// The composition root: opens the database, wires the rooms, mounts the dialects and listens. The
// one place that knows everything; nothing imports it but the sandbox, the commands and tests.
import { join } from 'node:path';
import { type AdminDeps, adminRoutes } from '../admin/index.ts';
import { orderLinkRoutes } from '../dialects/order-link.ts';
import { dialects, type RegistryDeps } from '../dialects/registry.ts';
import { createHttpServer } from '../http/index.ts';
import { createCurrencies } from '../money/index.ts';
import { createParticipantService, OPERATOR_ID } from '../participants/index.ts';
import {
  checkDurability,
  type DatabaseConnection,
  loadMigrations,
  migrate,
  resolveDatabase,
} from '../postgres/index.ts';
import { createQuoteService } from '../quotes/index.ts';
import {
  type Clock,
  createCryptoRandom,
  createIds,
  createLifecycle,
  type Lifecycle,
  type Logger,
  loadKek,
  type Random,
  type Settings,
  systemClock,
} from '../runtime/index.ts';
import { createReplayCache, type PublicJwk, type SigningKey } from '../signatures/index.ts';
import { createWebhookDelivery } from '../webhooks/index.ts';
import { createAddressGuard, createHttpClient, type HttpClient } from '../wire/index.ts';
import { type Core, createCore } from './core.ts';
import { createDirectoryPort } from './directory.port.ts';
import { createEventsPort, readEvents } from './events.port.ts';
import { isHolderDead, ownHolder } from './holder.ts';
import { createMandatesPort } from './mandates.port.ts';
import { observedConnector } from './observing.ts';
import { enrolFirst } from './operator-key.ts';
import { createOutlets, type Outlets } from './outlets.ts';
import { createOwnKeysPort } from './own-keys.port.ts';
import { createParticipantsPort } from './participants.port.ts';
import { createRatesPort } from './rates.port.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { loadSigningKey } from './signing-key.ts';
import { type Surroundings, surround } from './surroundings.ts';
import { createWebhooksPort } from './webhooks.port.ts';

/** What keeps a switch from starting; said to a person, exit code 3. */
export class StartFault extends Error {
  override name = 'StartFault';
}

export interface Switch {
  /** `http://127.0.0.1:8080`, without a trailing slash. */
  readonly address: string;
  /** Where participants reach it: what signatures cover. */
  readonly publicUrl: string;
  readonly core: Core;
  readonly logger: Logger;
  readonly publicKey: { readonly keyId: string; readonly jwk: PublicJwk };
  /** Resolves once this switch leads; a standby waits here. */
  leading(): Promise<void>;
  stop(): Promise<void>;
}

/** Of the time a stop may take, what requests under way may use of it. */
const REQUESTS_SHARE = 0.6;
const dialectIds: ReadonlySet<string> = new Set(dialects.map(({ id }) => id));
const SIGNING_KEY_FILE = 'signing-key.json';

function required<T extends { readonly ok: boolean }>(
  loaded: T | { readonly ok: false; readonly message: string },
): Extract<T, { readonly ok: true }> {
  if (!loaded.ok && 'message' in loaded) throw new StartFault(loaded.message);
  return loaded as Extract<T, { readonly ok: true }>;
}

interface Foundations {
  readonly kek: Uint8Array;
  readonly signingKey: SigningKey;
  readonly connection: DatabaseConnection;
}

/** Keys and a migrated database that keeps what it answers. */
async function lay(
  settings: Settings,
  logger: Logger,
  lifecycle: Lifecycle,
  random: Random,
): Promise<Foundations> {
  const isSandbox = settings.mode === 'sandbox';
  const { dataFolder, databaseUrl } = settings;
  if (!isSandbox && databaseUrl === undefined) {
    throw new StartFault('production needs an external PostgreSQL: set DATABASE_URL');
  }
  const { kek } = required(
    loadKek({ configured: settings.kek, dataFolder, create: isSandbox, random }),
  );
  const { key: signingKey } = required(loadSigningKey(join(dataFolder, SIGNING_KEY_FILE)));
  const database = await resolveDatabase({ databaseUrl, dataDir: dataFolder, log: logger });
  lifecycle.onStop('database', () => database.stop());
  const { connection } = database;
  await migrate({ connection, migrations: loadMigrations(), log: logger });
  for (const { verdict, setting, value, reason } of await checkDurability(connection)) {
    if (verdict === 'refuse') throw new StartFault(`PostgreSQL: ${setting} is ${value}: ${reason}`);
    logger.warn({ setting, value }, reason);
  }
  return { kek: kek.key, signingKey, connection };
}

interface Wired {
  readonly core: Core;
  readonly outlets: Outlets;
  readonly deps: RegistryDeps;
}

function openOutbound(settings: Settings, lifecycle: Lifecycle, tracing: Surroundings['tracing']) {
  const guard = createAddressGuard({ allowLoopback: settings.mode === 'sandbox' });
  const client = createHttpClient({ guard });
  lifecycle.onStop('outbound HTTP', () => client.close());
  return { guard, http: tracing?.http(client) ?? client };
}

/** Retries keep the scheme's time; what receivers check is stamped with the real one. */
function deliverWebhooks(deps: {
  readonly core: Core;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}) {
  const { core, logger, ...rest } = deps;
  return createWebhookDelivery({
    ...rest,
    journal: core.journal,
    book: core.webhooks,
    sendClock: systemClock,
    read: (participantId, after, limit) => readEvents(core.journal, participantId, after, limit),
    onDefect: (error) => logger.error({ err: error }, 'defect in a webhook'),
  });
}

/** Rooms and ports; `addressOf` is asked when the switch listens. */
function wire(
  settings: Settings,
  logger: Logger,
  lifecycle: Lifecycle,
  random: Random,
  foundations: Foundations,
  { clock, metrics, tracing }: Surroundings,
  addressOf: () => string,
): Wired {
  const ids = createIds({ clock, random });
  const currencies = createCurrencies(settings.tokens);
  const { guard, http } = openOutbound(settings, lifecycle, tracing);
  const outlets = createOutlets<RegistryDeps>(
    dialects,
    () => core.participants.view,
    () => deps,
    (connector, dialect) => observedConnector(connector, dialect, metrics, tracing),
  );
  const core = createCore({
    connection: foundations.connection,
    kek: foundations.kek,
    clock,
    ids,
    random,
    log: logger,
    holder: ownHolder(),
    isHolderDead,
    outlet: outlets.outlet,
    observed: tracing?.journal,
  });
  lifecycle.onStop('journal', () => core.stop());
  const delivery = deliverWebhooks({ core, http, clock, random, logger });
  lifecycle.onStop('webhooks', () => delivery.stop());
  const deps: RegistryDeps = {
    payments: core.payments,
    directory: createDirectoryPort({ core, outlets, clock, ids }),
    participants: createParticipantsPort({ core, outlets, clock }),
    rates: createRatesPort({ core, currencies, clock, ids }),
    ownKeys: createOwnKeysPort({ core, outlets, currencies, clock, ids, dialectIds }),
    mandates: createMandatesPort({ core, outlets, clock, ids }),
    webhooks: createWebhooksPort({ core, delivery: () => delivery, guard, clock, ids }),
    events: createEventsPort(core.journal),
    currencies,
    clock: systemClock, // of messages' stamps: real time, in a sandbox too
    ids,
    random,
    logger,
    get publicUrl() {
      return settings.publicUrl ?? addressOf();
    },
    signingKey: foundations.signingKey,
    replays: createReplayCache(systemClock),
    http,
  };
  return { core, outlets, deps };
}

/** What the operator's API works on. */
function operatorsDeps({ core, outlets, deps }: Wired): AdminDeps {
  const { journal, participants, quotes, admin, machine, indexKey } = core;
  const { clock, ids, currencies, signingKey, replays } = deps;
  const newId = ids.uuid;
  return {
    admin,
    journal,
    machine,
    view: participants.view,
    participants: createParticipantService({
      journal,
      participants,
      currencies,
      dialects: dialectIds,
      newId,
      indexKey,
    }),
    quotes: createQuoteService({ journal, quotes, clock, newId }),
    quotesView: quotes.view,
    limits: core.limits,
    outlet: outlets.outlet,
    participantKey: deps.participants.key,
    currencies,
    clock,
    ids,
    signingKey,
    replays,
    indexKey,
    get publicUrl() {
      return deps.publicUrl;
    },
  };
}

function limitsOf(settings: Settings) {
  const { bodyBytesMax, connectionsMax, requestsMax, requestsPerSecondMax } = settings;
  const { headersTimeoutMs, requestTimeoutMs, requestsPerConnectionMax } = settings;
  return {
    bodyBytesMax,
    connectionsMax,
    requestsMax,
    requestsPerSecondMax,
    requestsPerConnectionMax,
    headersTimeoutMs,
    requestTimeoutMs,
  };
}

/** Mounts the dialects and listens; the address, without a trailing slash. */
async function listen(
  settings: Settings,
  wired: Wired,
  lifecycle: Lifecycle,
  { sandboxClock, metrics, tracing }: Surroundings,
  isSeeded: () => boolean,
): Promise<string> {
  const { core, deps } = wired;
  const routes = [
    ...orderLinkRoutes(deps, dialects),
    ...dialects.flatMap((dialect) => dialect.inbound(deps)),
    ...adminRoutes(operatorsDeps(wired)),
    ...(sandboxClock?.routes ?? []),
  ];
  const server = createHttpServer({
    routes: tracing === null ? routes : routes.map(tracing.route),
    ...(metrics === null ? {} : { observe: metrics.observeAnswer }),
    readiness: { leading: core.journal.isFresh, seeded: isSeeded },
    limits: limitsOf(settings),
    newRequestId: deps.ids.compact,
    onDefect: (error, requestId) => deps.logger.error({ err: error, requestId }, 'defect'),
  });
  const bound = await server.listen(settings.listenHost, settings.listenPort);
  lifecycle.onStop('HTTP', async () => {
    server.drain();
    await new Promise((resolve) => setTimeout(resolve, settings.drainMs));
    // what is left of the time is the journal's and the database's
    await server.stop(Math.floor(settings.stopDeadlineMs * REQUESTS_SHARE));
  });
  const host = bound.host.includes(':') ? `[${bound.host}]` : bound.host;
  return `http://${host}:${bound.port}`;
}

/**
 * `isSeeded`: whether what must be in the scheme before it is used is there; part of `/readyz`.
 * @throws StartFault, DatabaseFault
 */
export async function startSwitch(
  settings: Settings,
  logger: Logger,
  isSeeded: () => boolean = () => true,
): Promise<Switch> {
  const random = createCryptoRandom();
  const lifecycle = createLifecycle({
    clock: systemClock,
    deadlineMs: settings.drainMs + settings.stopDeadlineMs,
  });
  const { dataFolder, mode } = settings;
  try {
    const foundations = await lay(settings, logger, lifecycle, random);
    let address = '';
    let core: Core | null = null;
    const around = await surround(settings, logger, lifecycle, random, () => core);
    const wired = wire(settings, logger, lifecycle, random, foundations, around, () => address);
    core = wired.core;
    around.metrics?.follow(core);
    address = await listen(settings, wired, lifecycle, around, isSeeded);
    core.journal.start();
    writeRunFile(dataFolder, address, mode === 'sandbox');
    lifecycle.onStop('run file', () => removeRunFile(dataFolder));
    const { keyId, publicJwk } = foundations.signingKey;
    return {
      address,
      publicUrl: wired.deps.publicUrl,
      core: wired.core,
      logger,
      publicKey: { keyId, jwk: publicJwk },
      leading: () => leading(wired.core, dataFolder, mode === 'sandbox'),
      async stop() {
        const report = await lifecycle.stop();
        for (const { name, error } of report.failed) {
          logger.error({ err: error, part: name }, 'did not stop in good order');
        }
      },
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** Waits for leadership, then sees that the scheme itself takes part: it earns the fees. */
async function leading(core: Core, folder: string, isSandbox: boolean): Promise<void> {
  const { journal, participants } = core;
  if (journal.role() !== 'leading') {
    await new Promise<void>((resolve) => {
      const forget = journal.onRole((role) => {
        if (role !== 'leading') return;
        forget();
        resolve();
      });
    });
  }
  await enrolFirst(core, folder, isSandbox);
  if (participants.view.participant(OPERATOR_ID) !== undefined) return;
  await journal.submit(participants.machine, {
    type: 'register',
    id: '00000000-0000-7000-8000-000000000001',
    by: OPERATOR_ID,
    participantId: OPERATOR_ID,
    name: 'Scheme operator',
    kind: 'operator',
    status: 'active',
  });
}
