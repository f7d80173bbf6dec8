// The webhooks' state machine: endpoints, up to where each was told, and what it has not taken.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Machine, Unseal } from '../journal/machine.ts';
import { bytesOf, integerOf, integerOrNull, textOf, textOrNull, wordOf } from '../journal/row.ts';
import type { Reader, Row } from '../journal/store.ts';
import type { Sealable } from '../journal/table.ts';
import { DELIVERIES, type Delivery, ENDPOINTS, type Endpoint } from './webhook.ts';

export type WebhookCommand =
  | {
      readonly type: 'create';
      readonly id: string;
      readonly participantId: string;
      readonly url: string;
      readonly types: string;
      readonly secret: Sealable;
    }
  | {
      readonly type: 'change';
      readonly id: string;
      readonly participantId: string;
      readonly url: string | undefined;
      readonly types: string | undefined;
      readonly status: Endpoint['status'] | undefined;
      readonly why: string | null;
    }
  | {
      readonly type: 'rotate';
      readonly id: string;
      readonly participantId: string;
      readonly secret: Sealable;
      readonly previousUntilMs: number;
    }
  | {
      /** Told up to here; those of `failed` were not taken, and are tried again. */
      readonly type: 'advance';
      readonly id: string;
      readonly seq: number;
      readonly ordinal: number;
      readonly failed: readonly Omit<Delivery, 'endpointId' | 'state'>[];
      readonly isFailing: boolean;
    }
  | {
      readonly type: 'tried';
      readonly id: string;
      readonly seq: number;
      readonly ordinal: number;
      readonly isTaken: boolean;
      /** `null`: never again. */
      readonly againAtMs: number | null;
    }
  | {
      /** From after this event on, all is told again. */
      readonly type: 'rewind';
      readonly id: string;
      readonly participantId: string;
      readonly seq: number;
      readonly ordinal: number;
    };

export type WebhookResult =
  | { readonly ok: true; readonly endpoint: Readonly<Endpoint> }
  | { readonly ok: false; readonly code: ProblemCode };

export interface WebhookBook {
  readonly machine: Machine<WebhookCommand, WebhookResult>;
  endpoint(id: string): Readonly<Endpoint> | undefined;
  active(): Iterable<Readonly<Endpoint>>;
  of(participantId: string): Readonly<Endpoint>[];
  /** Deferred and dead ones. */
  deliveries(endpointId: string): Readonly<Delivery>[];
}

/** An endpoint that has left so much undone is disabled before it fills the memory. */
const DEFERRED_MAX = 2_000;
const ENDPOINTS_MAX = 20;
const STATUSES = ['active', 'disabled', 'deleted'] as const;

interface State {
  readonly endpoints: Map<string, Endpoint>;
  readonly deliveries: Map<string, Map<string, Delivery>>;
}

const placeOf = ({ seq, ordinal }: { readonly seq: number; readonly ordinal: number }) =>
  `${seq}-${ordinal}`;

const refused = (code: ProblemCode): WebhookResult => ({ ok: false, code });

function tell(type: string, endpoint: Endpoint, context: JournalContext): void {
  const { id, participantId, status, why } = endpoint;
  context.event({ type, subjectId: id, audience: [participantId], body: { id, status, why } });
}

function done(endpoint: Endpoint, context: JournalContext): WebhookResult {
  endpoint.version += 1;
  context.update(ENDPOINTS, endpoint);
  return { ok: true, endpoint: { ...endpoint } };
}

export function createWebhookBook(): WebhookBook {
  const state: State = { endpoints: new Map(), deliveries: new Map() };
  const { endpoints, deliveries } = state;
  const ofEndpoint = (id: string) => {
    const own = deliveries.get(id) ?? new Map<string, Delivery>();
    deliveries.set(id, own);
    return own;
  };
  const of = (participantId: string) =>
    [...endpoints.values()].filter(
      (each) => each.participantId === participantId && each.status !== 'deleted',
    );

  function create(
    command: Extract<WebhookCommand, { type: 'create' }>,
    context: JournalContext,
  ): WebhookResult {
    const { type: _type, ...asked } = command;
    if (of(asked.participantId).length >= ENDPOINTS_MAX) return refused('limit_exceeded');
    const endpoint: Endpoint = {
      ...asked,
      status: 'active',
      why: null,
      previousSecret: null,
      previousUntilMs: null,
      // from now on
      cursorSeq: context.seq,
      cursorOrdinal: 2 ** 31 - 1,
      failingSinceMs: null,
      createdAtMs: context.nowMs,
      version: 1,
    };
    endpoints.set(endpoint.id, endpoint);
    context.insert(ENDPOINTS, endpoint);
    context.claimKey('webhook', endpoint.id);
    return { ok: true, endpoint: { ...endpoint } };
  }

  function disable(endpoint: Endpoint, why: string, context: JournalContext): void {
    endpoint.status = 'disabled';
    endpoint.why = why;
    tell('webhook.disabled', endpoint, context);
  }

  function advance(
    command: Extract<WebhookCommand, { type: 'advance' }>,
    endpoint: Endpoint,
    context: JournalContext,
  ): WebhookResult {
    endpoint.cursorSeq = command.seq;
    endpoint.cursorOrdinal = command.ordinal;
    if (!command.isFailing) endpoint.failingSinceMs = null;
    else endpoint.failingSinceMs ??= context.nowMs;
    const own = ofEndpoint(endpoint.id);
    for (const each of command.failed) {
      // told again after a rewind: it is there already
      if (own.has(placeOf(each))) continue;
      const delivery: Delivery = { endpointId: endpoint.id, state: 'deferred', ...each };
      own.set(placeOf(delivery), delivery);
      context.insert(DELIVERIES, delivery);
    }
    if (own.size > DEFERRED_MAX) disable(endpoint, 'it has left too much undone', context);
    return done(endpoint, context);
  }

  function tried(
    command: Extract<WebhookCommand, { type: 'tried' }>,
    endpoint: Endpoint,
    context: JournalContext,
  ): WebhookResult {
    const delivery = ofEndpoint(endpoint.id).get(placeOf(command));
    if (delivery === undefined) return refused('resource_not_found');
    const { isTaken, againAtMs } = command;
    delivery.attempts += 1;
    if (isTaken) {
      delivery.state = 'delivered';
      ofEndpoint(endpoint.id).delete(placeOf(command));
    } else if (againAtMs === null) delivery.state = 'dead';
    else {
      delivery.state = 'deferred';
      delivery.dueAtMs = againAtMs;
    }
    context.update(DELIVERIES, delivery);
    return { ok: true, endpoint: { ...endpoint } };
  }

  function decide(command: WebhookCommand, context: JournalContext): WebhookResult {
    if (command.type === 'create') return create(command, context);
    const endpoint = endpoints.get(command.id);
    const asker = 'participantId' in command ? command.participantId : endpoint?.participantId;
    // another participant's endpoint is not there at all
    if (endpoint === undefined || endpoint.participantId !== asker) {
      return refused('resource_not_found');
    }
    if (endpoint.status === 'deleted') return refused('resource_not_found');
    if (command.type === 'advance') return advance(command, endpoint, context);
    if (command.type === 'tried') return tried(command, endpoint, context);
    context.claimKey('action', endpoint.id);
    if (command.type === 'rotate') {
      endpoint.previousSecret = endpoint.secret;
      endpoint.previousUntilMs = command.previousUntilMs;
      endpoint.secret = command.secret;
    } else if (command.type === 'rewind') {
      endpoint.cursorSeq = command.seq;
      endpoint.cursorOrdinal = command.ordinal;
    } else {
      endpoint.url = command.url ?? endpoint.url;
      endpoint.types = command.types ?? endpoint.types;
      if (command.status === 'disabled' && command.why !== null) {
        disable(endpoint, command.why, context);
      } else if (command.status !== undefined) {
        endpoint.status = command.status;
        endpoint.why = null;
        endpoint.failingSinceMs = null;
      }
    }
    return done(endpoint, context);
  }

  return {
    endpoint: (id) => endpoints.get(id),
    *active() {
      for (const each of endpoints.values()) if (each.status === 'active') yield each;
    },
    of,
    deliveries: (id) => [...(deliveries.get(id)?.values() ?? [])],
    machine: {
      name: 'webhooks',
      apply: decide,
      subjects(command) {
        const endpoint = endpoints.get(command.id);
        return endpoint === undefined ? [] : [...endpoint.secret.subjects];
      },
      load: (reader, unseal) => load(state, ofEndpoint, reader, unseal),
      clear() {
        endpoints.clear();
        deliveries.clear();
      },
    },
  };
}

async function load(
  { endpoints }: State,
  ofEndpoint: (id: string) => Map<string, Delivery>,
  reader: Reader,
  unseal: Unseal,
): Promise<void> {
  const rows = await reader.rows(
    `select * from webhook_endpoints where status <> 'deleted' order by created_at_ms, id`,
  );
  for (const row of rows) {
    const sealed = [bytesOf(row, 'secret')];
    if (row['previous_secret'] !== null) sealed.push(bytesOf(row, 'previous_secret'));
    const [secret, previous] = await unseal(sealed);
    // shredded: nothing can be signed any more, and nothing is told
    if (secret === undefined || secret === null) continue;
    const endpoint = endpointOf(row, secret, previous ?? null);
    endpoints.set(endpoint.id, endpoint);
  }
  const left = await reader.rows(
    // rides webhook_deliveries_open_idx
    `select * from webhook_deliveries where state <> 'delivered' order by seq, ordinal`,
  );
  for (const row of left) {
    const delivery = deliveryOf(row);
    ofEndpoint(delivery.endpointId).set(placeOf(delivery), delivery);
  }
}

/** Under which subject the endpoint's secrets are sealed: its own id says it. */
export const webhookSubject = (id: string): string => id.replaceAll('-', '');

function endpointOf(row: Row, secret: Uint8Array, previous: Uint8Array | null): Endpoint {
  const id = textOf(row, 'id');
  const subjects = [webhookSubject(id)];
  return {
    id,
    participantId: textOf(row, 'participant_id'),
    url: textOf(row, 'url'),
    types: textOf(row, 'types'),
    status: wordOf(row, 'status', STATUSES),
    why: textOrNull(row, 'why'),
    secret: { bytes: secret, subjects },
    previousSecret: previous === null ? null : { bytes: previous, subjects },
    previousUntilMs: integerOrNull(row, 'previous_until_ms'),
    cursorSeq: integerOf(row, 'cursor_seq'),
    cursorOrdinal: integerOf(row, 'cursor_ordinal'),
    failingSinceMs: integerOrNull(row, 'failing_since_ms'),
    createdAtMs: integerOf(row, 'created_at_ms'),
    version: integerOf(row, 'version'),
  };
}

function deliveryOf(row: Row): Delivery {
  return {
    endpointId: textOf(row, 'endpoint_id'),
    seq: integerOf(row, 'seq'),
    ordinal: integerOf(row, 'ordinal'),
    type: textOf(row, 'type'),
    subjectId: textOf(row, 'subject_id'),
    atMs: integerOf(row, 'at_ms'),
    state: wordOf(row, 'state', ['deferred', 'dead'] as const),
    attempts: integerOf(row, 'attempts'),
    dueAtMs: integerOf(row, 'due_at_ms'),
  };
}
