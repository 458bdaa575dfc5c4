/** Finds or makes the proving key of a circuit for PLONK or fflonk. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { areIntact, digestPath, recordDigests } from "../../groth16/files/digests.ts";
import { makeFolder, temporaryPath, writingTo } from "../../groth16/files/files.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { publicCount, readR1cs, readR1csHeader } from "../../groth16/formats/r1cs.ts";
import type { SetupCircuit } from "../../groth16/setup/circuit.ts";
import { expectedPtauPath, locatePtau } from "../../groth16/setup/ptau-download.ts";
import { DEFAULT_DEV_SEED } from "../../groth16/setup/dev-setup.ts";
import { TWO_ADICITY } from "../../groth16/formats/bn254.ts";
import { withSnarkjs } from "../../groth16/snarkjs.ts";
import { readPowersOfTau } from "../formats/ptau.ts";
import { markInsecure, readPlonkZkeyHeader } from "../formats/zkey.ts";
import type { PlonkProtocol } from "../protocols.ts";
import { makeKey, type SetupFiles } from "../snarkjs.ts";
import { devTau, writeDevPtau } from "./dev-ptau.ts";
import { ptauExponent, type UniversalSize, universalSize } from "./size.ts";

/** Where the powers of tau come from, which all keys of PLONK and fflonk follow from. */
export interface UniversalSetup {
  /**
   * Absolute path of a prepared file, or the name of a public one such as `hermez-14`, which is
   * downloaded. Default: powers of a tau that everybody knows, INSECURE.
   */
  readonly ptau?: string;
  /** Text from which the known tau is derived. Default: fixed. */
  readonly seed?: string;
}

export interface PlonkKeyOptions {
  /** Path of another key for this circuit; it takes precedence over `setup`. */
  readonly zkeyPath?: string;
  readonly setup?: UniversalSetup;
  /** The folder that keeps the keys. */
  readonly cacheDir: string;
}

/** Part of the names of cached keys: raise it when the same setup gives another key. */
const CACHE_FORMAT = 1;
const KEY_CHARACTERS = 16;
/** Folder of public files, in that of the keys. */
const PTAU_FOLDER = "ptau";
/** The domain of the quotient is four times as large as the circuit's. */
const EXPONENT_MAX = TWO_ADICITY - 2;

/**
 * Finds the proving key of a circuit, or makes it from powers of tau. A cached key that is damaged
 * is made again.
 *
 * @returns The path of the zkey.
 * @throws ZKEY_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED and PROTOCOL_NOT_SUPPORTED for a
 *   given key; PTAU_NOT_USABLE, PTAU_NOT_DOWNLOADED, PTAU_HASH_DIFFERS; CIRCUIT_TOO_LARGE,
 *   FOLDER_NOT_WRITABLE
 */
export async function ensurePlonkKey(
  circuit: SetupCircuit,
  protocol: PlonkProtocol,
  { zkeyPath, setup = {}, cacheDir }: PlonkKeyOptions,
): Promise<string> {
  if (zkeyPath !== undefined) {
    assertKeyOf(circuit, protocol, zkeyPath);
    return zkeyPath;
  }
  const { seed = DEFAULT_DEV_SEED } = setup;
  const folder = join(cacheDir, PTAU_FOLDER);
  const ptau = setup.ptau === undefined ? undefined : await locatePtau(setup.ptau, { folder });
  const path = keyPath(circuit, protocol, { ptau, seed, cacheDir });
  if (!(await areIntact(digestPath(path), [path])))
    await makeZkey(circuit, protocol, path, { ptau, seed });
  return path;
}

/**
 * Returns the path of a circuit's key, whether it exists or not. Nothing is downloaded.
 *
 * @returns Undefined while the powers of tau are missing that the key follows from.
 * @throws PTAU_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED
 */
export function plonkKeyPath(
  circuit: SetupCircuit,
  protocol: PlonkProtocol,
  { zkeyPath, setup = {}, cacheDir }: PlonkKeyOptions,
): string | undefined {
  if (zkeyPath !== undefined) return zkeyPath;
  const { seed = DEFAULT_DEV_SEED } = setup;
  const folder = join(cacheDir, PTAU_FOLDER);
  const ptau = setup.ptau === undefined ? undefined : expectedPtauPath(setup.ptau, folder);
  if (ptau !== undefined && !existsSync(ptau)) return undefined;
  return keyPath(circuit, protocol, { ptau, seed, cacheDir });
}

function keyPath(
  circuit: SetupCircuit,
  protocol: PlonkProtocol,
  {
    ptau,
    seed,
    cacheDir,
  }: {
    readonly ptau: string | undefined;
    readonly seed: string;
    readonly cacheDir: string;
  },
): string {
  const origin = ptau === undefined ? { seed } : { ptau: readPowersOfTau(ptau).id };
  const key = createHash("sha256")
    .update(JSON.stringify([CACHE_FORMAT, protocol, circuit.digest, origin]))
    .digest("hex");
  const name = `${circuit.name}-${protocol}-${key.slice(0, KEY_CHARACTERS)}.zkey`;
  return join(resolve(cacheDir), name);
}

/** Whether everybody can forge proofs under a key. @throws as {@link readPlonkZkeyHeader} */
export function isInsecurePlonkKey(zkeyPath: string, protocol: PlonkProtocol): boolean {
  return readPlonkZkeyHeader(zkeyPath, protocol).insecure;
}

async function makeZkey(
  circuit: SetupCircuit,
  protocol: PlonkProtocol,
  path: string,
  { ptau, seed }: { readonly ptau: string | undefined; readonly seed: string },
): Promise<void> {
  const size = measure(circuit, protocol);
  const folder = dirname(path);
  await makeFolder(folder);
  const made = temporaryPath(path);
  const devPtau = temporaryPath(join(folder, "dev.ptau"));
  await writingTo(folder, async () => {
    try {
      if (ptau === undefined) await writeDevPtau(devPtau, devTau(seed), ptauExponent(size));
      const ptauPath = ptau ?? devPtau;
      const insecure = assertPowers(ptauPath, size);
      await runSetup(protocol, { r1csPath: circuit.r1csPath, ptauPath, zkeyPath: made });
      if (insecure) await markInsecure(made);
      await rename(made, path);
      await recordDigests(digestPath(path), [path]);
    } finally {
      for (const file of [made, devPtau]) await rm(file, { force: true });
    }
  });
}

function measure({ r1csPath }: SetupCircuit, protocol: PlonkProtocol): UniversalSize {
  const r1cs = readR1cs(r1csPath);
  const size = universalSize(r1cs, protocol);
  if (size.exponent <= EXPONENT_MAX) return size;
  const { constraints } = r1cs;
  throw groth16Error({ code: "CIRCUIT_TOO_LARGE", constraints, maximum: 2 ** EXPONENT_MAX });
}

/** @returns Whether the powers have known secrets. @throws PTAU_NOT_USABLE */
function assertPowers(file: string, { exponent, powers }: UniversalSize): boolean {
  const given = readPowersOfTau(file);
  if (given.exponent >= exponent && given.powers >= powers) return given.insecure;
  const problem =
    `it has 2^${given.exponent} powers, and the circuit takes ` +
    `2^${ptauExponent({ exponent, powers })}`;
  throw groth16Error({ code: "PTAU_NOT_USABLE", file, problem });
}

async function runSetup(protocol: PlonkProtocol, files: SetupFiles): Promise<void> {
  const refuse = (problem: string, cause?: unknown) =>
    groth16Error({ code: "PTAU_NOT_USABLE", file: files.ptauPath, problem }, { cause });
  try {
    const isMade = await withSnarkjs((snarkjs) => makeKey(snarkjs, protocol, files));
    if (!isMade) throw refuse("snarkjs does not accept it");
  } catch (cause) {
    // The system's errors, such as ENOSPC, and our own have a code.
    if ((cause as NodeJS.ErrnoException).code !== undefined) throw cause;
    throw refuse(`snarkjs makes no key of it (${String(cause)})`, cause);
  }
}

/** Compares counts only; a proof with another key of the same counts does not verify. */
function assertKeyOf(
  { name, r1csPath }: SetupCircuit,
  protocol: PlonkProtocol,
  zkeyPath: string,
): void {
  const refuse = (problem: string) =>
    groth16Error({ code: "ZKEY_NOT_USABLE", circuit: name, zkey: zkeyPath, problem });
  if (!existsSync(zkeyPath)) throw refuse("there is no such file");
  const { wires, publicCount: publics } = readPlonkZkeyHeader(zkeyPath, protocol);
  const circuit = readR1csHeader(r1csPath);
  if (wires === circuit.wires && publics === publicCount(circuit)) return;
  throw refuse("it was made for another circuit");
}
