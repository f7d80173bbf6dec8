// What the sandbox needs to stand up the platform of a dialect: a program, and matching
// configurations for it, for a sponsor's connection to it, and for a shop that speaks the dialect
// to the switch. Never used outside a sandbox.

export interface SimulatedSide {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

export interface SimulatedPlatform {
  /** Of the program, without addresses, journal and token. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly users: readonly { readonly account: string; readonly name: string }[];
  readonly sponsor: SimulatedSide;
  /** With what the shop's program needs to connect. */
  readonly shop: SimulatedSide & { readonly credentials: Readonly<Record<string, string>> };
}

/** `path` without its ending: sources run as they are, built ones as JavaScript. */
export function programBeside(moduleUrl: string, path: string): URL {
  return new URL(`${path}${moduleUrl.endsWith('.js') ? '.js' : '.ts'}`, moduleUrl);
}

export interface Simulation {
  /** The platform's program; its one argument is its configuration's path. */
  readonly program: URL;
  /** Makes fresh keys every time: the sandbox keeps what it was given. */
  make(): SimulatedPlatform;
}
