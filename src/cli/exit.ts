// How commands end: the exit codes of the house, and an error that says what, why and how to mend.
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  notFound: 4,
  conflict: 5,
  refused: 6,
  tryAgain: 7,
  broken: 8,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command. The text goes to stderr, the code to the shell. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: ExitCode;
  readonly suggestion: string;
  constructor(exitCode: ExitCode, message: string, suggestion = '') {
    super(message);
    this.exitCode = exitCode;
    this.suggestion = suggestion;
  }
}

/** The code for a problem's HTTP status. */
export function exitOfStatus(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 409) return EXIT.conflict;
  if (status === 401 || status === 403 || status === 422) return EXIT.refused;
  if (status === 429 || status >= 500) return EXIT.tryAgain;
  return EXIT.usage;
}
