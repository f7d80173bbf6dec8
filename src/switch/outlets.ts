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
  named(dialect: string, name: string): ConnectionSettings | undefined;
}

export function createOutlets<Deps extends DialectDeps>(
  dialects: readonly Dialect<unknown, Deps>[],
  view: () => ParticipantsView,
  deps: () => Deps,
  observed: (connector: Connector, dialect: string) => Connector = (connector) => connector,
): Outlets {
  const known = new Map<string, Known>();
  const connectors = new Map<string, Connector>();
  const names = new Map<string, { version: number; ids: ReadonlyMap<string, string> }>();

  function connectorOf(dialect: Dialect<unknown, Deps>): Connector {
    let connector = connectors.get(dialect.id);
    if (connector === undefined) {
      connector = observed(dialect.connector(deps()), dialect.id);
      connectors.set(dialect.id, connector);
    }
    return connector;
  }

  function secretsOf(dialect: Dialect<unknown, Deps>, connectionId: string): unknown {
    if (dialect.secrets === undefined) return null;
    const bytes = view().secrets(connectionId);
    const json: unknown = bytes === undefined ? {} : JSON.parse(Buffer.from(bytes).toString());
    return dialect.secrets.parse(json);
  }

  /** The index is built anew when a connection was added or changed. */
  function named(dialectId: string, name: string): ConnectionSettings | undefined {
    const dialect = dialects.find(({ id }) => id === dialectId);
    if (dialect?.nameOf === undefined) return undefined;
    const version = view().connectionsVersion();
    let index = names.get(dialectId);
    if (index?.version !== version) {
      const ids = new Map<string, string>();
      for (const connection of view().connections()) {
        if (connection.dialect !== dialectId) continue;
        const settings = outlet(connection.id)?.settings;
        const own = settings === undefined ? null : dialect.nameOf(settings.settings);
        if (own !== null) ids.set(own, connection.id);
      }
      index = { version, ids };
      names.set(dialectId, index);
    }
    const id = index.ids.get(name);
    return id === undefined ? undefined : outlet(id)?.settings;
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
      secrets: secretsOf(dialect, connectionId),
    };
    const made: Outlet = { connector: connectorOf(dialect), settings };
    known.set(connectionId, { version: connection.version, outlet: made });
    return made;
  }

  return { outlet, named, settings: (connectionId) => outlet(connectionId)?.settings };
}
