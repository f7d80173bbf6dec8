// One batch while it is being decided: collects the rows, events, messages and postings of its
// commands. Nothing here touches PostgreSQL; statement.ts and encode.ts turn the result into one
// statement.
import { createHash, hash } from 'node:crypto';
import type { Ledger, Movement } from '../ledger/ledger.ts';
import { encodeRows, type Seal } from './encode.ts';
import {
  ACCOUNTS,
  EVENTS,
  type EventRow,
  KEYS,
  type KeyRow,
  OUTBOX,
  type OutboxRow,
  TRANSFERS,
} from './journal.tables.ts';
import type { TableWrite } from './statement.ts';
import type { Sealable, Table } from './table.ts';

/** Where an event or message stands: gap-free batch number, and place inside the batch. */
export interface Place {
  readonly seq: number;
  readonly ordinal: number;
}

export type EventValue = string | number | boolean | null | readonly string[];

/**
 * Canonical JSON (RFC 8785) of a flat object: ECMAScript's own serialisation of strings and
 * integers is the canonical one, so sorting the keys is all that is left to do.
 */
export function canonicalBody(body: Readonly<Record<string, EventValue>>): string {
  const sorted: Record<string, EventValue> = {};
  for (const key of Object.keys(body).sort()) {
    const value = body[key];
    if (value !== undefined) sorted[key] = value;
  }
  return JSON.stringify(sorted);
}

export interface NewEvent {
  readonly type: string;
  /** The resource it speaks of. */
  readonly subjectId: string;
  /** Participants that may read it. */
  readonly audience: readonly string[];
  /** Public facts, one level deep, amounts as strings; no personal data. */
  readonly body: Readonly<Record<string, EventValue>>;
  /** The raw signed message that caused it, byte for byte. */
  readonly evidence?: Sealable | null;
}

export interface NewMessage {
  /** The lane: a connection id. */
  readonly destination: string;
  readonly kind: string;
  readonly paymentId: string;
  readonly leg: number;
  readonly message: Sealable;
}

/** What a state machine may do while it decides a command. */
export interface JournalContext {
  /** max(last batch time, clock), ms since 1970. */
  readonly nowMs: number;
  readonly seq: number;
  readonly ledger: Ledger;
  insert<Row extends object>(table: Table<Row>, row: Row): void;
  update<Row extends object>(table: Table<Row>, row: Row): void;
  event(event: NewEvent): Place;
  send(message: NewMessage): Place;
  /** Records a posted movement of `paymentId`, already made in the ledger. */
  posted(paymentId: string, movement: Movement): void;
  /** The resource that the command's idempotency key stands for from now on. */
  claimKey(resource: string, resourceId: string): void;
}

interface Pile {
  readonly table: Table<never>;
  readonly inserts: Set<object>;
  readonly updates: Set<object>;
  encode(rows: Set<object>, onlyChanges: boolean, seal: Seal): unknown[];
}

function createPile<Row extends object>(table: Table<Row>): Pile {
  return {
    table,
    inserts: new Set(),
    updates: new Set(),
    // the sets of a pile are filled through `insert` and `update` of its own table alone
    encode: (rows, onlyChanges, seal) => encodeRows(table, [...rows] as Row[], onlyChanges, seal),
  };
}

export interface CommandKey {
  /** 32 hex digits: keyed hash of scope, operation and the client's key. */
  readonly hash: string;
  /** 32 hex digits: keyed hash of the canonical command. */
  readonly content: string;
}

export interface BatchHead {
  readonly seq: number;
  readonly hash: Buffer;
  readonly term: number;
  readonly atMs: number;
}

export interface ClosedBatch {
  readonly head: BatchHead;
  readonly writes: TableWrite[];
  readonly parameters: unknown[];
  readonly events: readonly EventRow[];
  readonly messages: readonly OutboxRow[];
  readonly isEmpty: boolean;
}

export interface Batch extends JournalContext {
  /** The key of the command that is decided next. */
  currentKey: CommandKey | null;
  /** Keys claimed in this batch. */
  readonly claimed: KeyRow[];
  close(openFloor: string | null, seal: Seal): ClosedBatch;
}

/** hash = SHA-256(previous hash ‖ seq ‖ term ‖ time ‖ commitments of its events in order). */
export function batchHash(
  previous: Buffer,
  head: { readonly seq: number; readonly term: number; readonly atMs: number },
  commitments: readonly Uint8Array[],
): Buffer {
  const numbers = Buffer.alloc(24);
  numbers.writeBigUInt64BE(BigInt(head.seq), 0);
  numbers.writeBigUInt64BE(BigInt(head.term), 8);
  numbers.writeBigUInt64BE(BigInt(head.atMs), 16);
  const digest = createHash('sha256').update(previous).update(numbers);
  for (const commitment of commitments) digest.update(commitment);
  return digest.digest();
}

/**
 * commitment = SHA-256(salt ‖ canonical bytes). The salt keeps guessable bodies from being guessed.
 */
export function commitmentOf(salt: Uint8Array, body: string): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(body, 'utf8')]), 'buffer');
}

export function openBatch(deps: {
  readonly previous: BatchHead;
  readonly term: number;
  readonly nowMs: number;
  readonly ledger: Ledger;
  readonly randomBytes: (size: number) => Buffer;
}): Batch {
  const { previous, term, nowMs, ledger } = deps;
  const seq = previous.seq + 1;
  const piles = new Map<object, Pile>();
  const events: EventRow[] = [];
  const messages: OutboxRow[] = [];
  const claimed: KeyRow[] = [];
  let ordinal = 0;
  let salts: Uint8Array = Buffer.alloc(0);

  const pileOf = <Row extends object>(table: Table<Row>): Pile => {
    let pile = piles.get(table);
    if (pile === undefined) {
      pile = createPile(table);
      piles.set(table, pile);
    }
    return pile;
  };
  const nextPlace = (): Place => {
    const place = { seq, ordinal };
    ordinal += 1;
    return place;
  };
  const nextSalt = (): Uint8Array => {
    // one draw for many salts: each call into the generator costs more than its bytes
    if (salts.length === 0) salts = deps.randomBytes(1024);
    const salt = salts.subarray(0, 16);
    salts = salts.subarray(16);
    return salt;
  };

  const batch: Batch = {
    nowMs,
    seq,
    ledger,
    currentKey: null,
    claimed,
    insert: (table, row) => void pileOf(table).inserts.add(row),
    update(table, row) {
      const pile = pileOf(table);
      if (!pile.inserts.has(row)) pile.updates.add(row);
    },
    event(event) {
      const place = nextPlace();
      const body = canonicalBody(event.body);
      const salt = nextSalt();
      const row: EventRow = {
        ...place,
        type: event.type,
        subjectId: event.subjectId,
        audience: event.audience,
        atMs: nowMs,
        body,
        salt,
        commitment: commitmentOf(salt, body),
        evidence: event.evidence ?? null,
      };
      events.push(row);
      pileOf(EVENTS).inserts.add(row);
      return place;
    },
    send(message) {
      const place = nextPlace();
      const row: OutboxRow = { ...place, ...message };
      messages.push(row);
      pileOf(OUTBOX).inserts.add(row);
      return place;
    },
    posted(paymentId, movement) {
      pileOf(TRANSFERS).inserts.add({ ...nextPlace(), paymentId, ...movement, atMs: nowMs });
    },
    claimKey(resource, resourceId) {
      if (batch.currentKey === null) return;
      const row: KeyRow = { ...batch.currentKey, resource, resourceId };
      claimed.push(row);
      pileOf(KEYS).inserts.add(row);
    },
    close(openFloor, seal) {
      const { opened, changed } = ledger.takeTouched();
      for (const account of opened) pileOf(ACCOUNTS).inserts.add(account);
      for (const account of changed) pileOf(ACCOUNTS).updates.add(account);
      const head = { seq, term, atMs: nowMs };
      const chained = batchHash(
        previous.hash,
        head,
        events.map((e) => e.commitment),
      );
      const writes: TableWrite[] = [];
      const parameters: unknown[] = [
        String(seq),
        String(previous.seq),
        previous.hash,
        chained,
        String(term),
        String(nowMs),
        openFloor,
      ];
      // a stable order of tables keeps the number of prepared statements small
      for (const pile of [...piles.values()].sort((a, b) =>
        a.table.name < b.table.name ? -1 : 1,
      )) {
        if (pile.inserts.size > 0) {
          writes.push({ table: pile.table, kind: 'insert' });
          parameters.push(...pile.encode(pile.inserts, false, seal));
        }
        if (pile.updates.size > 0) {
          writes.push({ table: pile.table, kind: 'update' });
          parameters.push(...pile.encode(pile.updates, true, seal));
        }
      }
      return {
        head: { ...head, hash: chained },
        writes,
        parameters,
        events,
        messages,
        isEmpty: writes.length === 0,
      };
    },
  };
  return batch;
}
