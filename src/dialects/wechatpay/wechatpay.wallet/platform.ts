// The simulated WeChat Pay: what stands for the platform itself in the sandbox and in tests. Speaks
// API v3 to merchants' programs, holds users' and merchants' money, and plays the app through a
// control API. Not part of what the switch trusts.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logging.ts';
import { memoryJournal, openJournal, readEntries } from '../../../simulated/entry-journal.ts';
import { close, createRawServer, listen } from '../../../simulated/raw-server.ts';
import { createApi } from './platform.api.ts';
import { createBook } from './platform.book.ts';
import type { PlatformConfig } from './platform.config.ts';
import { createPlatformIds, type PlatformContext } from './platform.context.ts';
import { createControl } from './platform.control.ts';
import { type Entry, entrySchema } from './platform.entries.ts';
import { createFaults } from './platform.faults.ts';
import { createPlatformKeys } from './platform.keys.ts';
import { createOrders } from './platform.orders.ts';
import { createRefunds } from './platform.refunds.ts';
import { createSending } from './platform.sending.ts';
import { createUsers } from './platform.users.ts';

export interface RunningPlatform {
  readonly address: string;
  readonly controlAddress: string;
  stop(): Promise<void>;
}

/** How often it is looked for refunds that end; whoever asks for one looks at once. */
const SWEEP_MS = 50;

/** @throws when a port cannot be had, or the journal cannot be read. */
export async function createWechatpayPlatform(
  config: PlatformConfig,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    /** The disk refused: nothing may be answered any more. */
    readonly onFailure: (error: unknown) => void;
  },
): Promise<RunningPlatform> {
  const { clock, log, onFailure } = deps;
  const { journalFile: path } = config;
  const stopping = new AbortController();
  // every notification under way listens for the end
  setMaxListeners(0, stopping.signal);
  const book = createBook(config.merchants);
  for (const entry of path === undefined ? [] : readEntries(path, entrySchema)) book.apply(entry);
  const journal =
    path === undefined ? memoryJournal<Entry>() : await openJournal<Entry>({ path, onFailure });
  const context: PlatformContext = {
    config,
    book,
    clock,
    log,
    faults: createFaults(),
    keys: createPlatformKeys(config, clock),
    newId: createPlatformIds(),
    stopping: stopping.signal,
    durable: journal.durable,
    record(entry) {
      book.apply(entry);
      journal.append(entry);
      const id = 'noticeId' in entry && entry.type !== 'attempt' ? entry.noticeId : '';
      const notice = book.notices.get(id);
      if (notice !== undefined) sending.plan(notice);
    },
  };
  const sending = createSending(context);
  for (const { userId, name, balance } of config.users) {
    if (book.users.has(userId)) continue;
    context.record({ type: 'user', userId, name, fen: String(balance) });
  }
  await journal.durable();
  const orders = createOrders(context);
  const refunds = createRefunds(context);
  const onError = (error: unknown) => log.error({ err: error }, 'a request has failed');
  const servers = [
    createRawServer(createApi(context, orders, refunds), onError),
    createRawServer(createControl(context, createUsers(context, orders), sending), onError),
  ] as const;
  const address = await listen(servers[0], config.listenHost, config.port);
  const controlAddress = await listen(servers[1], '127.0.0.1', config.controlPort);
  for (const notice of book.notices.values()) sending.plan(notice);
  const sweeping = setInterval(() => refunds.sweep(), SWEEP_MS);
  return {
    address,
    controlAddress,
    async stop() {
      stopping.abort();
      clearInterval(sweeping);
      await Promise.all(servers.map(close));
      await journal.close();
    },
  };
}
