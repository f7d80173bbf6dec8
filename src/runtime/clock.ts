// Time, injected. Wall time is for what people and protocols read (expiries, timestamps) and may
// jump; monotonic time is for how long something took (leases, deadlines) and never goes back.
import { Defect } from './defect.ts';

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, whole. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, with a fraction; never decreases. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export interface ManualClock extends Clock {
  /** Time passes: both clocks move on. */
  advance(ms: number): void;
  /** The wall clock is set, as by an operator or NTP; the monotonic one does not notice. */
  setNowMs(nowMs: number): void;
}

/** A clock that stands still until told otherwise; for tests and simulation. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    advance(ms) {
      if (!(ms >= 0)) throw new Defect(`time cannot pass by ${ms} ms`);
      wallMs += ms;
      monotonicMs += ms;
    },
    setNowMs(nowMs) {
      wallMs = nowMs;
    },
  };
}

export interface AdvancingClock extends Clock {
  /** How far ahead of the clock below it is. */
  readonly aheadMs: number;
  /** Both clocks move on, and run on from there. */
  advance(ms: number): void;
}

/**
 * A running clock that can be set ahead, for sandboxes: wall and monotonic time advance together,
 * so that nobody takes it for a jump of the system's clock.
 */
export function createAdvancingClock(below: Clock, startAheadMs = 0): AdvancingClock {
  let aheadMs = startAheadMs;
  return {
    nowMs: () => below.nowMs() + aheadMs,
    monotonicMs: () => below.monotonicMs() + aheadMs,
    get aheadMs() {
      return aheadMs;
    },
    advance(ms) {
      if (!(ms >= 0)) throw new Defect(`time cannot pass by ${ms} ms`);
      aheadMs += Math.floor(ms);
    },
  };
}
