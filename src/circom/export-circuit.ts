/** Writes what belongs to a circuit in the layout of circom and snarkjs, for other programs. */
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder, writeFileAtomically, writingTo } from "../groth16/files/files.ts";
import { publicCount } from "../groth16/formats/r1cs.ts";
import { renderR1csJson } from "../groth16/formats/r1cs-json.ts";
import { DEFAULT_PRIME } from "../crypto/primes.ts";
import { encodeWitness, type Witness } from "../groth16/formats/wtns.ts";
import type { Circuit } from "./circuit.ts";
import type { CompiledCircuit } from "./compile.ts";
import { isInsecureKey } from "./proof-systems.ts";
import { type Protocol, type ProvenBy } from "./protocols.ts";
import { toSolidityCalldata } from "./solidity-proof.ts";
import {
  generateVerifierSource,
  generateVyperSource,
  type VerifierLanguage,
  type VerifierSourceOptions,
} from "./verifier-source.ts";
import type { InputValues } from "./witness-inputs.ts";

/** A loaded circuit with inputs, outputs and signals of any type. */
type ExportableCircuit<P extends Protocol> = Pick<
  Circuit<never, object, object, P>,
  | Exclude<keyof CompiledCircuit, number>
  | "protocol"
  | "zkeyPath"
  | "verificationKey"
  | "calculateWitness"
  | "proveWitness"
>;

export interface ExportOptions {
  /** Folder to write into; created if missing. Files of the same names are replaced. */
  readonly output: string;
  /** Name of the contract in NAME_verifier.sol. Default `"Verifier"`. */
  readonly contractName?: string;
  /** Language of the contract; Vyper is for Groth16 only. Default `"solidity"`. */
  readonly verifierLanguage?: VerifierLanguage;
  /** Values of all input signals: their witness and proof are written, too. */
  readonly inputs?: InputValues;
}

/**
 * Writes a circuit's files: NAME.r1cs, NAME.json with the same constraints, NAME.sym,
 * NAME_substitutions.json, NAME_js/NAME.wasm, NAME.zkey, verification_key.json and, if there is a
 * public value, NAME_verifier.sol or NAME_verifier.vy; with inputs also input.json, NAME.wtns,
 * proof.json, public.json and calldata.txt. A circuit for another prime than BN254's has no key and
 * no proof.
 *
 * @param circuit - A loaded circuit, whose key is made if it is missing.
 * @param options - `output`, the folder; `contractName`; `verifierLanguage`; `inputs`.
 * @returns The absolute paths of the files.
 * @throws FOLDER_NOT_WRITABLE, VERIFIER_LANGUAGE, and as `prove` and `zkeyPath` of the circuit
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const output = `${hre.config.paths.cache}/exported`;
 * const files = await exportCircuit(multiplier, { output, inputs: { a: 3, b: 11 } });
 * files.some((file) => file.endsWith("proof.json")); // true
 */
export async function exportCircuit<P extends Protocol>(
  circuit: ExportableCircuit<P>,
  { output, contractName = "Verifier", verifierLanguage = "solidity", inputs }: ExportOptions,
): Promise<string[]> {
  const folder = resolve(output);
  await makeFolder(folder);
  const files: string[] = [];
  const place = (name: string) => {
    const path = join(folder, name);
    files.push(path);
    return path;
  };
  const copy = (from: string, name: string) => writingTo(folder, () => copyFile(from, place(name)));
  const write = (name: string, ...chunks: (string | Uint8Array)[]) =>
    writeFileAtomically(place(name), chunks);
  const { name, r1csPath, symPath, substitutionsPath, wasmPath } = circuit;
  await copy(r1csPath, `${name}.r1cs`);
  await write(`${name}.json`, ...renderR1csJson(r1csPath));
  await copy(symPath, `${name}.sym`);
  await copy(substitutionsPath, `${name}_substitutions.json`);
  await writingTo(folder, () => mkdir(join(folder, `${name}_js`), { recursive: true }));
  await copy(wasmPath, join(`${name}_js`, `${name}.wasm`));
  const { prime } = circuit.stats;
  if (prime !== DEFAULT_PRIME) {
    if (inputs !== undefined) await writeWitness(circuit, inputs, write);
    return files;
  }
  const zkeyPath = await circuit.zkeyPath();
  await copy(zkeyPath, `${name}.zkey`);
  const verificationKey = await circuit.verificationKey();
  await write("verification_key.json", json(verificationKey));
  if (publicCount(circuit.stats) > 0) {
    const { protocol } = circuit;
    const insecure = isInsecureKey(zkeyPath, protocol);
    const options = { contractName, name, zkeyPath, insecure, protocol, verificationKey };
    const typed = options as unknown as VerifierSourceOptions;
    if (verifierLanguage === "vyper") {
      await write(`${name}_verifier.vy`, generateVyperSource(typed));
    } else {
      await write(`${name}_verifier.sol`, await generateVerifierSource(typed));
    }
  }
  if (inputs !== undefined) await writeProof(circuit, inputs, write);
  return files;
}

async function writeWitness(
  {
    name,
    stats,
    calculateWitness,
  }: Pick<ExportableCircuit<Protocol>, "name" | "stats" | "calculateWitness">,
  inputs: InputValues,
  write: (name: string, ...chunks: (string | Uint8Array)[]) => Promise<void>,
): Promise<Witness> {
  const witness = await calculateWitness(inputs as never);
  await write("input.json", json(inputs));
  await write(`${name}.wtns`, encodeWitness(witness, stats.prime));
  return witness;
}

async function writeProof<P extends Protocol>(
  circuit: ExportableCircuit<P>,
  inputs: InputValues,
  write: (name: string, ...chunks: (string | Uint8Array)[]) => Promise<void>,
): Promise<void> {
  const witness = await writeWitness(circuit, inputs, write);
  const proven: ProvenBy[P] = await circuit.proveWitness(witness);
  await write("proof.json", json(proven.proof));
  await write("public.json", json(proven.publicSignals));
  await write("calldata.txt", `${toSolidityCalldata(circuit.protocol, proven)}\n`);
}

/** Numbers beyond those of JSON are text, as snarkjs reads them; typed arrays are arrays. */
function json(value: unknown): string {
  const toJson = (_key: string, entry: unknown): unknown => {
    if (typeof entry === "bigint") return String(entry);
    if (!ArrayBuffer.isView(entry) || entry instanceof DataView) return entry;
    return Array.from(entry as Uint8Array | BigUint64Array, String);
  };
  return `${JSON.stringify(value, toJson, 1)}\n`;
}
