import { expect } from "chai";
import type { AppliedBlock } from "../../src/block/block.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { hasExtension } from "../../src/operations/codec.ts";
import { isSigned } from "../../src/operations/operation.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { findFreeInputs, findFreeWires, firstElements } from "../helpers/forged-witness.ts";
import { honestBlock } from "../helpers/honest-block.ts";
import { MIDDLE, TALL } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { wireNames } from "../helpers/weakened-circuit.ts";

const random = createRandom();

/** A signal that a prover may choose, and the blocks in which it may. */
interface FreeSignal {
  readonly name: RegExp;
  readonly when: (applied: AppliedBlock, indices: readonly number[]) => boolean;
}

const FREE_WIRES: readonly FreeSignal[] = [
  // The hint for an inverse that does not exist: the output is 1 for any hint.
  { name: /\.Is(Zero|Equal)_\w+\.inverse$/, when: () => true },
  // AssertAtMost: the hint of an implication between sums of bits, the first of which is 0.
  { name: /\.(above|below|AssertAtMost_\w+)\.hints\[\d+\]$/, when: () => true },
  // The slot has no extension: the hint that shows one has no effect.
  {
    name: /^main\.slot\[(\d)\]\.EncodeSlot_\w+\.inverse$/,
    when: ({ slots }, [slot]) => !hasExtension(slots[slot!]!.operation.type),
  },
];

/** Inputs that a prover may choose; they determine all other signals. */
const FREE_INPUTS: readonly FreeSignal[] = [
  // The slot is unsigned: its signature and range of validity need only be well formed.
  {
    name: /^(?:validFrom|validUntil|s)\[(\d)\]$/,
    when: ({ slots }, [slot]) => !isSigned(slots[slot!]!.operation),
  },
  // The slot pays no fee: it adds 0 to the sum that it names.
  {
    name: /^feeTokenIndex\[(\d)\]$/,
    when: ({ slots }, [slot]) => {
      const { operation } = slots[slot!]!;
      return !isSigned(operation) || operation.fee === 0n;
    },
  },
  // A block of main tokens reads no tail: the compiler has removed these inputs, which are 0.
  {
    name: /^(?:feeTailBalance|tailBalance)\[\d\]/,
    when: ({ block }) => block.kind.tokens === "main",
  },
  // Two of the block's fee tokens are the same: a fee may be in the sum of either.
  {
    name: /^feeTokenIndex\[\d\]$/,
    when: ({ fees }) => new Set(fees.map(({ tokenId }) => tokenId)).size < fees.length,
  },
  // No slot pays in the token: crediting 0 changes no balance.
  { name: /^feeToken\[(\d)\]$/, when: ({ fees }, [f]) => fees[f!]!.amount === 0n },
];

/** All kinds of a small rollup; and a kind below the height of its tree, with siblings above it. */
const SUITES = [
  ...PRESETS.minimal.blockKinds.map((kind) => {
    return { preset: PRESETS.minimal, kind, types: OPERATION_NAMES };
  }),
  { preset: TALL, kind: MIDDLE, types: [random.pick(OPERATION_NAMES)] },
];

for (const { preset, kind, types } of SUITES)
  describe(`Forged witnesses of ${blockKindName(kind)}, ${random.title}`, () => {
    let circuit: Circuit;
    let names: ReadonlyMap<number, string>;
    before(async () => {
      circuit = await loadBlockCircuit(preset, kind);
      names = wireNames(circuit);
    });

    for (const type of types) {
      it(`${type}: no wire can be changed`, async () => {
        const { applied, input } = honestBlock(random, preset, type, kind);
        const witness = await circuit.calculateWitness(input);
        const free = findFreeWires(circuit.constraints(), witness);
        expectListed(
          free.map((wire) => names.get(wire)!),
          FREE_WIRES,
          applied,
        );
      });

      it(`${type}: no input can be changed, even with all other signals recomputed`, async () => {
        const { applied, input } = honestBlock(random, preset, type, kind);
        const free = await findFreeInputs(circuit, input, firstElements(circuit));
        expectListed(free, FREE_INPUTS, applied);
      });
    }

    it("an unsigned slot accepts any well-formed key and signature", async () => {
      const { ax, ay, r8x, r8y, s } = honestBlock(random, preset, "withdraw", kind).input;
      const unsigned = honestBlock(random, preset, "deposit", kind).input;
      const witness = await circuit.calculateWitness({ ...unsigned, ax, ay, r8x, r8y, s });
      expect(circuit.checkWitness(witness)).to.equal(null);
    });
  });

function expectListed(
  names: readonly string[],
  list: readonly FreeSignal[],
  applied: AppliedBlock,
): void {
  const unlisted = names.filter(
    (name) =>
      !list.some((signal) => {
        const match = signal.name.exec(name);
        return match !== null && signal.when(applied, match.slice(1).map(Number));
      }),
  );
  expect(unlisted).to.deep.equal([]);
}
