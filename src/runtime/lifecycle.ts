// Stopping with grace: what was opened last is closed first, one after the other, before a
// deadline. It does not listen for signals; the composition root does, and calls `stop`.
import type { Clock } from './clock.ts';

export type Closer = () => void | Promise<void>;

export interface StopReport {
  /** Names of what was closed, in order. */
  readonly closed: readonly string[];
  /** What failed to close, or had not when the time was up. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  readonly tookMs: number;
}

export interface Lifecycle {
  /** Registers what must be closed; after `stop` has begun it is closed at once. */
  onStop(name: string, close: Closer): void;
  /** True from the moment a stop has begun: take no new work. */
  readonly stopping: boolean;
  /** Aborted when a stop begins, for loops and waits. */
  readonly signal: AbortSignal;
  /** Closes all; a second call gives the first one's report. Never rejects. */
  stop(): Promise<StopReport>;
}

export interface LifecycleDeps {
  readonly clock: Clock;
  /** For all closers together; who has not closed by then is named in the report. */
  readonly deadlineMs: number;
}

export function createLifecycle({ clock, deadlineMs }: LifecycleDeps): Lifecycle {
  const stack: { name: string; close: Closer }[] = [];
  const controller = new AbortController();
  let stopped: Promise<StopReport> | undefined;

  async function closeAll(): Promise<StopReport> {
    const startedMs = clock.monotonicMs();
    const closed: string[] = [];
    const failed: { name: string; error: unknown }[] = [];
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      const { name, close } = entry;
      const leftMs = Math.max(0, deadlineMs - (clock.monotonicMs() - startedMs));
      try {
        // Even past the deadline every closer is started: it may do its work without waiting.
        await within(leftMs, close);
        closed.push(name);
      } catch (error) {
        failed.push({ name, error });
      }
    }
    return { closed, failed, tookMs: clock.monotonicMs() - startedMs };
  }

  return {
    onStop(name, close) {
      stack.push({ name, close });
      // Registered after the end: nobody will come by again, so it is closed now.
      if (stopped !== undefined) stopped = stopped.then(merge(closeAll));
    },
    get stopping() {
      return controller.signal.aborted;
    },
    signal: controller.signal,
    stop() {
      controller.abort();
      stopped ??= closeAll();
      return stopped;
    },
  };
}

function merge(more: () => Promise<StopReport>): (first: StopReport) => Promise<StopReport> {
  return async (first) => {
    const second = await more();
    return {
      closed: [...first.closed, ...second.closed],
      failed: [...first.failed, ...second.failed],
      tookMs: first.tookMs + second.tookMs,
    };
  };
}

async function within(ms: number, close: Closer): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`did not close within ${Math.ceil(ms)} ms`)), ms);
  try {
    await Promise.race([Promise.resolve().then(close), late]);
  } finally {
    clearTimeout(timer);
  }
}
