// A simulated wallet that speaks the native protocol: users with balances that really hold and
// release money, its own durable journal, two servers (for the switch, and for who plays its
// users). For the sandbox, tests and load; not part of what the switch trusts.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createHutongClient } from '@hutong/sdk';
import type { Logger } from '../../../runtime/logging.ts';
import { createBook } from './wallet.book.ts';
import type { WalletConfig } from './wallet.config.ts';
import { minorOf, type WalletContext } from './wallet.context.ts';
import { createControlApp } from './wallet.control.ts';
import type { Entry } from './wallet.entries.ts';
import { createFaults } from './wallet.faults.ts';
import { memoryJournal, openJournal, readEntries } from './wallet.journal.ts';
import { createLegs } from './wallet.legs.ts';
import { createOutgoing } from './wallet.outgoing.ts';
import { createWalletApp } from './wallet.server.ts';
import { createWalletSignatures } from './wallet.signatures.ts';

export interface RunningWallet {
  readonly participant: string;
  /** Where the switch calls it. */
  readonly address: string;
  readonly controlAddress: string;
  stop(): Promise<void>;
}

export interface WalletDeps {
  readonly log: Logger;
  /** The disk refused: nothing may be answered any more. */
  readonly onFailure: (error: unknown) => void;
}

/** @throws when a port cannot be had, or the journal cannot be read. */
export async function startWallet(
  config: WalletConfig,
  { log, onFailure }: WalletDeps,
): Promise<RunningWallet> {
  const { participant, listenHost, switchKeys, privateKey, switchUrl, journalFile } = config;
  const stopping = new AbortController();
  // every payment under way listens for the end
  setMaxListeners(0, stopping.signal);
  const book = createBook();
  for (const entry of journalFile === undefined ? [] : readEntries(journalFile)) book.apply(entry);
  const journal =
    journalFile === undefined
      ? memoryJournal
      : await openJournal({ path: journalFile, sync: !config.fast, onFailure });
  const record = (entry: Entry) => {
    book.apply(entry);
    journal.append(entry);
  };
  const context: WalletContext = {
    config,
    book,
    record,
    durable: config.fast ? () => Promise.resolve() : journal.durable,
    faults: createFaults(),
    client: await createHutongClient({ baseUrl: switchUrl, privateKey, switchKeys }),
    log,
    stopping: stopping.signal,
    newId: () => randomUUID().replaceAll('-', ''),
  };
  openAccounts(context);
  await journal.durable();
  const signatures = createWalletSignatures({ privateKey, switchKeys });
  const legs = createLegs(context);
  const outgoing = createOutgoing(context);
  let address = '';
  const serving = createWalletApp(context, legs, signatures, () => address);
  const control = createControlApp(context, outgoing, legs);
  const servers = [
    createServer(getRequestListener(serving.fetch, { overrideGlobalObjects: false })),
    createServer(getRequestListener(control.fetch, { overrideGlobalObjects: false })),
  ] as const;
  address = await listen(servers[0], listenHost, config.port);
  const controlAddress = await listen(servers[1], '127.0.0.1', config.controlPort);
  legs.resume();
  outgoing.resume();
  return {
    participant,
    address,
    controlAddress,
    async stop() {
      stopping.abort();
      await Promise.all(servers.map(close));
      await journal.close();
    },
  };
}

/** Users that an earlier run has not opened, with the money that they bring. */
function openAccounts({ config, book, record }: WalletContext): void {
  for (const { account, name, balances } of config.users) {
    if (book.users.has(account)) continue;
    record({ type: 'user', account, name });
    for (const [currency, amount] of Object.entries(balances)) {
      const minor = String(minorOf({ amount, currency }));
      record({ type: 'deposit', account, currency, minor });
    }
  }
}

function listen(server: Server, host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    // oxlint-disable-next-line no-unsafe-type-assertion -- a TCP server that listens has a port
    resolve(`http://${host}:${(server.address() as AddressInfo).port}`);
  });
  return promise;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
