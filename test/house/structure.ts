// Judges a tree of sources against the rooms: direction, purity, ports, packages, cycles, names of
// dialects. Works on any tree, so that the test can show it a wrong one. The rules' data is in
// rooms.ts.
import {
  contractPackages,
  dialectNames,
  dialectRegistry,
  mayNameDialects,
  onlyRooms,
  packageRooms,
  ports,
  pureNodeModules,
  pureRooms,
  pureRuntimeFiles,
  tiers,
  walletForbiddenRoles,
} from './rooms.ts';
import {
  importsOf,
  resolveRelative,
  type SourceImport,
  type SourceTree,
  withoutComments,
} from './source-tree.ts';

/** One import as the rules see it: another file of the house, or a package. */
interface Import {
  readonly from: string;
  readonly fromRoom: string;
  /** Path of a file, or name of a package. */
  readonly to: string;
  /** Undefined for a package. */
  readonly toRoom: string | undefined;
  readonly isType: boolean;
}

type Rule = (edge: Import) => string | undefined;

const tierOf = new Map(tiers.flatMap((rooms, tier) => rooms.map((room) => [room, tier] as const)));

const isTest = (path: string) => /\.(test|property|bench)\.ts$/.test(path);

/**
 * `src/money/amount.ts` → `money`; the SDK's two rooms by their folder; undefined outside the
 * house.
 */
export function roomOf(path: string): string | undefined {
  if (path.startsWith('sdk/src/contract/')) return 'contract';
  if (path.startsWith('sdk/src/')) return 'sdk';
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

const sdkEntries: Readonly<Record<string, string>> = {
  '@hutong/sdk': 'sdk/src/index.ts',
  '@hutong/sdk/contract': 'sdk/src/contract/index.ts',
};

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function importOf(from: string, { specifier, isType }: SourceImport): Import {
  const entry = sdkEntries[specifier];
  const path = specifier.startsWith('.') ? resolveRelative(from, specifier) : entry;
  const fromRoom = roomOf(from) ?? '';
  if (path !== undefined) return { from, fromRoom, to: path, toRoom: roomOf(path) ?? '', isType };
  const to = specifier.startsWith('node:') ? specifier : packageName(specifier);
  return { from, fromRoom, to, toRoom: undefined, isType };
}

const direction: Rule = ({ from, fromRoom, to, toRoom }) => {
  if (toRoom === undefined || toRoom === fromRoom) return undefined;
  const above = tierOf.get(toRoom);
  if (above === undefined) return `${to} is in no room`;
  if (isTest(to)) return 'no source imports a test';
  if (from.startsWith('sdk/') && to.startsWith('src/')) return 'sdk imports nothing from src';
  const own = tierOf.get(fromRoom) ?? -1;
  return above > own ? `${fromRoom} may not import ${toRoom}, which stands above it` : undefined;
};

const relativeIntoSdk: Rule = ({ from, to }) =>
  from.startsWith('src/') && to.startsWith('sdk/') && !Object.values(sdkEntries).includes(to)
    ? "the SDK's files are imported as @hutong/sdk or @hutong/sdk/contract"
    : undefined;

/** Types do not act: a pure room may say that it wants a clock. */
const purity: Rule = ({ fromRoom, to, toRoom, isType }) => {
  if (isType || !pureRooms.includes(fromRoom)) return undefined;
  if (to.startsWith('node:')) {
    return pureNodeModules.includes(to) ? undefined : `${fromRoom} is pure: no ${to}`;
  }
  if (toRoom === undefined || toRoom === 'contract' || pureRooms.includes(toRoom)) return undefined;
  return pureRuntimeFiles.includes(to) ? undefined : `${fromRoom} is pure: nothing that acts`;
};

const packages: Rule = ({ fromRoom, to, toRoom }) => {
  if (toRoom !== undefined) return undefined;
  if (fromRoom === 'contract' && !contractPackages.includes(to)) return 'the contract is zod only';
  if (fromRoom === 'sdk' && to.startsWith('node:')) return 'the SDK runs in browsers too';
  const rooms = packageRooms[to];
  return rooms === undefined || rooms.includes(fromRoom)
    ? undefined
    : `only ${rooms.join(' and ')} may import ${to}`;
};

const portsOnly: Rule = ({ fromRoom, to, toRoom }) => {
  const port = ports.find((rule) => rule.room === fromRoom && rule.from === toRoom);
  if (port !== undefined && !port.files.includes(to)) return port.why;
  const only = onlyRooms.find((rule) => rule.room === fromRoom);
  if (only === undefined || toRoom === undefined || toRoom === fromRoom) return undefined;
  const isBottom = (tierOf.get(toRoom) ?? 0) <= (tierOf.get('ledger') ?? 0);
  return isBottom || only.allowed.includes(toRoom) ? undefined : only.why;
};

/** `src/dialects/alipay/x.ts` → `alipay`: the folder of one dialect. */
const dialectOf = (path: string) => /^src\/dialects\/([^/]+)\//.exec(path)?.[1];

const dialectSeams: Rule = ({ from, to, toRoom }) => {
  const target = dialectOf(to);
  if (toRoom !== 'dialects' || target === undefined) return undefined;
  const own = dialectOf(from);
  if (own === undefined) {
    return from === dialectRegistry ? undefined : `only ${dialectRegistry} imports a dialect`;
  }
  if (own !== target) return 'a dialect imports no other dialect';
  const isWallet = /\.wallet(\.ts|\/)/.test(from);
  const role = /\.([a-z]+)(\.ts|\/)/.exec(to.slice(`src/dialects/${target}/`.length))?.[1];
  return isWallet && walletForbiddenRoles.includes(role ?? '')
    ? 'a simulated wallet shares no mapper or verifier with the dialect it proves'
    : undefined;
};

const rules: readonly Rule[] = [
  direction,
  relativeIntoSdk,
  purity,
  packages,
  portsOnly,
  dialectSeams,
];

/** Sources of the house without the tests: tests may look at any room. */
function housePaths(tree: SourceTree): string[] {
  const isSource = (path: string) => /^(src|sdk\/src)\/.*\.ts$/.test(path) && !isTest(path);
  return [...tree.keys()].filter(isSource);
}

function importsOfHouse(tree: SourceTree): Import[] {
  return housePaths(tree).flatMap((from) =>
    importsOf(tree.get(from) ?? '').map((imported) => importOf(from, imported)),
  );
}

/** Every import that breaks a rule, as `file → file: rule`; of several broken rules the first. */
export function wrongImports(tree: SourceTree): string[] {
  return importsOfHouse(tree).flatMap((edge) => {
    const why = rules.map((rule) => rule(edge)).find((broken) => broken !== undefined);
    return why === undefined ? [] : [`${edge.from} → ${edge.to}: ${why}`];
  });
}

/** Folders in src/ that are no room of the design. */
export function unknownRooms(tree: SourceTree): string[] {
  const rooms = new Set(housePaths(tree).map((path) => roomOf(path) ?? path));
  return [...rooms].filter((room) => !tierOf.has(room));
}

/** Cycles in a graph, each as `a → b → a`; one for every knot of nodes that reach each other. */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) {
      found.push([...path.slice(at), node].join(' → '));
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}

function graphOf(edges: readonly (readonly [string, string])[]): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [from, to] of edges) graph.set(from, [...(graph.get(from) ?? []), to]);
  return graph;
}

/** Cycles between files, type imports included. */
export function fileCycles(tree: SourceTree): string[] {
  const inside = importsOfHouse(tree).filter((edge) => edge.toRoom !== undefined);
  return cyclesOf(graphOf(inside.map((edge) => [edge.from, edge.to])));
}

/** Cycles between rooms: neighbours of one tier may import each other one way only. */
export function roomCycles(tree: SourceTree): string[] {
  const between = importsOfHouse(tree).flatMap(({ fromRoom, toRoom }) =>
    toRoom === undefined || toRoom === fromRoom ? [] : [[fromRoom, toRoom] as const],
  );
  return cyclesOf(graphOf(between));
}

/** Lines of code outside dialects/ that name a dialect, as `file:line: name`. Comments may. */
export function namedDialects(tree: SourceTree): string[] {
  const excused = new Set(mayNameDialects.map((excuse) => excuse.path));
  const judged = (path: string) => roomOf(path) !== 'dialects' && !excused.has(path);
  return housePaths(tree)
    .filter(judged)
    .flatMap((path) =>
      withoutComments(tree.get(path) ?? '')
        .split('\n')
        .flatMap((line, index) => {
          const name = dialectNames.map((pattern) => pattern.exec(line)?.[0]).find(Boolean);
          return name === undefined ? [] : [`${path}:${index + 1}: ${name}`];
        }),
    );
}
