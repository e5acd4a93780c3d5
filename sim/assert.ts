/** Our own code broke a promise it made; never caught, ends the run with an internal error. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** States what must be true here. The message says what was found. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/**
 * Ends the run like a failed assert. For hot paths, `if (broken) fail(...)`: an assert would build
 * its message each time it holds.
 */
export function fail(message: string): never {
  throw new AssertionError(message);
}

/** Closes a switch over a union: a new member becomes a type error here. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value ${JSON.stringify(value)}`);
}
