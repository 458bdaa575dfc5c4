import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import {
  addPoints,
  BASE8,
  multiplyBase,
  type Point,
  SUBGROUP_ORDER,
} from "../../src/crypto/baby-jubjub.ts";
import { negate, reduce } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { OPERATION_NAMES, OPERATIONS } from "../../src/operations/table.ts";
import { EXTENSION_OP_SHIFT_BITS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { honestBlock } from "../helpers/honest-block.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit, loadTemplate } from "../helpers/template-circuit.ts";
import { expectEachNeeded } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

/** The flags of `OperationFlags` that are sums. */
const FLAG_NAMES = [
  "signed",
  "debitsA",
  "debitsB",
  "creditsB",
  "setsKey",
  "hasExtension",
  "showsAmount",
  "showsNonce",
];

/** Expects that the circuit refuses the inputs, and accepts them without that constraint. */
async function expectNeeded(circuit: Circuit, inputs: InputValues): Promise<void> {
  await expectCircuitRefusal(circuit, inputs);
  await expectEachNeeded(circuit, inputs);
}

/**
 * Constraints that determine nothing and have no rule's tag: each is the only one that refuses some
 * forgery.
 */
describe(`Assertions, ${random.title}`, () => {
  it("a cell with another value", async () => {
    const circuit = await loadTemplate("state/cells.circom", "ReplaceCell()");
    const cells = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => random.field()));
    const [column, row] = [
      [1, 0, 1],
      [0, 1, 1],
    ];
    const honest = { cells, column, row, old: cells[6]![5]!, new: 7n };
    expect(circuit.checkWitness(await circuit.calculateWitness(honest))).to.equal(null);
    await expectNeeded(circuit, { ...honest, old: reduce(honest.old + 1n) });
  });

  it("a balance that its tail does not have", async () => {
    const circuit = await loadTemplate("state/balances.circom", "UpdateBalance(1)");
    const row = Array.from({ length: 8 }, () => random.bigint(120));
    const tails = [random.field(), poseidon(row), random.field(), random.field()];
    const honest = {
      balances: new Array<bigint>(8).fill(0n),
      tails,
      isMain: new Array<bigint>(8).fill(0n),
      isTail: [0, 1, 0, 0],
      tailBits: [[0, 1, 0]],
      tailBalance: row[2]!,
      tailSiblings: [row.toSpliced(2, 1)],
      change: 5n,
    };
    expect(circuit.checkWitness(await circuit.calculateWitness(honest))).to.equal(null);
    await expectNeeded(circuit, { ...honest, tailBalance: honest.tailBalance + 1n });
    await expectNeeded(circuit, { ...honest, isTail: [1, 0, 0, 0] });
  });

  it("an extension whose address makes its first element zero", async () => {
    const circuit = await loadTemplate("block/public-data.circom", "EncodeSlot()");
    const names = [...OPERATION_NAMES, ...FLAG_NAMES];
    for (const type of ["deposit", "transferToNew", "refund"] as const) {
      const set = [type, "hasExtension", ...(type === "transferToNew" ? [] : ["showsAmount"])];
      const flags = Object.fromEntries(names.map((name) => [name, set.includes(name) ? 1 : 0]));
      const { code } = OPERATIONS[type];
      const ids = { accountA: 0, accountB: 1, token: 0 };
      const amounts = { packedAmount: 0, packedFee: 0, amount: 0 };
      const address = random.bigint(160);
      const operation = { op: code, ...ids, ...amounts, address };
      const honest = { flags, operation, nonce: 0, pubKeyHash: 0 };
      expect(circuit.checkWitness(await circuit.calculateWitness(honest))).to.equal(null);
      const hidden = negate(BigInt(code) << BigInt(EXTENSION_OP_SHIFT_BITS));
      await expectNeeded(circuit, { ...honest, operation: { ...operation, address: hidden } });
    }
  });

  it("a point that is not on the curve", async () => {
    const circuit = await loadTemplate("lib/baby-jubjub.circom", "AssertOnCurve()");
    await expectNeeded(circuit, { point: { x: BASE8.y, y: BASE8.x } });
  });

  it("a number wider than its bits", async () => {
    const circuit = await loadTemplate("lib/bits.circom", "ToBits(16)");
    for (const number of [1n << 16n, negate(1n)]) await expectNeeded(circuit, { in: number });
  });

  it("a fee added to the sum of another token", async () => {
    const circuit = await loadTemplate("block/fees.circom", "FeeSums(1, 2)");
    for (const index of [0, 1]) {
      await expectNeeded(circuit, {
        token: [5],
        fee: [9],
        feeToken: [6, 7],
        feeTokenIndex: [index],
      });
    }
  });

  for (const [zero, one] of [
    [0n, 1n],
    [-1n, 1n],
    [1n, -1n],
  ] as const) {
    it(`a number above a bound, of bits ${zero} and ${one}, at each run of zeros`, async () => {
      const n = 64;
      const maximum = (1n << 63n) + random.bigint(63);
      const instance = `AssertAtMost(${n}, ${maximum}, ${zero}, ${one})`;
      const circuit = await loadTemplate("lib/bits.circom", instance);
      for (const number of numbersAbove(maximum, n)) {
        const bitOf = (i: number) => (((number >> BigInt(i)) & 1n) === 1n ? one : zero);
        const bits = Array.from({ length: n }, (_, i) => reduce(bitOf(i)));
        await expectNeeded(circuit, { bits, scale: 1 });
      }
    });
  }

  for (const [name, change] of [
    ["a link that is no bit", { linksNext: [2, 0], batch: [0, 0], content: [5, 0] }],
    ["a link after the last slot", { linksNext: [0, 1], batch: [0, 0] }],
    ["an unsigned first part", { signed: [0, 1] }],
    ["an unsigned last part", { signed: [1, 0] }],
    ["a commitment without a batch", { linksNext: [0, 0], batch: [9, 0] }],
    ["a commitment to another batch", { batch: [8, 8] }],
    ["two commitments in one batch", { batch: [8, 9] }],
  ] as const) {
    it(`a batch: ${name}`, async () => {
      const circuit = await loadTemplate("block/batches.circom", "AssertBatches(2)");
      const honest = { linksNext: [1, 0], batch: [9, 9], content: [5, 9], signed: [1, 1] };
      expect(circuit.checkWitness(await circuit.calculateWitness(honest))).to.equal(null);
      await expectNeeded(circuit, { ...honest, ...change });
    });
  }

  it("the digest and the evaluation of the public data", async () => {
    const circuit = await loadBlockCircuit(preset, wholeKind(preset));
    const { input } = honestBlock(random, preset, "transfer");
    await expectNeeded(circuit, { ...input, digest: reduce(input.digest + 1n) });
    await expectNeeded(circuit, { ...input, y: reduce(input.y + 1n) });
  });
});

/** The number with a one at the end of each run of zeros in the bits of the maximum. */
function numbersAbove(maximum: bigint, n: number): bigint[] {
  const bits = Array.from({ length: n }, (_, i) => (maximum >> BigInt(i)) & 1n);
  const ends = [...bits.keys()].filter((i) => bits[i] === 0n && (i === 0 || bits[i - 1] === 1n));
  return ends.map((i) => maximum + (1n << BigInt(i)));
}

/** Signatures by a key's owner in which only one coordinate of the equation is right. */
describe(`The equation of a signature, ${random.title}`, () => {
  const ORDER_TWO: Point = { x: 0n, y: negate(1n) };
  const circuit = () => loadTemplate("lib/eddsa.circom", "EdDSAPoseidonVerifier()");

  for (const [coordinate, torsion] of [
    ["x", undefined],
    ["y", ORDER_TWO],
  ] as const) {
    it(`is enforced in ${coordinate}`, async () => {
      const [scalar, nonce] = [1n + random.bigint(250), 1n + random.bigint(250)];
      const [key, base] = [multiplyBase(scalar), multiplyBase(nonce)];
      const r8 = torsion === undefined ? base : addPoints(base, torsion);
      const message = random.field();
      const h = poseidon([r8.x, r8.y, key.x, key.y, message]);
      // S·B8 + 4A = -((2h + 1)·4A + R8 - T), so that exactly one coordinate has the wrong sign.
      const exponent = -(nonce + 4n * (2n * h + 2n) * scalar);
      const s = ((exponent % SUBGROUP_ORDER) + SUBGROUP_ORDER) % SUBGROUP_ORDER;
      const inputs = { enabled: 1, ax: key.x, ay: key.y, r8x: r8.x, r8y: r8.y, s, message };
      await expectNeeded(await circuit(), inputs);
    });
  }
});
