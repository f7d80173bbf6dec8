// What can go wrong around the database before the switch runs: no server, a wrong folder, a
// refused migration. Not for queries: their errors are pg's own, and the journal classifies those.

export type DatabaseFaultCode =
  | 'unsupported_platform' // no PostgreSQL package for this system, or it isn't installed
  | 'binaries_unusable' // the package is there and its programs don't run
  | 'folder_unusable' // the data folder is another user's, or another major version's
  | 'start_failed' // the server didn't start, or not in time
  | 'stop_failed'
  | 'locked' // another switch keeps starting or stopping the same server
  | 'bad_url' // DATABASE_URL isn't a PostgreSQL address
  | 'unreachable' // nobody answers there, or not to us
  | 'migration_changed' // an applied migration isn't the text it was
  | 'migration_disordered' // numbers with gaps filled later, doubled names
  | 'migration_failed'
  | 'database_newer'; // migrated by a later version of the program

/**
 * Thrown at start; the command line shows message and suggestion and exits with 3 (environment).
 */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
  readonly code: DatabaseFaultCode;
  /** What the operator can do about it. */
  readonly suggestion: string;

  constructor(
    code: DatabaseFaultCode,
    message: string,
    suggestion: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.suggestion = suggestion;
  }
}

/** `ENOENT` and the like, of errors from the system. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
