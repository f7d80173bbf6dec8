// Which connector serves a connection, with its settings parsed once per version.
import type { Dialect, DialectDeps } from '../dialects/dialect.ts';
import type { ParticipantsView } from '../participants/index.ts';
import type { Outlet } from '../payments/instruct.ts';
import type { ConnectionSettings, Connector } from '../payments/port.ts';

interface Known {
  readonly version: number;
  readonly outlet: Outlet;
}

export interface Outlets {
  outlet(connectionId: string): Outlet | undefined;
  settings(connectionId: string): ConnectionSettings | undefined;
}

export function createOutlets<Deps extends DialectDeps>(
  dialects: readonly Dialect<unknown, Deps>[],
  view: () => ParticipantsView,
  deps: () => Deps,
): Outlets {
  const known = new Map<string, Known>();
  const connectors = new Map<string, Connector>();

  function connectorOf(dialect: Dialect<unknown, Deps>): Connector {
    let connector = connectors.get(dialect.id);
    if (connector === undefined) {
      connector = dialect.connector(deps());
      connectors.set(dialect.id, connector);
    }
    return connector;
  }

  function outlet(connectionId: string): Outlet | undefined {
    const connection = view().connection(connectionId);
    if (connection === undefined) return undefined;
    const before = known.get(connectionId);
    if (before?.version === connection.version) return before.outlet;
    const dialect = dialects.find(({ id }) => id === connection.dialect);
    if (dialect === undefined) return undefined;
    const json: unknown = JSON.parse(connection.settings);
    const settings: ConnectionSettings = {
      id: connection.id,
      participantId: connection.participantId,
      dialect: connection.dialect,
      endpoint: connection.endpoint,
      settings: dialect.settings.parse(json),
    };
    const made: Outlet = { connector: connectorOf(dialect), settings };
    known.set(connectionId, { version: connection.version, outlet: made });
    return made;
  }

  return { outlet, settings: (connectionId) => outlet(connectionId)?.settings };
}
