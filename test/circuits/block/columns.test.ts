import { expect } from "chai";
import { digestOf, evaluate, headerWord } from "../../../src/block/commitment.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import {
  packAmount,
  packFee,
  closestPackableAmountBelow,
  closestPackableFeeBelow,
} from "../../../src/operations/packed.ts";
import { MAIN_TOKENS, TREE_ARITY } from "../../../src/protocol/kinds.ts";
import { PRESETS, tokenCapacity } from "../../../src/protocol/presets.ts";
import { expectCircuitRefusal } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
const LEVELS = 3;

for (const [tokens, tailLevels, tokenMax] of [
  ["main", 0, MAIN_TOKENS - 1],
  ["wide", preset.tailLevels, tokenCapacity(preset) - 1],
] as const) {
  describe(`DecodeColumns circuit of ${tokens} tokens, ${random.title}`, () => {
    let circuit: Circuit;
    before(async () => {
      circuit = await loadTemplate("block/slot.circom", `DecodeColumns(${LEVELS}, ${tailLevels})`);
    });

    const decoded = {
      accountA: BigInt(TREE_ARITY ** LEVELS - 1),
      accountB: BigInt(TREE_ARITY ** LEVELS - 1),
      token: BigInt(tokenMax),
      packedAmount: (1n << 40n) - 1n,
      packedFee: (1n << 16n) - 1n,
    };
    const operation = { op: 0n, ...decoded, amount: 0n, address: 0n };

    it("accepts the largest value of every column", async () => {
      const witness = await circuit.calculateWitness({ operation });
      expect(circuit.checkWitness(witness)).to.equal(null);
    });

    for (const [column, largest] of Object.entries(decoded)) {
      it(`refuses a larger ${column}`, async () => {
        const wide = { ...operation, [column]: largest + 1n };
        await expectCircuitRefusal(circuit, { operation: wide });
      });
    }

    it("unpacks amounts and fees as TypeScript packs them", async () => {
      for (let round = 0; round < 20; round++) {
        const amount = closestPackableAmountBelow(random.bigint(1 + random.int(128)));
        const fee = closestPackableFeeBelow(random.bigint(1 + random.int(110)));
        const packed = { packedAmount: packAmount(amount), packedFee: packFee(fee) };
        const witness = await circuit.calculateWitness({ operation: { ...operation, ...packed } });
        expect(witness[circuit.wire("main.amount")]).to.equal(amount);
        expect(witness[circuit.wire("main.fee")]).to.equal(fee);
      }
    });
  });
}

describe(`DecodeHeader circuit, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadTemplate("block/block.circom", "DecodeHeader()");
  });

  it("unpacks the columns of a header", async () => {
    const timestamp = random.bigint(64);
    const feeAccountId = random.int(2 ** 24);
    const header = headerWord({ blockNumber: random.int(2 ** 32), timestamp, feeAccountId });
    const witness = await circuit.calculateWitness({ header });
    expect(witness[circuit.wire("main.timestamp")]).to.equal(timestamp);
    expect(witness[circuit.wire("main.feeAccountId")]).to.equal(BigInt(feeAccountId));
  });

  it("refuses a header wider than its columns", async () => {
    await expectCircuitRefusal(circuit, { header: 1n << 120n });
  });
});

describe(`Public data circuits, ${random.title}`, () => {
  for (const length of [3, 15, 18, 45]) {
    it(`digest and evaluation of ${length} elements equal those of TypeScript`, async () => {
      const elements = Array.from({ length }, () => random.field());
      const z = random.field();
      const file = "block/public-data.circom";
      const chain = await loadTemplate(file, `DigestChain(${length})`);
      const digest = (await chain.calculateWitness({ elements }))[chain.wire("main.digest")];
      expect(digest).to.equal(digestOf(elements));
      const polynomial = await loadTemplate(file, `Evaluation(${length})`);
      const y = (await polynomial.calculateWitness({ elements, z }))[polynomial.wire("main.y")];
      expect(y).to.equal(evaluate(elements, z));
    });
  }
});
