/** Attackers: inputs that break a rule, and honest witnesses in which somebody changed a value. */
import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { checkConstraints, indexConstraints } from "../../src/circuits/check-witness.ts";
import type { Circuit } from "../../src/circuits/circuit.ts";
import type { R1cs } from "../../src/circuits/r1cs.ts";
import { createWitnessCalculator } from "../../src/circuits/witness-generator.ts";
import type { InputValues } from "../../src/circuits/witness-inputs.ts";
import type { Witness } from "../../src/circuits/wtns.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { expectCode } from "./expect-code.ts";
import { CIRCUITS } from "./template-circuit.ts";

/**
 * Expects that a circuit refuses inputs: its witness generator stops, and what the generator
 * makes when its asserts are taken out violates a constraint.
 *
 * @param rule Tag of the rule that has to be the first to fail.
 */
export async function expectCircuitRefusal(
  circuit: Circuit,
  inputs: object,
  rule?: string,
): Promise<void> {
  const refusal: unknown = await circuit.calculateWitness(inputs as InputValues).catch((e) => e);
  const { facts } = expectCode("CIRCUIT_ASSERT_FAILED", () => {
    if (refusal instanceof Error) throw refusal;
  });
  if (rule !== undefined) {
    const rules = (facts["trace"] as string[]).flatMap(rulesAt);
    expect(rules, (facts["trace"] as string[]).join("\n")).to.include(rule);
  }
  const forged = await calculateUnchecked(circuit, inputs);
  expect(circuit.checkWitness(forged), "a violated constraint").to.not.equal(null);
}

/** What a prover computes who does not care whether the constraints hold. */
export async function calculateUnchecked(circuit: Circuit, inputs: object): Promise<Witness> {
  const wasmPath = `${circuit.wasmPath}.unchecked`;
  await writeFile(wasmPath, withoutAsserts(await readFile(circuit.wasmPath)));
  const calculate = await createWitnessCalculator({ ...circuit, wasmPath });
  return calculate(inputs as InputValues);
}

/**
 * Takes the asserts out of a witness generator: where one fails, circom's code returns the error
 * code 4, `i32.const 4; return; end`, and that becomes `nop; nop; nop; end`.
 */
function withoutAsserts(wasm: Uint8Array): Uint8Array {
  const failure = Buffer.from([0x41, 0x04, 0x0f, 0x0b]);
  const patched = Buffer.from(wasm);
  for (let at = patched.indexOf(failure); at >= 0; at = patched.indexOf(failure, at)) {
    patched.set([0x01, 0x01, 0x01], at);
  }
  return patched;
}

/** The tags of the comments `// RULE <tag>` above a line that a witness generator reports. */
function rulesAt(report: string): string[] {
  const [, template, line] = /^Error in template (\w+)_\d+ line: (\d+)$/.exec(report)!;
  const lines = templateFile(template!);
  const rules: string[] = [];
  for (let index = Number(line) - 2; /^\s*\/\//.test(lines[index]!); index--) {
    const [, rule] = /\/\/ RULE (\w+)/.exec(lines[index]!) ?? [];
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/** The lines of the file that declares a template. */
function templateFile(template: string): string[] {
  const files = readdirSync(CIRCUITS, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".circom"))
    .map((path) => readFileSync(join(CIRCUITS, path), "utf8"));
  return files.find((text) => text.includes(`template ${template}(`))!.split("\n");
}

/**
 * The wires whose value an attacker could change alone without violating any constraint.
 *
 * @param wires The wires to try.
 */
export function findFreeWires(r1cs: R1cs, honest: Witness, wires: Iterable<number>): number[] {
  const constraintsOf = indexConstraints(r1cs);
  const witness = [...honest];
  const isFree = (wire: number): boolean =>
    forgeriesOf(honest[wire]!).some((forgery) => {
      witness[wire] = forgery;
      const violated = checkConstraints(r1cs, witness, constraintsOf(wire));
      witness[wire] = honest[wire]!;
      return violated === null;
    });
  return [...wires].filter(isFree);
}

/** Values to put in the place of an honest one: its successor, the other bit, and zero. */
function forgeriesOf(value: bigint): bigint[] {
  const forgeries = [
    (value + 1n) % FIELD_MODULUS,
    (FIELD_MODULUS + 1n - value) % FIELD_MODULUS,
    0n,
  ];
  return forgeries.filter((forgery) => forgery !== value);
}
