// The simulated Alipay: what stands for the platform itself in the sandbox and in tests. Speaks its
// OpenAPI to merchants' programs (versions 2 and 3), holds buyers' and merchants' money, and plays
// the app through a control API. Not part of what the switch trusts.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logging.ts';
import { memoryJournal, openJournal, readEntries } from '../../../simulated/entry-journal.ts';
import { close, createRawServer, listen, type RawAnswer } from '../../../simulated/raw-server.ts';
import { createBook } from './platform.book.ts';
import { createBuyers } from './platform.buyers.ts';
import type { PlatformConfig } from './platform.config.ts';
import { createPlatformIds, type PlatformContext } from './platform.context.ts';
import { createControl } from './platform.control.ts';
import { type Entry, entrySchema } from './platform.entries.ts';
import { createFaults } from './platform.faults.ts';
import { createGateway } from './platform.gateway.ts';
import { createPlatformKeys } from './platform.keys.ts';
import { createPerforming } from './platform.performing.ts';
import { createRest } from './platform.rest.ts';
import { createSending } from './platform.sending.ts';
import { createTrades } from './platform.trades.ts';

export interface RunningPlatform {
  /** The SDK's `endpoint` (version 3). */
  readonly address: string;
  /** The SDK's `gateway` (version 2). */
  readonly gateway: string;
  readonly controlAddress: string;
  stop(): Promise<void>;
}

export interface PlatformDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The disk refused: nothing may be answered any more. */
  readonly onFailure: (error: unknown) => void;
}

/** How often it is looked for orders that have expired; whoever asks for one looks at once. */
const SWEEP_MS = 250;

/** @throws when a port cannot be had, or the journal cannot be read. */
export async function createAlipayPlatform(
  config: PlatformConfig,
  { clock, log, onFailure }: PlatformDeps,
): Promise<RunningPlatform> {
  const { journalFile, listenHost, apps } = config;
  const stopping = new AbortController();
  // every notification under way listens for the end
  setMaxListeners(0, stopping.signal);
  const book = createBook(apps);
  for (const entry of journalFile === undefined ? [] : readEntries(journalFile, entrySchema))
    book.apply(entry);
  const journal =
    journalFile === undefined
      ? memoryJournal<Entry>()
      : await openJournal<Entry>({ path: journalFile, onFailure });
  const context: PlatformContext = {
    config,
    book,
    clock,
    log,
    record(entry: Entry) {
      book.apply(entry);
      journal.append(entry);
      const id = 'notifyId' in entry && entry.type !== 'attempt' ? entry.notifyId : undefined;
      const notice = book.notices.get(id ?? '');
      if (notice !== undefined) sending.plan(notice);
    },
    durable: journal.durable,
    faults: createFaults(),
    keys: createPlatformKeys(config),
    newId: createPlatformIds(),
    stopping: stopping.signal,
  };
  const sending = createSending(context);
  openAccounts(context);
  await journal.durable();
  const trades = createTrades(context);
  const onError = (error: unknown) => log.error({ err: error }, 'a request has failed');
  const control = createControl(context, createBuyers(context, trades), sending);
  const servers = [
    createRawServer(createFront(context, trades), onError),
    createRawServer(control, onError),
  ] as const;
  const address = await listen(servers[0], listenHost, config.port);
  const controlAddress = await listen(servers[1], '127.0.0.1', config.controlPort);
  for (const notice of book.notices.values()) sending.plan(notice);
  const sweeping = setInterval(() => trades.sweep(), SWEEP_MS);
  return {
    address,
    gateway: `${address}/gateway.do`,
    controlAddress,
    async stop() {
      stopping.abort();
      clearInterval(sweeping);
      await Promise.all(servers.map(close));
      await journal.close();
    },
  };
}

function createFront(context: PlatformContext, trades: ReturnType<typeof createTrades>) {
  const perform = createPerforming(context, trades);
  const gateway = createGateway(context, perform);
  const rest = createRest(context, perform);
  const nothing: RawAnswer = { status: 404, headers: {}, body: '' };
  return (request: Parameters<typeof gateway>[0]): Promise<RawAnswer> => {
    if (request.path === '/gateway.do' && request.method === 'POST') return gateway(request);
    if (request.path.startsWith('/v3/')) return rest(request);
    return Promise.resolve(nothing);
  };
}

/** Users that an earlier run has not opened, with the money that they bring. */
function openAccounts({ config, book, record }: PlatformContext): void {
  for (const { userId, logonId, name, balance } of config.users) {
    if (book.users.has(userId)) continue;
    record({ type: 'user', userId, logonId, name, fen: String(balance) });
  }
}
