/**
 * Completes options by their defaults. One that is undefined is not given: a caller that passes on
 * what it may have got, as JavaScript does, does not mean to remove a limit.
 *
 * @param defaults - All options.
 * @param options - Those that a caller has given.
 */
export function withDefaults<T extends object>(
  defaults: T,
  options: { readonly [K in keyof T]?: T[K] | undefined } = {},
): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
