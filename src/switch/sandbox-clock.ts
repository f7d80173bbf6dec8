// The sandbox's time: what the scheme waits for (expiries, retries, schedules) can be had at once.
// Signatures stay in real time: they say when a message was sent, and other processes check them.
// How far ahead it is outlives the process, since time in the journal never goes back.
import { timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../dialects/inbound.ts';
import { problemAnswer } from '../http/index.ts';
import { problem } from '../problems/index.ts';
import {
  type AdvancingClock,
  createAdvancingClock,
  type Random,
  systemClock,
} from '../runtime/index.ts';

const CLOCK_FILE = 'sandbox-clock.json';
const YEAR_MS = 366 * 86_400_000;
const SETTLED_WITHIN_MS = 5_000;
const SETTLED_LOOK_MS = 20;

const fileSchema = z.strictObject({ aheadMs: z.int().min(0), token: z.string().min(32) });
const wishSchema = z.strictObject({ advanceMs: z.int().min(1).max(YEAR_MS) });

export interface SandboxClock {
  readonly clock: AdvancingClock;
  readonly routes: readonly InboundRoute[];
}

/** `<data>/sandbox-clock.json`, 0600: how far ahead, and the token of who may set it. */
function keep(path: string, aheadMs: number, token: string): void {
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify({ aheadMs, token })}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}

/** null where no sandbox has run with this data folder. */
export function readSandboxClock(dataFolder: string): z.infer<typeof fileSchema> | null {
  let text: string;
  try {
    text = readFileSync(join(dataFolder, CLOCK_FILE), 'utf8');
  } catch {
    return null;
  }
  return fileSchema.parse(JSON.parse(text));
}

function isBearer({ headers }: InboundRequest, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Behind a proxy everybody comes from loopback, so the token is asked for as well. */
function isLocal({ headers }: InboundRequest, listenHost: string): boolean {
  const isForwarded = headers['forwarded'] ?? headers['x-forwarded-for'];
  return isForwarded === undefined && /^(127\.|::1$|localhost$)/.test(listenHost);
}

const json = (body: unknown): InboundAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/** For sandboxes alone. `isSettled`: whether the switch answers again after time has passed. */
export function createSandboxClock(deps: {
  readonly dataFolder: string;
  readonly listenHost: string;
  readonly random: Random;
  readonly isSettled: () => boolean;
}): SandboxClock {
  const path = join(deps.dataFolder, CLOCK_FILE);
  const earlier = readSandboxClock(deps.dataFolder);
  const token = earlier?.token ?? Buffer.from(deps.random.bytes(24)).toString('base64url');
  const clock = createAdvancingClock(systemClock, earlier?.aheadMs ?? 0);
  keep(path, clock.aheadMs, token);

  const told = () => json({ nowMs: clock.nowMs(), aheadMs: clock.aheadMs });

  async function advance(request: InboundRequest): Promise<InboundAnswer> {
    let wish: unknown = null;
    try {
      wish = JSON.parse(Buffer.from(request.body).toString());
    } catch {
      wish = null;
    }
    const parsed = wishSchema.safeParse(wish);
    if (!parsed.success) return problemAnswer(problem('request_invalid'), request.requestId);
    // first the file: a start after a crash must not be behind what was committed meanwhile
    keep(path, clock.aheadMs + parsed.data.advanceMs, token);
    clock.advance(parsed.data.advanceMs);
    // a leader that has not written for so long must write once before it answers
    const until = systemClock.monotonicMs() + SETTLED_WITHIN_MS;
    while (!deps.isSettled() && systemClock.monotonicMs() < until) {
      await new Promise((resolve) => setTimeout(resolve, SETTLED_LOOK_MS));
    }
    return told();
  }

  const guarded =
    (handle: (request: InboundRequest) => InboundAnswer | Promise<InboundAnswer>) =>
    (request: InboundRequest) =>
      isLocal(request, deps.listenHost) && isBearer(request, token)
        ? handle(request)
        : problemAnswer(problem('route_not_found'), request.requestId);

  return {
    clock,
    routes: [
      {
        method: 'POST',
        path: '/sandbox/clock',
        contentTypes: ['application/json'],
        bodyBytesMax: 1_024,
        handle: guarded(advance),
      },
      { method: 'GET', path: '/sandbox/clock', contentTypes: null, handle: guarded(told) },
    ],
  };
}
