/**
 * The folder that a worker proves with: for each key of a rollup its witness generator, proving key
 * and verification key, and a list of them with hashes. Neither Hardhat nor a compiler is needed.
 */
import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Circuit } from "../circom/circuit.ts";
import { createWitnessCalculator } from "../circom/witness-generator.ts";
import { hashFile } from "../groth16/files/digests.ts";
import { makeFolder, writeFileAtomically, writingTo } from "../groth16/files/files.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { encodeWitness } from "../groth16/formats/wtns.ts";
import type { ProverChoice } from "../groth16/provers/prover.ts";
import { createGroth16Workers, type Groth16Workers } from "../groth16/provers/workers.ts";
import type { VerificationKey } from "../groth16/snarkjs.ts";
import { createCircuitProver } from "../prover/circuit-prover.ts";
import type { Prover } from "../prover/prover.ts";
import { once } from "../util/once.ts";
import { farmError } from "./errors.ts";
import type { FarmKey } from "./job.ts";

/** A circuit of the rollup with its key. */
export interface KeyedCircuit extends FarmKey {
  readonly zkeyPath: string;
  readonly loaded: Pick<Circuit, "name" | "inputs" | "wasmPath">;
}

/** What a worker proves with. */
export interface WorkerKeys {
  readonly keys: readonly FarmKey[];
  /** Its threads are the caller's to end: {@link Prover.close}. */
  readonly prover: Prover;
}

const LIST = "keys.json";
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const listSchema = z.object({
  version: z.literal(1),
  keys: z
    .array(
      z.object({
        keyId: z.number().int().nonnegative(),
        name: z.string().regex(/^[\w-]+$/),
        circuit: hex,
        key: hex,
        wasm: hex,
        zkey: hex,
        inputs: z.array(
          z.object({ name: z.string(), shape: z.array(z.number()), public: z.boolean() }),
        ),
      }),
    )
    .min(1),
});
type ListedKey = z.infer<typeof listSchema>["keys"][number];

/** SHA-256 of a verification key's JSON, as manifests of builds have it. */
export function hashVerificationKey(key: VerificationKey): string {
  return createHash("sha256").update(JSON.stringify(key)).digest("hex");
}

/**
 * Writes the folder of a worker.
 *
 * @param folder - Created if it is missing; files of the same names are replaced.
 * @returns The paths of the files.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeWorkerKeys(
  folder: string,
  circuits: readonly KeyedCircuit[],
): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  const write = async (name: string, put: (path: string) => Promise<unknown>) => {
    const path = join(folder, name);
    await writingTo(folder, () => put(path));
    paths.push(path);
    return hashFile(path);
  };
  const keys: ListedKey[] = [];
  for (const { keyId, circuit, key, zkeyPath, loaded } of circuits) {
    const { name } = loaded;
    const wasm = await write(`${name}.wasm`, (path) => copyFile(loaded.wasmPath, path));
    const zkey = await write(`${name}.zkey`, (path) => copyFile(zkeyPath, path));
    const vkey = JSON.stringify(await readVerificationKey(zkeyPath), null, 2);
    await write(`${name}.vkey.json`, (path) => writeFileAtomically(path, [vkey]));
    const inputs = loaded.inputs.map((input) => ({ ...input, shape: [...input.shape] }));
    keys.push({ keyId, name, circuit, key, wasm, zkey, inputs });
  }
  // The list is last: a folder without it is unfinished.
  const list = JSON.stringify({ version: 1, keys }, null, 2);
  await write(LIST, (path) => writeFileAtomically(path, [list]));
  return paths;
}

/**
 * Reads the folder of a worker, and checks its files.
 *
 * @param choice - Who proves: `"kernel"`, `"snarkjs"` or `{ external: command }`.
 * @throws FARM_KEYS_INVALID
 */
export async function openWorkerKeys(folder: string, choice: ProverChoice): Promise<WorkerKeys> {
  const listed = await readList(folder);
  const circuits = new Map<number, Pick<Circuit, "prove" | "verify">>();
  const workers = createGroth16Workers();
  for (const key of listed)
    circuits.set(key.keyId, await openCircuit(folder, key, workers, choice));
  return {
    keys: listed.map(({ keyId, circuit, key }) => ({ keyId, circuit, key })),
    prover: createCircuitProver({
      name: typeof choice === "string" ? choice : "external",
      capacity: 1,
      circuitOf: (keyId) => Promise.resolve(circuits.get(keyId)!),
      close: () => workers.close(),
    }),
  };
}

async function readList(folder: string): Promise<ListedKey[]> {
  const refuse = (problem: string) => farmError({ code: "FARM_KEYS_INVALID", folder, problem });
  const text = await readFile(join(folder, LIST), "utf8").catch(() => undefined);
  if (text === undefined) throw refuse(`there is no ${LIST}`);
  try {
    return listSchema.parse(JSON.parse(text)).keys;
  } catch {
    throw refuse(`its ${LIST} is damaged`);
  }
}

/** @throws FARM_KEYS_INVALID */
async function openCircuit(
  folder: string,
  { name, key, wasm, zkey, inputs }: ListedKey,
  workers: Groth16Workers,
  choice: ProverChoice,
): Promise<Pick<Circuit, "prove" | "verify">> {
  const refuse = (problem: string) => farmError({ code: "FARM_KEYS_INVALID", folder, problem });
  const [wasmPath, zkeyPath] = [join(folder, `${name}.wasm`), join(folder, `${name}.zkey`)];
  for (const [path, expected] of [
    [wasmPath, wasm],
    [zkeyPath, zkey],
  ] as const) {
    const actual = await hashFile(path).catch(() => undefined);
    if (actual !== expected) throw refuse(`${path} is ${actual ? "damaged" : "missing"}`);
  }
  const verificationKey = await readVerificationKey(zkeyPath);
  if (hashVerificationKey(verificationKey) !== key) {
    throw refuse(`the proving key of ${name} is not the one that is listed`);
  }
  const calculate = once(() => createWitnessCalculator({ name, wasmPath, inputs }, () => {}));
  return {
    prove: async (input) => {
      const witness = (await calculate())(input);
      return workers.prove(choice, zkeyPath, encodeWitness(witness));
    },
    verify: (proven) => workers.verify(verificationKey, proven),
  };
}
