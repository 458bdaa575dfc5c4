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

/** As {@link openOnce}, and opens again once what it has opened is of no use any more. */
export function openWhile<T>(
  open: () => Promise<T>,
  isOpen: (value: T) => boolean,
): () => Promise<T> {
  let opened = openOnce(open);
  return async () => {
    const own = opened;
    const value = await own();
    if (isOpen(value)) return value;
    if (opened === own) opened = openOnce(open);
    return opened();
  };
}
