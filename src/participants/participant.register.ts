// Participants, connections and keys in memory: filled by the machine, read synchronously by
// everyone. Reads see what is decided but perhaps not yet durable: answer behind journal.barrier().
import type { Account, AccountKind, Ledger } from '../ledger/ledger.ts';
import { required } from '../runtime/defect.ts';
import type { ConnectionSecrets } from './participant.tables.ts';
import type { Connection, CurrencyTerms, Key, Participant } from './participant.ts';

/** A key with everything that is asked once its signature holds. */
export interface KeyHolder {
  readonly key: Readonly<Key>;
  readonly connection: Readonly<Connection>;
  readonly participant: Readonly<Participant>;
}

/** What other rooms see. Objects are live: read them, never keep or change them. */
export interface ParticipantsView {
  participant(id: string): Readonly<Participant> | undefined;
  connection(id: string): Readonly<Connection> | undefined;
  key(keyId: string): KeyHolder | undefined;
  /**
   * The dialect's secret settings as bytes; `undefined` where it has none, or they were shredded.
   */
  secrets(connectionId: string): Uint8Array | undefined;
  /** `null` as participant: the accounts of the currency itself. */
  account(participantId: string | null, currency: string, kind: AccountKind): Account | undefined;
  terms(participantId: string, currency: string): Readonly<CurrencyTerms> | undefined;
  isActive(participantId: string): boolean;
  /** A connection may be used: it is active, and so is its participant. */
  isUsable(connectionId: string): boolean;
  participants(): Readonly<Participant>[];
  connections(): Readonly<Connection>[];
  /** Another number whenever a connection was added or may have changed. */
  connectionsVersion(): number;
  connectionsOf(participantId: string): Readonly<Connection>[];
  keysOf(connectionId: string): Readonly<Key>[];
  termsOf(participantId: string): Readonly<CurrencyTerms>[];
  /** Every currency that anybody has opened, sorted. */
  currencies(): string[];
}

/** The writing half, for the machine alone. */
export interface Register extends ParticipantsView {
  participantRow(id: string): Participant | undefined;
  connectionRow(id: string): Connection | undefined;
  keyRow(keyId: string): Key | undefined;
  termsRow(participantId: string, currency: string): CurrencyTerms | undefined;
  secretsRow(connectionId: string): ConnectionSecrets | undefined;
  addParticipant(participant: Participant): void;
  addTerms(terms: CurrencyTerms): void;
  addConnection(connection: Connection): void;
  addKey(key: Key): void;
  setSecrets(secrets: ConnectionSecrets): void;
  clear(): void;
}

interface Held {
  readonly participant: Participant;
  readonly terms: Map<string, CurrencyTerms>;
  readonly connections: Connection[];
}

interface Link {
  readonly connection: Connection;
  readonly participant: Participant;
  readonly keys: Key[];
  secrets: ConnectionSecrets | undefined;
}

interface Signer extends KeyHolder {
  readonly row: Key;
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

export function createRegister(ledger: Ledger): Register {
  const held = new Map<string, Held>();
  const links = new Map<string, Link>();
  const keys = new Map<string, Signer>();
  const currencies = new Set<string>();
  let changes = 0;
  return {
    ...readers(ledger, held, links, keys, currencies),
    connectionsVersion: () => changes,
    participantRow: (id) => held.get(id)?.participant,
    connectionRow(id) {
      changes += 1; // who asks for the row changes it
      return links.get(id)?.connection;
    },
    keyRow: (keyId) => keys.get(keyId)?.row,
    termsRow: (id, currency) => held.get(id)?.terms.get(currency),
    secretsRow: (connectionId) => links.get(connectionId)?.secrets,
    addParticipant(participant) {
      held.set(participant.id, { participant, terms: new Map(), connections: [] });
    },
    addTerms(terms) {
      required(held.get(terms.participantId), 'participant').terms.set(terms.currency, terms);
      currencies.add(terms.currency);
    },
    addConnection(connection) {
      const { participant, connections } = required(
        held.get(connection.participantId),
        'participant',
      );
      changes += 1;
      connections.push(connection);
      links.set(connection.id, { connection, participant, keys: [], secrets: undefined });
    },
    addKey(key) {
      const link = required(links.get(key.connectionId), 'connection');
      const { connection, participant } = link;
      link.keys.push(key);
      keys.set(key.keyId, { key, row: key, connection, participant });
    },
    setSecrets(secrets) {
      required(links.get(secrets.connectionId), 'connection').secrets = secrets;
    },
    clear() {
      changes += 1;
      held.clear();
      links.clear();
      keys.clear();
      currencies.clear();
    },
  };
}

/** Lists are sorted: the order of loading must not show. */
function readers(
  ledger: Ledger,
  held: ReadonlyMap<string, Held>,
  links: ReadonlyMap<string, Link>,
  keys: ReadonlyMap<string, Signer>,
  currencies: ReadonlySet<string>,
): Omit<ParticipantsView, 'connectionsVersion'> {
  return {
    participant: (id) => held.get(id)?.participant,
    connection: (id) => links.get(id)?.connection,
    key: (keyId) => keys.get(keyId),
    secrets: (connectionId) => links.get(connectionId)?.secrets?.secrets.bytes,
    account: ledger.find,
    terms: (id, currency) => held.get(id)?.terms.get(currency),
    isActive: (id) => held.get(id)?.participant.status === 'active',
    isUsable(connectionId) {
      const link = links.get(connectionId);
      return link?.connection.status === 'active' && link.participant.status === 'active';
    },
    participants: () => [...held.values()].map((each) => each.participant).sort(byId),
    connections: () => [...links.values()].map((each) => each.connection).sort(byId),
    connectionsOf: (id) => [...(held.get(id)?.connections ?? [])].sort(byId),
    keysOf: (connectionId) =>
      [...(links.get(connectionId)?.keys ?? [])].sort((a, b) => (a.keyId < b.keyId ? -1 : 1)),
    termsOf: (id) =>
      [...(held.get(id)?.terms.values() ?? [])].sort((a, b) => (a.currency < b.currency ? -1 : 1)),
    currencies: () => [...currencies].sort(),
  };
}
