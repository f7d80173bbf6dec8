// Defects are bugs: they throw, the request dies, someone is told. Expected failures are problems
// (src/problems) and are returned.

/** Something that cannot happen has happened. Never caught to be forgotten. */
export class Defect extends Error {
  override readonly name = 'Defect';
}

export function defect(message: string, options?: ErrorOptions): never {
  throw new Defect(message, options);
}

/** @throws Defect when the condition does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Defect(message);
}

/** The value that must be there. @throws Defect when it is undefined or null. */
export function required<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Defect(`${what} is absent`);
  return value;
}

/** Ends a switch over a closed union: the compiler refuses it while a case is missing. */
export function assertNever(value: never, what = 'value'): never {
  throw new Defect(`unexpected ${what}: ${String(value)}`);
}
