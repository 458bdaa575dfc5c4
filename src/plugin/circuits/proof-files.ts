/** The files of a circuit's proof, in snarkjs's form: where they are, reading and verifying. */
import { readFile, stat } from "node:fs/promises";
import { inspect } from "node:util";
import { dirname, join, relative } from "node:path";
import type { CompiledCircuit } from "../../circom/compile.ts";
import { isPlonk, type Protocol, PROTOCOLS, type ProvenBy } from "../../circom/protocols.ts";
import type { ProtocolKey } from "../../circom/verifier-source.ts";
import { writeFileAtomically } from "../../groth16/files/files.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { createPlonkWorkers } from "../../plonk/workers.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { publicNames } from "./circuit-info.ts";
import type { CircuitNames } from "./names.ts";

const PROOF_FILE = "proof.json";
const PUBLIC_FILE = "public.json";
const WITNESS_FILE = "witness.wtns";
/** Maximum bytes of a file: 800,000 public values. */
const FILE_BYTES_MAX = 1 << 26;

/** Absolute paths of the files. */
export interface ProofFiles {
  readonly proof: string;
  readonly public: string;
}

/** A proof of any protocol, which its own `protocol` names. */
export type AnyProven = ProvenBy[Protocol];

/** The folder in the cache for a circuit's witness and proof. */
export function proofFolder({ path }: Pick<CircuitNames, "path">, config: RollupConfig): string {
  return join(config.paths.cache, "proofs", ...path.split("/"));
}

/** The file of a witness in a folder. */
export function witnessFile(folder: string): string {
  return join(folder, WITNESS_FILE);
}

/** Writes a proof with its public values. @throws FOLDER_NOT_WRITABLE */
export async function writeProof(
  folder: string,
  { proof, publicSignals }: AnyProven,
): Promise<ProofFiles> {
  const files = { proof: join(folder, PROOF_FILE), public: join(folder, PUBLIC_FILE) };
  await writeFileAtomically(files.proof, [`${JSON.stringify(proof, null, 1)}\n`]);
  await writeFileAtomically(files.public, [`${JSON.stringify(publicSignals, null, 1)}\n`]);
  return files;
}

/** Where a proof is read. */
export interface ProofPlace {
  /** Path of the proof. Default: in the folder. */
  readonly proof: string | undefined;
  /** Path of the public values. Default: beside the proof. */
  readonly public: string | undefined;
  /** Folder of the circuit; undefined if no circuit is named, so that both files are. */
  readonly folder: string | undefined;
  /** Name of the circuit, for errors. */
  readonly circuit: string | null;
}

/**
 * Reads a proof with its public values. Their form is not checked yet.
 *
 * @throws PROOF_FILE_MISSING, PROOF_FILE_INVALID
 */
export async function readProof(place: ProofPlace): Promise<ProofFiles & { proven: AnyProven }> {
  const { folder = "." } = place;
  // A file that the user names says nothing about the circuit.
  const ofCircuit = (named?: string) =>
    place.proof === undefined && named === undefined ? place.circuit : null;
  const proof = place.proof ?? join(folder, PROOF_FILE);
  const values = place.public ?? join(dirname(proof), PUBLIC_FILE);
  const proven = {
    proof: await readJson(proof, "proof", ofCircuit()),
    publicSignals: await readJson(values, "list of public values", ofCircuit(place.public)),
  };
  if (!isObject(proven.proof)) throw notAn("object", proof, "proof");
  if (!Array.isArray(proven.publicSignals)) {
    throw notAn("array", values, "list of public values");
  }
  return { proof, public: values, proven: proven as unknown as AnyProven };
}

/** Reads a verification key. @throws PROOF_FILE_MISSING, PROOF_FILE_INVALID */
export async function readKey(file: string): Promise<ProtocolKey["verificationKey"]> {
  const key = await readJson(file, "verification key", null);
  if (!isObject(key)) throw notAn("object", file, "verification key");
  return key as unknown as ProtocolKey["verificationKey"];
}

async function readJson(file: string, content: string, circuit: string | null): Promise<unknown> {
  const shown = relative(process.cwd(), file);
  const invalid = (reason: string) =>
    pluginError({ code: "PROOF_FILE_INVALID", content, file: shown, reason });
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) throw invalid(`it has more than ${FILE_BYTES_MAX} bytes`);
    // A decoder leaves out the mark that some editors write first.
    return JSON.parse(new TextDecoder().decode(await readFile(file))) as unknown;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw pluginError({ code: "PROOF_FILE_MISSING", content, file: shown, circuit });
    }
    throw code === "PROOF_FILE_INVALID" ? error : invalid(message);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notAn(type: string, file: string, content: string) {
  const shown = relative(process.cwd(), file);
  const reason = `the JSON is no ${type}`;
  return pluginError({ code: "PROOF_FILE_INVALID", content, file: shown, reason });
}

/** Names the public values of a proof by their signals, outputs first: "product", "b[0]". */
export function namePublicSignals(
  circuit: CompiledCircuit,
  publicSignals: readonly string[],
): Record<string, bigint> {
  const names = publicNames(circuit);
  return Object.fromEntries(publicSignals.map((value, index) => [names[index]!, BigInt(value)]));
}

/** Names the protocol of a proof. @throws PROOF_MALFORMED */
export function protocolOf({ proof }: AnyProven): Protocol {
  const { protocol } = proof;
  const known = PROTOCOLS.find((name) => name === protocol);
  if (known !== undefined) return known;
  throw groth16Error({ code: "PROOF_MALFORMED", problem: `its protocol is ${inspect(protocol)}` });
}

/**
 * Whether a proof is valid for its public values under a key.
 *
 * @throws PROOF_OF_OTHER_PROTOCOL, PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED
 */
export async function verifyProof(
  key: ProtocolKey["verificationKey"],
  proven: AnyProven,
): Promise<boolean> {
  const protocol = protocolOf(proven);
  if (key.protocol !== protocol && (PROTOCOLS as readonly string[]).includes(key.protocol)) {
    throw pluginError({ code: "PROOF_OF_OTHER_PROTOCOL", proof: protocol, key: key.protocol });
  }
  if (!isPlonk(protocol)) {
    const workers = createGroth16Workers();
    return workers.verify(key as never, proven as never).finally(workers.close);
  }
  const workers = createPlonkWorkers();
  return workers.verify(protocol, key as never, proven as never).finally(workers.close);
}
