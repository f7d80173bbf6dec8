// One deliberate fault, and the tests that must notice it.
export interface Mutant {
  readonly what: string;
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}
