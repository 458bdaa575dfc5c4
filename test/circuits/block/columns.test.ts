import { expect } from "chai";
import { digestOf, evaluate, headerWord } from "../../../src/block/commitment.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import {
  packAmount,
  packFee,
  closestPackableAmountBelow,
  closestPackableFeeBelow,
} from "../../../src/operations/packed.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../../../src/protocol/presets.ts";
import { expectCircuitRefusal } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

describe(`DecodeColumns circuit, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    const { treeArity, stateTreeLevels, tokenTreeLevels } = preset;
    const parameters = [treeArity, stateTreeLevels, tokenTreeLevels].join(", ");
    circuit = await loadTemplate("block/slot.circom", `DecodeColumns(${parameters})`);
  });

  const operation = {
    op: 0n,
    accountA: BigInt(accountCapacity(preset) - 1),
    accountB: BigInt(accountCapacity(preset) - 1),
    token: BigInt(tokenCapacity(preset) - 1),
    packedAmount: (1n << 40n) - 1n,
    packedFee: (1n << 16n) - 1n,
    amount: (1n << 128n) - 1n,
    address: (1n << 160n) - 1n,
  };

  it("accepts the largest value of every column", async () => {
    const witness = await circuit.calculateWitness({ operation });
    expect(circuit.checkWitness(witness)).to.equal(null);
  });

  for (const [column, largest] of Object.entries(operation).slice(1)) {
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
