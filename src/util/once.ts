/** Work that is done at its first use. */

/** Calls `make` at the first use only. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** As {@link once}, for what may fail: a failure is not kept, so the next use tries again. */
export function openOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | undefined;
  return async () => {
    const own = (opening ??= open());
    try {
      return await own;
    } catch (error) {
      if (opening === own) opening = undefined;
      throw error;
    }
  };
}
