/**
 * Verifier contracts in Vyper with their bytecode, which scripts/compile-vyper.ts has compiled: the
 * EVM of the tests has no Vyper compiler. A test compares each source with the generator's.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { generateVyperVerifier } from "../../src/groth16/verifier/vyper.ts";
import type { Workspace } from "../circom/workspace.ts";

const FOLDER = join(import.meta.dirname, "vyper");

export const VYPER_FIXTURES = [
  { contract: "squarer", circuit: "squarer", insecure: true },
  { contract: "squarer-secure", circuit: "squarer", insecure: false },
  { contract: "seven-inputs", circuit: "seven-inputs", insecure: true },
] as const;

export type VyperFixture = (typeof VYPER_FIXTURES)[number];

export function vyperPaths({ contract }: VyperFixture) {
  return { source: join(FOLDER, `${contract}.vy`), compiled: join(FOLDER, `${contract}.json`) };
}

/** What the compiler made of a source. */
export interface CompiledVyper {
  /** Version of the compiler. */
  readonly vyper: string;
  readonly bytecode: string;
}

export async function readCompiledVyper(fixture: VyperFixture): Promise<CompiledVyper> {
  return JSON.parse(await readFile(vyperPaths(fixture).compiled, "utf8")) as CompiledVyper;
}

export function loadFixtureCircuit(fixture: VyperFixture, workspace: Workspace): Promise<Circuit> {
  return loadCircuit(workspace.options(fixture.circuit));
}

/** Generates the source for the development key, which is the same everywhere. */
export async function generateFixture(fixture: VyperFixture, circuit: Circuit): Promise<string> {
  const key = { name: fixture.circuit, verificationKey: await circuit.verificationKey() };
  return generateVyperVerifier({ key, insecure: fixture.insecure });
}
