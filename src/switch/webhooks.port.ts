// Webhooks, as dialects create and look after them.
import { randomBytes } from 'node:crypto';
import type { EventPlace, WebhooksPort, WebhookView } from '../dialects/dialect.ts';
import type { Submitted } from '../journal/queue.ts';
import type { Idempotent, Outcome } from '../payments/port.ts';
import { commandKey } from '../payments/scope.ts';
import { problem } from '../problems/index.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import {
  type Endpoint,
  secretText,
  type WebhookDelivery,
  webhookSubject,
} from '../webhooks/index.ts';
import type { AddressGuard } from '../wire/index.ts';
import type { Core } from './core.ts';

/** For so long messages are signed with the old secret as well. */
const OVERLAP_MS = 86_400_000;

const no = (code: Parameters<typeof problem>[0]) =>
  ({ ok: false, problem: problem(code) }) as const;

function viewOf(endpoint: Readonly<Endpoint>, secret: string | null): WebhookView {
  const { id, url, types, status, why, cursorSeq: seq, cursorOrdinal: ordinal } = endpoint;
  const told = { seq, ordinal };
  return {
    id,
    url,
    types: types === '' ? [] : types.split(' '),
    status,
    why,
    told,
    secret,
    createdAtMs: endpoint.createdAtMs,
  };
}

export function createWebhooksPort(deps: {
  readonly core: Core;
  readonly delivery: () => WebhookDelivery;
  readonly guard: AddressGuard;
  readonly clock: Clock;
  readonly ids: Ids;
}): WebhooksPort {
  const { core, guard, clock, ids } = deps;
  const { journal, webhooks: book, indexKey } = core;

  const isRefused = (url: string | undefined) => {
    const target = url === undefined ? null : URL.parse(url);
    return url !== undefined && (target === null || guard.judgeUrl(target) !== null);
  };

  type Done = Submitted<Awaited<ReturnType<typeof book.machine.apply>>>;
  function answer(done: Done, secret: string | null): Outcome<WebhookView> {
    if (done.kind === 'refused') return no(done.code);
    if (done.kind === 'conflict') return no('idempotency_conflict');
    if (done.kind === 'replayed') {
      const endpoint = book.endpoint(done.resourceId);
      if (endpoint === undefined) return no('resource_not_found');
      return { ok: true, value: viewOf(endpoint, null), replayed: true };
    }
    if (!done.result.ok) return no(done.result.code);
    return { ok: true, value: viewOf(done.result.endpoint, secret), replayed: false };
  }

  const newSecret = () => secretText(randomBytes(32));
  const sealed = (id: string, secret: string) => ({
    bytes: Buffer.from(secret, 'utf8'),
    subjects: [webhookSubject(id)],
  });
  const keyOf = (asked: Idempotent) => commandKey(indexKey, 'webhook', asked);

  function own(participantId: string, id: string): Readonly<Endpoint> | undefined {
    const endpoint = book.endpoint(id);
    return endpoint?.participantId === participantId && endpoint.status !== 'deleted'
      ? endpoint
      : undefined;
  }

  async function durably<T>(value: T): Promise<Outcome<T>> {
    try {
      await journal.barrier();
    } catch {
      return no('outcome_unknown');
    }
    return { ok: true, value, replayed: false };
  }

  return {
    async create(asked) {
      if (isRefused(asked.url)) return no('address_refused');
      const id = ids.uuid();
      const secret = newSecret();
      const { participantId } = asked.credential;
      const { url } = asked;
      const types = asked.types.join(' ');
      const wish = { id, participantId, url, types, secret: sealed(id, secret) };
      const options = { key: keyOf(asked), subjects: [webhookSubject(id)] };
      return answer(
        await journal.submit(book.machine, { type: 'create', ...wish }, options),
        secret,
      );
    },
    async change(asked) {
      if (isRefused(asked.url)) return no('address_refused');
      const { id, url, status } = asked;
      const { participantId } = asked.credential;
      const types = asked.types?.join(' ');
      const wish = { type: 'change', id, participantId, url, types, status, why: null } as const;
      return answer(await journal.submit(book.machine, wish, { key: keyOf(asked) }), null);
    },
    async remove({ participantId }, id) {
      const shared = { id, participantId, url: undefined, types: undefined, why: null } as const;
      const wish = { type: 'change', ...shared, status: 'deleted' } as const;
      return answer(await journal.submit(book.machine, wish), null);
    },
    async rotate(asked) {
      const { id } = asked;
      const { participantId } = asked.credential;
      const secret = newSecret();
      const previousUntilMs = clock.nowMs() + OVERLAP_MS;
      const wish = { id, participantId, secret: sealed(id, secret), previousUntilMs };
      const options = { key: keyOf(asked) };
      return answer(
        await journal.submit(book.machine, { type: 'rotate', ...wish }, options),
        secret,
      );
    },
    async replay(asked) {
      const { id, after } = asked;
      const { participantId } = asked.credential;
      const place: EventPlace = after;
      const wish = { type: 'rewind', id, participantId, ...place } as const;
      return answer(await journal.submit(book.machine, wish, { key: keyOf(asked) }), null);
    },
    list: ({ participantId }) =>
      durably(book.of(participantId).map((endpoint) => viewOf(endpoint, null))),
    async ping({ participantId }, id) {
      const endpoint = own(participantId, id);
      if (endpoint === undefined) return no('resource_not_found');
      return durably(await deps.delivery().ping(endpoint));
    },
    async deliveries({ participantId }, id) {
      if (own(participantId, id) === undefined) return no('resource_not_found');
      return durably(book.deliveries(id).map((each) => ({ ...each })));
    },
    async redeliver({ participantId }, id, { seq, ordinal }) {
      const endpoint = own(participantId, id);
      const isThere = book
        .deliveries(id)
        .some((each) => each.seq === seq && each.ordinal === ordinal);
      if (endpoint === undefined || !isThere) return no('resource_not_found');
      const againAtMs = clock.nowMs();
      const wish = { type: 'tried', id, seq, ordinal, isTaken: false, againAtMs } as const;
      await journal.submit(book.machine, wish);
      return { ok: true, value: null, replayed: false };
    },
  };
}
