/** Circuits and bundles for tests of the prover that runs in pages and in Node. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleBrowser } from "../../src/bench/bundle-browser.ts";
import { compileCircuit } from "../../src/circom/compile.ts";
import { readVerificationKey } from "../../src/groth16/formats/verification-key.ts";
import { createDevSetup } from "../../src/groth16/setup/dev-setup.ts";
import type { ProofWithSignals, VerificationKey } from "../../src/groth16/snarkjs.ts";
import { withSnarkjs } from "../../src/groth16/snarkjs.ts";
import { createRandom } from "../helpers/random.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";
import type { Content } from "../../src/bench/site.ts";
import { createSyntheticKey } from "../groth16/synthetic-key.ts";

/** A circuit with its files. */
export interface ProvenCircuit {
  readonly wasmPath: string;
  readonly zkeyPath: string;
  readonly key: VerificationKey;
}

export interface PortableWorld {
  readonly folder: string;
  /** fixtures/weighted.circom. */
  readonly weighted: ProvenCircuit;
  /** A key of some thousand constraints, and a witness of it. */
  readonly large: Pick<ProvenCircuit, "zkeyPath" | "key"> & { readonly witnessPath: string };
  remove(): Promise<void>;
}

const LARGE_CONSTRAINTS = 12_000;

export async function createPortableWorld(): Promise<PortableWorld> {
  const folder = await mkdtemp(join(tmpdir(), "portable-"));
  const file = join(folder, "weighted.circom");
  await cp(join(import.meta.dirname, "fixtures/weighted.circom"), file);
  const compiling = { optimization: 1, cacheDir: join(folder, "cache") } as const;
  const { r1csPath, wasmPath } = await compileCircuit({ file, ...compiling });
  const zkeyPath = join(folder, "weighted.zkey");
  await createDevSetup({ r1csPath, zkeyPath, seed: "weighted" });
  const options = { constraints: LARGE_CONSTRAINTS, bitEvery: 0, random: createRandom() };
  const large = await createSyntheticKey(folder, "large", options);
  const witnessPath = join(folder, "large.wtns");
  await writeFile(witnessPath, large.witness);
  return {
    folder,
    weighted: { wasmPath, zkeyPath, key: await readVerificationKey(zkeyPath) },
    large: { zkeyPath: large.zkeyPath, key: large.verificationKey, witnessPath },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a site serves: the bundles as the package has them, and the files of the circuits. */
export async function createContents(world: PortableWorld): Promise<Record<string, Content>> {
  const { folder, weighted, large } = world;
  await bundleBrowser(PROJECT_ROOT, join(folder, "bundles"));
  const cut = join(folder, "cut.zkey");
  await writeFile(cut, (await readFile(weighted.zkeyPath)).subarray(0, -200));
  return {
    "/groth16.js": { file: join(folder, "bundles/groth16.js") },
    "/groth16-worker.js": { file: join(folder, "bundles/groth16-worker.js") },
    "/weighted.wasm": { file: weighted.wasmPath },
    "/weighted.zkey": { file: weighted.zkeyPath },
    "/cut.zkey": { file: cut },
    "/large.zkey": { file: large.zkeyPath },
    "/large.wtns": { file: large.witnessPath },
  };
}

/** Installs the package's manifest and bundles to a project, as npm does. */
export async function installBundles(world: PortableWorld, project: string): Promise<void> {
  const target = join(project, "node_modules/hardhat-zkrollup");
  await mkdir(join(target, "dist"), { recursive: true });
  await cp(join(PROJECT_ROOT, "package.json"), join(target, "package.json"));
  await cp(join(world.folder, "bundles"), join(target, "dist/browser"), { recursive: true });
}

/** Whether snarkjs accepts a proof. */
export function isAccepted(key: VerificationKey, proven: ProofWithSignals): Promise<boolean> {
  return withSnarkjs((snarkjs) => snarkjs.verify(key, proven));
}
