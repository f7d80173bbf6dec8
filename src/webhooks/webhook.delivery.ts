// Carries events to endpoints: each follows the journal with a cursor of its own, so that a dead
// one delays no other and costs no row per event. At least once; the id of an event is the same in
// every attempt. What was not taken is tried again by the schedule of Standard Webhooks 1.0.
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { HttpClient } from '../wire/index.ts';
import type { WebhookBook, WebhookCommand } from './webhook.machine.ts';
import { webhookHeaders } from './webhook.message.ts';
import { type Delivery, type Endpoint, wants } from './webhook.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After the first try; then the event is dead. Standard Webhooks 1.0, "Retry schedule". */
const SCHEDULE_MS: readonly number[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
const LOOK_EVERY_MS = 50;
const TIMEOUT_MS = 15_000;
/** Calls under way to one endpoint. */
const WIDTH = 8;
const PAGE = 64;
/** The cursor is written this often where nothing has failed: what came after is told again. */
const SAVE_EVERY_MS = 2_000;
const SAVE_EVERY_BATCHES = 5_000;
const ORDINAL_MAX = 2 ** 31 - 1;
/** After so many failures in a row the endpoint gets a rest, and its cursor stays. */
const FAILURES_MAX = 5;
const DISABLE_AFTER_MS = 5 * 24 * HOUR_MS;
const GONE = 410;

export interface EventRead {
  readonly seq: number;
  readonly ordinal: number;
  readonly type: string;
  readonly subjectId: string;
  readonly atMs: number;
}

/** Public facts of an event, and the resource it speaks of by the name of its kind. */
export function messageOf(event: EventRead): string {
  const kind = event.type.split('.')[0] ?? '';
  const named = kind === 'payment' || kind === 'order' ? { [`${kind}Id`]: event.subjectId } : {};
  return JSON.stringify({
    type: event.type,
    timestamp: new Date(event.atMs).toISOString(),
    data: { id: `${event.seq}-${event.ordinal}`, subjectId: event.subjectId, ...named },
  });
}

interface Lane {
  isBusy: boolean;
  failures: number;
  restUntilMs: number;
  rests: number;
  savedAtMs: number;
  /** Told up to here, perhaps not written yet; `version` tells when somebody moved the cursor. */
  seq: number;
  ordinal: number;
  version: number;
}

export interface WebhookDelivery {
  /** Sends a message of its own, to try an endpoint. */
  ping(endpoint: Readonly<Endpoint>): Promise<number | null>;
  stop(): void;
}

export function createWebhookDelivery(deps: {
  readonly journal: Journal;
  readonly book: WebhookBook;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** For timestamps that receivers check; a sandbox's own time may be ahead. */
  readonly sendClock?: Clock;
  readonly random: Random;
  /** The participant's durable events after a place, in order. */
  readonly read: (
    participantId: string,
    after: { readonly seq: number; readonly ordinal: number },
    limit: number,
  ) => Promise<readonly EventRead[]>;
  readonly onDefect: (error: unknown) => void;
}): WebhookDelivery {
  const { journal, book, http, clock, random } = deps;
  const lanes = new Map<string, Lane>();
  let isStopped = false;

  function laneOf(endpoint: Readonly<Endpoint>): Lane {
    const known = lanes.get(endpoint.id);
    if (known !== undefined && known.version === endpoint.version) return known;
    const { cursorSeq: seq, cursorOrdinal: ordinal, version } = endpoint;
    const fresh: Lane = {
      isBusy: known?.isBusy ?? false,
      failures: known?.failures ?? 0,
      restUntilMs: known?.restUntilMs ?? 0,
      rests: known?.rests ?? 0,
      savedAtMs: known?.savedAtMs ?? clock.monotonicMs(),
      seq,
      ordinal,
      version,
    };
    lanes.set(endpoint.id, fresh);
    return fresh;
  }

  /** The status, or `null` where there was no answer. */
  async function send(
    endpoint: Readonly<Endpoint>,
    id: string,
    body: string,
  ): Promise<number | null> {
    const headers = webhookHeaders(endpoint, {
      id,
      body,
      nowMs: (deps.sendClock ?? clock).nowMs(),
    });
    const bytes = Buffer.from(body, 'utf8');
    const { url } = endpoint;
    const answer = await http.request({
      method: 'POST',
      url,
      headers,
      body: bytes,
      timeoutMs: TIMEOUT_MS,
    });
    return answer.kind === 'answered' ? answer.status : null;
  }

  const isTaken = (status: number | null) => status !== null && status >= 200 && status < 300;

  async function submit(command: WebhookCommand): Promise<void> {
    const done = await journal.submit(book.machine, command);
    const lane = lanes.get(command.id);
    if (done.kind !== 'applied' || !done.result.ok || lane === undefined) return;
    lane.version = done.result.endpoint.version;
  }

  async function disable(endpoint: Readonly<Endpoint>, why: string): Promise<void> {
    const { id, participantId } = endpoint;
    const shared = { type: 'change', id, participantId, url: undefined, types: undefined } as const;
    await submit({ ...shared, status: 'disabled', why });
  }

  function againAtMs(attempts: number): number | null {
    const waitMs = SCHEDULE_MS[attempts - 1];
    // a tenth of jitter: those that failed together do not come back together
    return waitMs === undefined
      ? null
      : clock.nowMs() + Math.floor(waitMs * (1 + random.uint32() / 2 ** 32 / 10));
  }

  type Failed = Omit<Delivery, 'endpointId' | 'state'>;
  async function save(
    { id }: Readonly<Endpoint>,
    lane: Lane,
    failed: readonly Failed[],
    isFailing: boolean,
  ): Promise<void> {
    lane.savedAtMs = clock.monotonicMs();
    const { seq, ordinal } = lane;
    await submit({ type: 'advance', id, seq, ordinal, failed, isFailing });
  }

  /** Tells the next events; true where there may be more. */
  async function tellNext(endpoint: Readonly<Endpoint>, lane: Lane): Promise<boolean> {
    const head = journal.durableSeq();
    const found = await deps.read(endpoint.participantId, lane, PAGE);
    const last = found.at(-1);
    if (last === undefined) {
      // nothing for this participant up to here: what others did is not read twice
      if (head > lane.seq) Object.assign(lane, { seq: head, ordinal: ORDINAL_MAX });
      if (lane.seq - endpoint.cursorSeq > SAVE_EVERY_BATCHES) await save(endpoint, lane, [], false);
      return false;
    }
    const failed: Failed[] = [];
    let isGone = false;
    let isAnyTaken = false;
    const wanted = found.filter(({ type }) => wants(endpoint.types, type));
    for (let from = 0; from < wanted.length && !isGone; from += WIDTH) {
      await Promise.all(
        wanted.slice(from, from + WIDTH).map(async (event) => {
          const id = `${event.seq}-${event.ordinal}`;
          const status = await send(endpoint, id, messageOf(event));
          isGone ||= status === GONE;
          if (isTaken(status)) {
            isAnyTaken = true;
            lane.failures = 0;
            return;
          }
          lane.failures += 1;
          failed.push({ ...event, attempts: 1, dueAtMs: againAtMs(1) ?? clock.nowMs() });
        }),
      );
    }
    if (isGone) {
      await disable(endpoint, 'it answered 410 Gone');
      return false;
    }
    lane.seq = last.seq;
    lane.ordinal = last.ordinal;
    const isDue = clock.monotonicMs() - lane.savedAtMs > SAVE_EVERY_MS;
    const wasFailing = endpoint.failingSinceMs !== null;
    if (failed.length > 0 || isDue || (wasFailing && isAnyTaken)) {
      await save(endpoint, lane, failed, failed.length > 0 && !isAnyTaken);
    }
    if (lane.failures < FAILURES_MAX) {
      if (isAnyTaken) lane.rests = 0;
      return found.length === PAGE;
    }
    lane.restUntilMs = clock.nowMs() + (SCHEDULE_MS[Math.min(lane.rests, 3)] ?? HOUR_MS);
    lane.rests += 1;
    return false;
  }

  async function tryAgain(
    endpoint: Readonly<Endpoint>,
    delivery: Readonly<Delivery>,
  ): Promise<void> {
    const { seq, ordinal } = delivery;
    const status = await send(endpoint, `${seq}-${ordinal}`, messageOf(delivery));
    const taken = isTaken(status);
    const again = taken ? null : againAtMs(delivery.attempts + 1);
    const { id } = endpoint;
    await submit({ type: 'tried', id, seq, ordinal, isTaken: taken, againAtMs: again });
  }

  async function work(endpoint: Readonly<Endpoint>, lane: Lane): Promise<void> {
    const nowMs = clock.nowMs();
    const { failingSinceMs } = endpoint;
    if (failingSinceMs !== null && nowMs - failingSinceMs > DISABLE_AFTER_MS) {
      return disable(endpoint, 'it has taken nothing for days');
    }
    const due = book
      .deliveries(endpoint.id)
      .filter(({ state, dueAtMs }) => state === 'deferred' && dueAtMs <= nowMs);
    await Promise.all(due.slice(0, WIDTH).map((each) => tryAgain(endpoint, each)));
    if (lane.restUntilMs > nowMs) return;
    while (!isStopped && journal.isFresh() && (await tellNext(endpoint, lane)));
  }

  function look(): void {
    if (isStopped || !journal.isFresh()) return;
    for (const endpoint of book.active()) {
      const lane = laneOf(endpoint);
      if (lane.isBusy) continue;
      lane.isBusy = true;
      work(endpoint, lane)
        .catch(deps.onDefect)
        .finally(() => {
          const now = lanes.get(endpoint.id);
          if (now !== undefined) now.isBusy = false;
        });
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  journal.onReload(() => lanes.clear());
  return {
    ping(endpoint) {
      const body = JSON.stringify({
        type: 'webhook.ping',
        timestamp: new Date(clock.nowMs()).toISOString(),
        data: { webhookId: endpoint.id },
      });
      return send(endpoint, `ping-${endpoint.id}-${clock.nowMs()}`, body);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
