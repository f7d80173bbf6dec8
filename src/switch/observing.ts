// Times and traces the calls to connections. The connector itself does not know.
import type { Connector } from '../payments/port.ts';
import { systemClock } from '../runtime/index.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

function timedConnector(
  connector: Connector,
  dialect: string,
  observeCall: Metrics['observeCall'],
): Connector {
  const timed =
    (work: Connector['execute']): Connector['execute'] =>
    async (connection, stored) => {
      const startedMs = systemClock.monotonicMs();
      const report = await work(connection, stored);
      const tookMs = systemClock.monotonicMs() - startedMs;
      observeCall(stored.legId, dialect, report.outcome, tookMs);
      return report;
    };
  return {
    ...connector,
    execute: timed((...args) => connector.execute(...args)),
    inquire: timed((...args) => connector.inquire(...args)),
  };
}

export function observedConnector(
  connector: Connector,
  dialect: string,
  metrics: Metrics | null,
  tracing: Tracing | null,
): Connector {
  const timed =
    metrics === null ? connector : timedConnector(connector, dialect, metrics.observeCall);
  return tracing?.connector(timed, dialect) ?? timed;
}
