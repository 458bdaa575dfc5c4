/** Attacks on circuits: inputs that break a rule, and honest witnesses with a changed value. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkConstraints, indexConstraints } from "../../src/groth16/check-witness.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { R1cs } from "../../src/groth16/formats/r1cs.ts";
import {
  createUncheckedCalculator,
  type WitnessCalculator,
} from "../../src/circom/witness-generator.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import type { Witness } from "../../src/groth16/formats/wtns.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { expectCode } from "./expect-code.ts";
import { CIRCUITS } from "./template-circuit.ts";

/**
 * Expects that a circuit refuses inputs: its witness generator fails, and the witness that it
 * computes without its asserts violates a constraint.
 *
 * @param rule - Tag of the rule that must be the first to fail.
 */
export async function expectCircuitRefusal(
  circuit: Circuit,
  inputs: InputValues,
  rule?: string,
): Promise<void> {
  const refusal: unknown = await circuit.calculateWitness(inputs).catch((error: unknown) => error);
  const { facts } = expectCode("CIRCUIT_ASSERT_FAILED", () => {
    if (refusal instanceof Error) throw refusal;
  });
  if (rule !== undefined) {
    const rules = (facts["trace"] as string[]).flatMap(rulesAt);
    expect(rules, (facts["trace"] as string[]).join("\n")).to.include(rule);
  }
  const calculate = await uncheckedCalculator(circuit);
  const forged = calculate(inputs);
  expect(circuit.checkWitness(forged), "a violated constraint").to.not.equal(null);
}

const unchecked = new WeakMap<Circuit, Promise<WitnessCalculator>>();

/**
 * Returns the calculator of a circuit that computes witnesses without checking constraints, like an
 * attacker.
 */
export function uncheckedCalculator(circuit: Circuit): Promise<WitnessCalculator> {
  const known = unchecked.get(circuit) ?? createUncheckedCalculator(circuit);
  unchecked.set(circuit, known);
  return known;
}

/**
 * Returns the rules of a line that a witness generator reports: the tags `// RULE <tag>` in the
 * nearest comment above it, in the same paragraph.
 */
function rulesAt(report: string): string[] {
  const [, template, line] = /^Error in template (\w+)_\d+ line: (\d+)$/.exec(report)!;
  const before = templateFile(template!).slice(0, Number(line) - 1);
  const paragraph = before.slice(before.lastIndexOf("") + 1);
  const isComment = (text: string) => /^\s*\/\//.test(text);
  const end = paragraph.findLastIndex(isComment) + 1;
  const start = paragraph.slice(0, end).findLastIndex((text) => !isComment(text)) + 1;
  const comment = paragraph.slice(start, end).join("\n");
  return [...comment.matchAll(/\/\/ RULE (\w+)/g)].map(([, rule]) => rule!);
}

/** Reads the lines of the file that declares a template. */
function templateFile(template: string): string[] {
  const files = readdirSync(CIRCUITS, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".circom"))
    .map((path) => readFileSync(join(CIRCUITS, path), "utf8"));
  return files.find((text) => text.includes(`template ${template}(`))!.split("\n");
}

/**
 * Finds the wires whose value alone an attacker could change without violating a constraint.
 *
 * @param wires - The wires to try; default: all but the constant 1.
 */
export function findFreeWires(
  r1cs: R1cs,
  honest: Witness,
  wires: readonly number[] = [...honest.keys()].slice(1),
): number[] {
  const constraintsOf = indexConstraints(r1cs);
  const witness = [...honest];
  const isFree = (wire: number): boolean =>
    forgeriesOf(honest[wire]!).some((forgery) => {
      witness[wire] = forgery;
      const violated = checkConstraints(r1cs, witness, constraintsOf(wire));
      witness[wire] = honest[wire]!;
      return violated === null;
    });
  return wires.filter(isFree);
}

/** An input that an attacker has changed, and the resulting witness. */
export interface ForgedInput {
  /** Element of an input signal, "op[0]". */
  readonly signal: string;
  readonly witness: Witness;
}

/** Increments inputs, one at a time. @param signals - Elements of the input signals, "op[0]". */
export async function forgeInputs(
  circuit: Circuit,
  honest: InputValues,
  signals: readonly string[],
): Promise<ForgedInput[]> {
  const calculate = await uncheckedCalculator(circuit);
  return signals.map((signal) => {
    const path = signal.split(/[[\]]+/).filter((part) => part !== "");
    const forged = changeAt(honest, path, (value) => (value + 1n) % FIELD_MODULUS);
    return { signal, witness: calculate(forged as InputValues) };
  });
}

/** Finds the inputs that an attacker could increment alone, with all other wires recomputed. */
export async function findFreeInputs(
  circuit: Circuit,
  honest: InputValues,
  signals: readonly string[],
): Promise<string[]> {
  const forged = await forgeInputs(circuit, honest, signals);
  const accepted = forged.filter(({ witness }) => circuit.checkWitness(witness) === null);
  return accepted.map(({ signal }) => signal);
}

/** Lists every input signal of the first slot and fee token, with one sibling only. */
export function firstElements({ inputs }: Circuit): string[] {
  return inputs.flatMap(({ name, shape }) => {
    const first = name + shape.map(() => "[0]").join("");
    const isPerBranch = shape.length === 2;
    return isPerBranch ? [first, `${name}[0][1]`] : [first];
  });
}

/** Copies nested arrays and objects with a changed value at the end of a path. */
function changeAt(
  tree: unknown,
  [key, ...rest]: readonly string[],
  change: (value: bigint) => bigint,
): unknown {
  if (key === undefined) return change(tree as bigint);
  const child = changeAt((tree as Record<string, unknown>)[key], rest, change);
  return Array.isArray(tree)
    ? tree.with(Number(key), child)
    : { ...(tree as object), [key]: child };
}

/** Returns values to replace an honest one: its successor, the other bit, and zero. */
function forgeriesOf(value: bigint): bigint[] {
  const forgeries = [value + 1n, FIELD_MODULUS + 1n - value, 0n].map((v) => v % FIELD_MODULUS);
  return forgeries.filter((forgery) => forgery !== value);
}
