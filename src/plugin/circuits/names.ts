/**
 * Names of the project's circuits, and of their verifiers.
 *
 * A circuit has the name of its file, or its path in the folder of circuits if several files have
 * that name. Its contract is named after the file, and lies in the same place of the folder of
 * contracts: for Hardhat, contracts of one name differ by their files.
 */
import * as systemPath from "node:path";
import type { PlatformPath } from "node:path";
import { circomError } from "../../circom/errors.ts";
import { pluginError } from "../errors.ts";
import { ROLLUP_VERIFIER, VERIFIER_SUFFIX, verifierName } from "./verifier-name.ts";

export interface CircuitNames {
  /** Path in the folder of circuits, with "/" and without ".circom". */
  readonly path: string;
  /** The last part of the path; the path itself ("./note" for "note") if that is not unique. */
  readonly name: string;
  /** Name of the contract that verifies its proofs. */
  readonly contract: string;
  /** Path of the contract's file in the folder of contracts, with "/". */
  readonly contractFile: string;
}

const ENDING = /\.circom$/;

/**
 * Names circuits.
 *
 * @param files - Absolute paths, all in `folder`.
 * @param suffix - The end of the names of contracts.
 * @throws CIRCUIT_NAMES_CLASH
 */
export function nameCircuits(
  files: readonly string[],
  folder: string,
  path: PlatformPath = systemPath,
  suffix: string = VERIFIER_SUFFIX,
): CircuitNames[] {
  const paths = files.map((file) =>
    path.relative(folder, file).split(path.sep).join("/").replace(ENDING, ""),
  );
  const isShared = sharedBy(paths.map(lastPart));
  const contractFiles = nameContractFiles(paths, suffix);
  const owners = new Map<string, string>();
  return paths.map((circuit, index) => {
    const contractFile = contractFiles[index]!;
    const first = owners.get(contractFile.toLowerCase());
    owners.set(contractFile.toLowerCase(), files[index]!);
    if (first !== undefined) {
      throw circomError({ code: "CIRCUIT_NAMES_CLASH", first, second: files[index]! });
    }
    const short = lastPart(circuit);
    const long = circuit === short ? `./${circuit}` : circuit;
    const name = isShared(short) ? long : short;
    return { path: circuit, name, contract: verifierName(short, suffix), contractFile };
  });
}

/** A file has the name of its contract, or that of its circuit if the former is not unique. */
function nameContractFiles(paths: readonly string[], suffix: string): string[] {
  const folderOf = (path: string) => path.slice(0, -lastPart(path).length);
  const usual = paths.map((path) => `${folderOf(path)}${verifierName(lastPart(path), suffix)}.sol`);
  // Some file systems ignore case.
  const isShared = sharedBy([...usual, `${ROLLUP_VERIFIER}.sol`].map((file) => file.toLowerCase()));
  return usual.map((file, i) => (isShared(file.toLowerCase()) ? `${paths[i]!}.sol` : file));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function sharedBy(values: readonly string[]): (value: string) => boolean {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return (value) => counts.get(value)! > 1;
}

/** Where circuits are, to read the paths that users give. */
export interface CircuitFolders {
  /** Root folder of the project. */
  readonly root: string;
  /** Folder of circuits. */
  readonly folder: string;
}

/**
 * Finds a circuit by its name, by its path in the folder of circuits, in the project or on disk,
 * each with or without ".circom".
 *
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS
 */
export function findByName<T extends CircuitNames>(
  given: string,
  circuits: readonly T[],
  { root, folder }: CircuitFolders,
  path: PlatformPath = systemPath,
): T {
  const text = given.split(path.sep).join("/").replace(ENDING, "");
  const isPath = text.includes("/");
  const inFolder = (from: string) =>
    path.relative(folder, path.resolve(from, text)).split(path.sep).join("/");
  const places = isPath ? [inFolder(folder), inFolder(root)] : [];
  const byPath = places.flatMap((place) => circuits.filter((circuit) => circuit.path === place));
  const found = isPath
    ? byPath.slice(0, 1)
    : circuits.filter((circuit) => lastPart(circuit.path) === text);
  const [first, ...others] = found;
  if (first === undefined) {
    const known = circuits.map(({ name }) => name);
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name: given, known, folder });
  }
  if (others.length === 0) return first;
  const paths = found.map(({ name }) => name);
  throw pluginError({ code: "CIRCUIT_AMBIGUOUS", name: given, paths, folder });
}
