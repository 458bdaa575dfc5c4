/**
 * Keys for production: phase 2 of a Groth16 ceremony, circuit by circuit.
 *
 * It starts from the powers of tau of a public ceremony (phase 1). Each contributor multiplies
 * delta by a secret; if one of them deletes the secret, nobody can forge proofs. A beacon, a public
 * value that nobody could foresee, ends the ceremony. Everything can be verified from the circuit
 * and the powers of tau.
 *
 * The powers themselves are not checked here: compare the hash of the file with the published one,
 * or run `snarkjs powersoftau verify`.
 *
 * @see https://eprint.iacr.org/2017/1050
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { dataView } from "../formats/binary-file.ts";
import { withSections } from "../formats/section-file.ts";
import { ELEMENT_BYTES } from "../formats/bn254.ts";
import type { SetupCircuit } from "./circuit.ts";
import { isInsecureZkey } from "./dev-setup.ts";
import { areIntact, digestPath, recordDigests } from "../files/digests.ts";
import { groth16Error } from "../errors.ts";
import { makeFolder, temporaryPath, writingTo, writingToCache } from "../files/files.ts";
import { readR1csHeader } from "../formats/r1cs.ts";
import { domainSize } from "./qap.ts";
import { withSnarkjs } from "../snarkjs.ts";
import { readZkeyVerifierPart } from "../formats/zkey-file.ts";
import { findZkeyDamage } from "./zkey-check.ts";

/** The sections of a ptau file that a setup reads. */
const PTAU_SECTION = { header: 1, lagrangeTauG1: 12 } as const;
/** Maximum length of a contributor's name; snarkjs cuts longer ones. */
const NAME_CHARACTERS_MAX = 64;
const BEACON_BYTES_MAX = 255;
/** The beacon is hashed 2^10 times, the minimum of snarkjs. */
const BEACON_ITERATIONS_EXPONENT = 10;
const BEACON_NAME = "final beacon";
const ENTROPY_BYTES = 64;
const DIGEST_CHARACTERS = 16;

/** Returns the path of a circuit's key in a ceremony; each version of a circuit has its own. */
export function ceremonyKeyPath({ name, digest }: SetupCircuit, keysDir: string): string {
  return join(resolve(keysDir), `${name}-${digest.slice(0, DIGEST_CHARACTERS)}.zkey`);
}

/** Finds a circuit's key. @throws CEREMONY_KEY_MISSING */
export function findCeremonyKey(circuit: SetupCircuit, keysDir: string): string {
  const zkey = ceremonyKeyPath(circuit, keysDir);
  if (existsSync(zkey)) return zkey;
  throw groth16Error({ code: "CEREMONY_KEY_MISSING", circuit: circuit.name, zkey });
}

/**
 * Checks that a ceremony's key is whole. Damage is an error, because nobody can make the key again.
 *
 * A key with a recorded digest is compared with it. Any other key is checked point by point, which
 * takes seconds; then its digest is recorded beside it, if the folder is writable.
 *
 * @throws CEREMONY_KEY_DAMAGED
 */
export async function assertIntactKey(circuit: SetupCircuit, zkeyPath: string): Promise<void> {
  if (await areIntact(digestPath(zkeyPath), [zkeyPath])) return;
  const problem = await findZkeyDamage(zkeyPath, circuit.r1csPath);
  if (problem !== null) {
    const facts = { circuit: circuit.name, zkey: zkeyPath, problem };
    throw groth16Error({ code: "CEREMONY_KEY_DAMAGED", ...facts });
  }
  await writingToCache(() => recordDigests(digestPath(zkeyPath), [zkeyPath]));
}

/**
 * Creates the first key of a circuit, without contributions; an existing key stays.
 *
 * @param circuit - A compiled circuit.
 * @param ptauPath - Powers of tau, prepared for phase 2, at least as many as the circuit has rows.
 * @param keysDir - Folder of the keys, created if it is missing.
 * @returns The path of the key, and whether it existed already.
 * @throws PTAU_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED, CUSTOM_GATES, FOLDER_NOT_WRITABLE
 *
 * @example
 * const { zkeyPath, started } = await startCeremony(multiplier, ptauPath, `${folder}/keys`);
 * started; // true
 * isInsecureZkey(zkeyPath); // true
 */
export async function startCeremony(
  circuit: SetupCircuit,
  ptauPath: string,
  keysDir: string,
): Promise<{ zkeyPath: string; started: boolean }> {
  const zkeyPath = ceremonyKeyPath(circuit, keysDir);
  if (existsSync(zkeyPath)) return { zkeyPath, started: false };
  assertUsablePtau(circuit, ptauPath);
  await makeFolder(resolve(keysDir));
  await writeKey(zkeyPath, (path) => makeFirstKey(circuit, ptauPath, path));
  return { zkeyPath, started: true };
}

/** Creates a key and checks it, because snarkjs accepts damaged powers. */
async function makeFirstKey(
  { r1csPath }: SetupCircuit,
  ptauPath: string,
  path: string,
): Promise<void> {
  const refuse = (problem: string, cause?: unknown) =>
    groth16Error({ code: "PTAU_NOT_USABLE", file: ptauPath, problem }, { cause });
  try {
    await withSnarkjs((snarkjs) => snarkjs.newZKey(r1csPath, ptauPath, path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== undefined) throw cause; // the system's, as ENOSPC
    throw refuse(`snarkjs makes no key of it (${String(cause)})`, cause);
  }
  const damage = existsSync(path) ? await findZkeyDamage(path, r1csPath) : "there is none";
  if (damage !== null) throw refuse(`it is damaged, as the key that follows shows: ${damage}`);
}

/**
 * Multiplies delta by a secret from the system's generator, which is discarded at once.
 *
 * @param zkeyPath - Path of the key, which is replaced.
 * @param name - Name of the contributor, public in the key, 1 to 64 characters.
 * @returns The hash of the contribution in hex, for the contributor to publish.
 * @throws CONTRIBUTION_NOT_POSSIBLE, BINARY_FORMAT, FOLDER_NOT_WRITABLE
 *
 * @example
 * const { zkeyPath } = await startCeremony(multiplier, ptauPath, `${folder}/keys`);
 * (await contributeToKey(zkeyPath, "Ada")).length; // 128
 * isInsecureZkey(zkeyPath); // false
 */
export async function contributeToKey(zkeyPath: string, name: string): Promise<string> {
  assertContributionPossible(zkeyPath, name);
  const entropy = randomBytes(ENTROPY_BYTES).toString("hex");
  const hash = await writeKey(zkeyPath, (path) =>
    withSnarkjs((snarkjs) => snarkjs.contribute(zkeyPath, path, name, entropy)),
  );
  return Buffer.from(hash).toString("hex");
}

/**
 * Checks that a contribution is possible, without making it.
 *
 * @param zkeyPath - A key that does not exist yet takes any contribution.
 * @throws CONTRIBUTION_NOT_POSSIBLE
 */
export function assertContributionPossible(zkeyPath: string, name: string): void {
  assertOpen(zkeyPath);
  if (name !== "" && name.length <= NAME_CHARACTERS_MAX) return;
  const problem = `a name has 1 to ${NAME_CHARACTERS_MAX} characters`;
  throw groth16Error({ code: "CONTRIBUTION_NOT_POSSIBLE", zkey: zkeyPath, problem });
}

/**
 * Ends the ceremony of a key with a value that nobody could know before.
 *
 * @param zkeyPath - Path of the key, which is replaced; it has at least one contribution.
 * @param beacon - 1 to 255 bytes in hex, such as the hash of a block announced in advance.
 * @returns The hash of the contribution in hex.
 * @throws CONTRIBUTION_NOT_POSSIBLE, BINARY_FORMAT, FOLDER_NOT_WRITABLE
 *
 * @example
 * const { zkeyPath } = await startCeremony(multiplier, ptauPath, `${folder}/keys`);
 * await contributeToKey(zkeyPath, "Ada");
 * await applyBeaconToKey(zkeyPath, `0x${"5e".repeat(32)}`);
 * await contributeToKey(zkeyPath, "Bob"); // throws CONTRIBUTION_NOT_POSSIBLE
 */
export async function applyBeaconToKey(zkeyPath: string, beacon: string): Promise<string> {
  assertBeaconPossible(zkeyPath, beacon);
  assertSecret(zkeyPath);
  const hash = await writeKey(zkeyPath, (path) =>
    withSnarkjs((snarkjs) =>
      snarkjs.beacon(zkeyPath, path, BEACON_NAME, toHex(beacon), BEACON_ITERATIONS_EXPONENT),
    ),
  );
  return Buffer.from(hash).toString("hex");
}

/**
 * Checks that a beacon is possible once somebody has contributed, see {@link assertSecret}.
 *
 * @throws CONTRIBUTION_NOT_POSSIBLE
 */
export function assertBeaconPossible(zkeyPath: string, beacon: string): void {
  assertOpen(zkeyPath);
  const hex = toHex(beacon);
  if (/^(?:[0-9a-f]{2})+$/.test(hex) && hex.length <= 2 * BEACON_BYTES_MAX) return;
  const problem = `a beacon has 1 to ${BEACON_BYTES_MAX} bytes in hex`;
  throw groth16Error({ code: "CONTRIBUTION_NOT_POSSIBLE", zkey: zkeyPath, problem });
}

/** Checks that a key has a contribution, which a beacon needs. @throws CONTRIBUTION_NOT_POSSIBLE */
export function assertSecret(zkeyPath: string): void {
  if (hasSecret(zkeyPath)) return;
  const problem = "nobody has contributed a secret to it yet";
  throw groth16Error({ code: "CONTRIBUTION_NOT_POSSIBLE", zkey: zkeyPath, problem });
}

function hasSecret(zkeyPath: string): boolean {
  return existsSync(zkeyPath) && !isInsecureZkey(zkeyPath);
}

function toHex(beacon: string): string {
  return beacon.replace(/^0x/, "").toLowerCase();
}

/**
 * Verifies that a key follows from a circuit, these powers of tau and its contributions.
 *
 * @param circuit - The circuit, compiled from sources that the caller trusts.
 * @param ptauPath - The powers of tau that the ceremony started from.
 * @param zkeyPath - Path of the key.
 * @returns The report of snarkjs: the contributions with their hashes.
 * @throws CEREMONY_KEY_INVALID, PTAU_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED
 *
 * @example
 * const { zkeyPath } = await startCeremony(multiplier, ptauPath, `${folder}/keys`);
 * await verifyCeremony(multiplier, ptauPath, zkeyPath); // throws CEREMONY_KEY_INVALID
 * await contributeToKey(zkeyPath, "Ada");
 * const report = await verifyCeremony(multiplier, ptauPath, zkeyPath);
 * report.some((line) => line.includes("Ada")); // true
 */
export async function verifyCeremony(
  circuit: SetupCircuit,
  ptauPath: string,
  zkeyPath: string,
): Promise<readonly string[]> {
  assertUsablePtau(circuit, ptauPath);
  assertContributed(circuit, zkeyPath);
  const report: string[] = [];
  const problems: string[] = [];
  const ignore = () => undefined;
  const logger = {
    debug: ignore,
    info: (line: string) => report.push(line),
    warn: ignore,
    error: (line: string) => problems.push(line),
  };
  const isValid = await withSnarkjs((snarkjs) =>
    snarkjs.verifyFromR1cs(circuit.r1csPath, ptauPath, zkeyPath, logger),
  );
  if (isValid) return report;
  const problem = problems.at(-1) ?? "snarkjs does not accept it";
  throw groth16Error({
    code: "CEREMONY_KEY_INVALID",
    circuit: circuit.name,
    zkey: zkeyPath,
    problem,
  });
}

/** Refuses a key without a contribution. @throws CEREMONY_KEY_INVALID */
export function assertContributed({ name }: SetupCircuit, zkeyPath: string): void {
  if (hasSecret(zkeyPath)) return;
  const problem = "nobody has contributed a secret to it";
  throw groth16Error({ code: "CEREMONY_KEY_INVALID", circuit: name, zkey: zkeyPath, problem });
}

/** Refuses steps after a beacon, which would not cover them. */
function assertOpen(zkeyPath: string): void {
  if (!existsSync(zkeyPath)) return;
  const { contributions } = readZkeyVerifierPart(zkeyPath);
  if (!contributions.some(({ isBeacon }) => isBeacon)) return;
  const problem = "a beacon has ended its ceremony";
  throw groth16Error({ code: "CONTRIBUTION_NOT_POSSIBLE", zkey: zkeyPath, problem });
}

/**
 * Refuses powers from which snarkjs would make a broken key without an error.
 *
 * @throws PTAU_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED
 */
export function assertUsablePtau({ name, r1csPath }: SetupCircuit, file: string): void {
  const refuse = (problem: string) => groth16Error({ code: "PTAU_NOT_USABLE", file, problem });
  if (!existsSync(file)) throw refuse("there is no such file");
  const size = domainSize(readR1csHeader(r1csPath));
  withSections(file, "ptau", (sections) => {
    const header = sections.read(PTAU_SECTION.header);
    const exponent = dataView(header).getUint32(4 + ELEMENT_BYTES, true);
    if (!sections.has(PTAU_SECTION.lagrangeTauG1)) throw refuse("it is not prepared for phase 2");
    if (2 ** exponent >= size) return;
    throw refuse(`it has 2^${exponent} powers, and the circuit ${name} takes ${size}`);
  });
}

/** Lets `write` create a file, and replaces `zkeyPath` by it when it is whole. */
async function writeKey<T>(zkeyPath: string, write: (path: string) => Promise<T>): Promise<T> {
  const path = temporaryPath(zkeyPath);
  return writingTo(dirname(zkeyPath), async () => {
    try {
      const result = await write(path);
      await rename(path, zkeyPath);
      await recordDigests(digestPath(zkeyPath), [zkeyPath]);
      return result;
    } finally {
      await rm(path, { force: true });
    }
  });
}
