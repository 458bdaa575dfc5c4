/**
 * Finds the file of a package that its `exports` name.
 *
 * @see https://nodejs.org/api/esm.html#resolution-algorithm-specification
 */

/** Conditions under which an export applies, besides `default`. */
const CONDITIONS = ["circom", "node", "import", "require"];

/**
 * @param given - The field `exports` of a package.json.
 * @param subpath - Path in the package, such as "./poseidon.circom".
 * @returns The path that the package gives for it, null if the package hides it, or undefined if
 *   the package does not mention it.
 */
export function resolveExport(given: unknown, subpath: string): string | null | undefined {
  if (given === undefined) return undefined;
  // Without subpaths, it is the export of the package itself.
  const hasSubpaths = isObject(given) && Object.keys(given).every((key) => key.startsWith("."));
  const exports = hasSubpaths ? given : { ".": given };
  const exact = exports[subpath];
  if (exact !== undefined && !subpath.includes("*")) return chooseTarget(exact, "");
  const patterns = Object.keys(exports).filter((key) => key.split("*").length === 2);
  const [best] = patterns
    .filter((pattern) => starPart(pattern, subpath) !== undefined)
    .sort((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length);
  return best && chooseTarget(exports[best], starPart(best, subpath)!);
}

/** Returns the part of `subpath` in place of the star of `pattern`. */
function starPart(pattern: string, subpath: string): string | undefined {
  const [prefix, suffix] = pattern.split("*") as [string, string];
  const fits = subpath.startsWith(prefix) && subpath.endsWith(suffix);
  if (!fits || subpath.length <= prefix.length + suffix.length) return undefined;
  return subpath.slice(prefix.length, subpath.length - suffix.length);
}

/** Follows conditions and alternatives to a path in the package. */
function chooseTarget(target: unknown, star: string): string | null | undefined {
  if (target === null) return null;
  // A package exports nothing from outside of itself.
  if (typeof target === "string")
    return isInside(target, star) ? target.replaceAll("*", star) : null;
  if (Array.isArray(target)) {
    const results = target.map((entry) => chooseTarget(entry, star));
    return results.find((result) => typeof result === "string") ?? results.at(-1);
  }
  if (!isObject(target)) return undefined;
  for (const [condition, entry] of Object.entries(target)) {
    if (condition !== "default" && !CONDITIONS.includes(condition)) continue;
    const result = chooseTarget(entry, star);
    if (result !== undefined) return result;
  }
  return undefined;
}

function isInside(target: string, star: string): boolean {
  const steps = [...target.split(/[\\/]/).slice(1), ...star.split(/[\\/]/)];
  return (
    target.startsWith("./") && !steps.some((step) => ["..", ".", "node_modules"].includes(step))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
