// What stands around a switch and moves no money: its time, its metrics, its traces. Each is there
// only where the settings ask for it.

import {
  type Clock,
  type Lifecycle,
  type Logger,
  type Random,
  type Settings,
  systemClock,
} from '../runtime/index.ts';
import type { Core } from './core.ts';
import { serveMetrics } from './metrics.server.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createSandboxClock, type SandboxClock } from './sandbox-clock.ts';
import { createTracing, loadTracingModule, type Tracing } from './tracing.ts';

export interface Surroundings {
  /** Of the scheme; a sandbox's may be ahead. */
  readonly clock: Clock;
  readonly sandboxClock: SandboxClock | null;
  readonly metrics: Metrics | null;
  readonly tracing: Tracing | null;
}

/** `core` is asked when it is there. */
export async function surround(
  settings: Settings,
  logger: Logger,
  lifecycle: Lifecycle,
  random: Random,
  core: () => Core | null,
): Promise<Surroundings> {
  const { mode, dataFolder, listenHost, metricsHost, metricsPort, tracingModule } = settings;
  if (tracingModule !== undefined) await loadTracingModule(tracingModule);
  const isSettled = () => core()?.journal.isFresh() === true;
  const sandboxClock =
    mode === 'sandbox' ? createSandboxClock({ dataFolder, listenHost, random, isSettled }) : null;
  let metrics: Metrics | null = null;
  if (metricsPort !== undefined) {
    metrics = createMetrics();
    const server = await serveMetrics(metrics.registry, metricsHost, metricsPort, (error) =>
      logger.error({ err: error }, 'defect in metrics'),
    );
    logger.info({ url: `${server.address}/metrics` }, 'metrics are served');
    lifecycle.onStop('metrics', () => server.stop());
  }
  return {
    clock: sandboxClock?.clock ?? systemClock,
    sandboxClock,
    metrics,
    tracing: tracingModule === undefined ? null : createTracing(),
  };
}
