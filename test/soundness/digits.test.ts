import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { toMain } from "../../src/bench/building-blocks.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { compileCircuit } from "../../src/circom/compile.ts";
import { wiresOf } from "../../src/circom/equations.ts";
import { PartialWitness } from "../../src/circom/determinacy/partial-witness.ts";
import { weakenCircuit } from "../../src/circom/determinacy/weakened.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { createSigningKey, publicKey, sign } from "../../src/crypto/eddsa.ts";
import { indexConstraints } from "../../src/groth16/check-witness.ts";
import type { Witness } from "../../src/groth16/formats/wtns.ts";
import { createRandom } from "../helpers/random.ts";
import { CIRCUITS, loadTemplate } from "../helpers/template-circuit.ts";
import { DIGIT, FREE_HINT, OF_DIGITS } from "../helpers/weakened-block.ts";
import {
  constraintsOf,
  describeConstraint,
  inputWires,
  violatedConstraints,
  wireNames,
  wiresNamed,
} from "../helpers/weakened-circuit.ts";

const random = createRandom();
const WINDOWS = 83;

/** The digits of S, which a prover chooses: what they can be, and what depends on them. */
describe(`Digits of a signature, ${random.title}`, () => {
  let fixed: Circuit;
  let eddsa: Circuit;
  before(async () => {
    fixed = await loadTemplate("lib/scalar-mul-fixed.circom", "ScalarMulFixed()");
    eddsa = await loadTemplate("lib/eddsa.circom", "EdDSAPoseidonVerifier()");
  });

  it("determine all signals of ScalarMulFixed, and every other constraint is needed", async () => {
    const r1cs = fixed.constraints();
    const honest = await fixed.calculateWitness({ s: random.bigint(251) });
    const rows = rowsOfDigits(fixed);
    expect(rows.length).to.equal(3 * WINDOWS + 2);
    const weakened = weakenCircuit(r1cs, honest, wiresNamed(fixed, DIGIT), rows);
    expect(weakened.undetermined).to.deep.equal([]);
    const others = [...constraintsOf(r1cs)].filter((row) => !rows.includes(row));
    const unmissed = others.filter((row) => !weakened.isMissed(row));
    const names = wireNames(fixed);
    expect(unmissed.map((row) => describeConstraint(r1cs, row, names))).to.deep.equal([]);
  });

  it("are limited by constraints of which each refuses some forgery alone", async () => {
    const honest = await fixed.calculateWitness({ s: random.bigint(251) });
    const windows = Array.from({ length: WINDOWS }, (_, i) =>
      [`isLarge[${i}]`, `addends[${i}].u`, `addends[${i}].v`].map((name) =>
        fixed.wire(`main.${name}`),
      ),
    );
    const tops = [0, 1].map((i) => [fixed.wire(`main.topBits[${i}]`)]);
    const refusing = [...windows, ...tops].flatMap((digit) =>
      digit.map((_, index) => forgeDigit(fixed, honest, digit, index)),
    );
    expect(refusing).to.have.members(rowsOfDigits(fixed));
  });

  it("are computed from an input that is in no constraint, which a build reports", async () => {
    const folder = await mkdtemp(join(tmpdir(), "digits-"));
    const { source } = toMain({ file: "lib/eddsa.circom", instance: "EdDSAPoseidonVerifier()" });
    const file = join(folder, "signature.circom");
    await writeFile(file, source);
    const cacheDir = join(folder, "cache");
    const options = { file, includePaths: [CIRCUITS], cacheDir, optimization: 1 } as const;
    const { unusedInputs } = await compileCircuit(options);
    await rm(folder, { recursive: true });
    expect(unusedInputs).to.deep.equal(["s"]);
  });

  for (const enabled of [0, 1]) {
    it(`are all that the inputs leave open, if enabled is ${enabled}`, async () => {
      const signingKey = createSigningKey(random.bytes(32));
      const { x: ax, y: ay } = publicKey(signingKey);
      const message = random.field();
      const { r8, s } = sign(signingKey, message);
      const input = { enabled, ax, ay, r8x: r8.x, r8y: r8.y, s, message };
      const check = createDeterminacyCheck(
        eddsa.constraints(),
        await eddsa.calculateWitness(input),
      );
      const names = wireNames(eddsa);
      const [given, digits] = [inputWires(eddsa), wiresNamed(eddsa, DIGIT)];
      const open = check(given).undetermined.filter((wire) => !FREE_HINT.test(names.get(wire)!));
      expect(open).to.include.members(digits);
      expect(open.map((wire) => names.get(wire)!).filter((name) => !OF_DIGITS.test(name))).to.be
        .empty;
      // A point that a signature compares is determined even without digits.
      const left = ["x", "y"].map((coordinate) => eddsa.wire(`main.left.sum.${coordinate}`));
      expect(left.map((wire) => open.includes(wire))).to.deep.equal(left.map(() => enabled === 0));
      const rest = check([...given, ...digits]).undetermined.map((wire) => names.get(wire)!);
      expect(rest.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
    });
  }
});

/** Returns the constraints that have digits only. */
function rowsOfDigits(circuit: Circuit): number[] {
  const r1cs = circuit.constraints();
  const digits = new Set(wiresNamed(circuit, DIGIT));
  return [...constraintsOf(r1cs)].filter((row) =>
    wiresOf(r1cs, row).every((wire) => digits.has(wire)),
  );
}

/**
 * Changes one part of a digit, and all that follows from it, so that only one constraint fails.
 *
 * @param digit - Its wires; each has a constraint with none but the wires before it.
 * @param index - Of the wire that gets a random value. Those before it keep theirs.
 * @returns The violated constraint.
 */
function forgeDigit(
  circuit: Circuit,
  honest: Witness,
  digit: readonly number[],
  index: number,
): number {
  const r1cs = circuit.constraints();
  const rowsOf = indexConstraints(r1cs);
  const rows = [...rowsOf(digit[0]!)].sort(
    (a, b) => wiresOf(r1cs, a).length - wiresOf(r1cs, b).length,
  );
  const violated = rows[index]!;
  const isFree = new Uint8Array(r1cs.wires).fill(1, 1);
  const others = wiresNamed(circuit, DIGIT).filter((wire) => !digit.includes(wire));
  const kept = [...others, ...digit.slice(0, index)].map((wire) => [wire, honest[wire]!] as const);
  const otherRowsOf = (wire: number) => rowsOf(wire).filter((row) => row !== violated);
  // Half of all field elements have no square root, so that v has no value.
  for (;;) {
    const partial = new PartialWitness(r1cs, otherRowsOf, honest, isFree);
    let isPossible = partial.assign([...kept, [digit[index]!, random.field()]]);
    for (const row of rows.slice(index + 1, digit.length)) {
      const ways = isPossible ? partial.ways(row) : [];
      isPossible = ways.length > 0 && partial.assign(random.pick(ways));
    }
    if (!isPossible) continue;
    expect(violatedConstraints(r1cs, partial.toWitness())).to.deep.equal([violated]);
    return violated;
  }
}
