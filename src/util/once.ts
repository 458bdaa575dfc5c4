/** Work that is done at its first use. */

/** Calls `make` at the first use only. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
