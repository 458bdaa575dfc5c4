/** The patterns in a circuit's own sources, and how many its packages have. */
import { parse } from "../language/parse.ts";
import { collectSources, isOfPackage, type SourceFolders } from "../sources.ts";
import { findPatterns, type PatternFinding } from "./find-patterns.ts";

export interface CircuitPatterns {
  /** Findings in files outside of `node_modules`. */
  readonly own: readonly PatternFinding[];
  /** Number of findings in packages, which are not for the project to correct. */
  readonly inPackages: number;
}

/** Larger files hold constants of hashes, which take longer to parse than all others. */
const SOURCE_CHARACTERS_MAX = 200_000;

/**
 * Finds patterns that have often been faults in the sources of a circuit: hints that nothing
 * checks, results and inputs that are not used, comparisons of numbers of any size, and
 * decompositions with two solutions. Names decide, so a finding is a place to look at.
 *
 * @param file - Path of the `.circom` file with the main component.
 * @param folders - Where includes are looked up, as for the compiler.
 * @returns Findings with file and line in the project's files; their number in packages.
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_NOT_UNDERSTOOD
 *
 * @example
 * const file = `${hre.config.paths.root}/circuits/multiplier.circom`;
 * findCircuitPatterns(file); // { own: [], inPackages: 0 }
 */
export function findCircuitPatterns(file: string, folders: SourceFolders = {}): CircuitPatterns {
  const programs = collectSources(file, folders)
    .files.filter(({ text }) => text.length <= SOURCE_CHARACTERS_MAX)
    .map((source) => parse(source.file, source.text));
  const found = findPatterns(programs);
  const own = found.filter((finding) => !isOfPackage(finding.file));
  return { own, inPackages: found.length - own.length };
}
