import { expect } from "chai";
import { parseDecimal } from "../../src/util/decimals.ts";
import {
  costOf,
  ETHER,
  FEE_MAX,
  type FeeModel,
  findTarget,
  kindFor,
  toFee,
  usageOf,
  valueOf,
} from "../../src/fees/model.ts";
import type { DueOperation } from "../../src/operator/fee-policy.ts";
import { isPackableFee, packFee } from "../../src/operations/packed.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const GWEI = 10n ** 9n;

function modelOf(changes: Partial<FeeModel> = {}): FeeModel {
  return {
    preset: PRESETS.full,
    target: findTarget(PRESETS.full, "64-main-6"),
    fillPercent: 100,
    blocksPerTransaction: 1,
    proofsPerTransaction: 1,
    weiPerMillionConstraints: 96n * GWEI,
    payoutGasMin: 0,
    ...changes,
  };
}

function due(changes: Partial<DueOperation> = {}): DueOperation {
  const nobody = { accountId: undefined, owner: undefined };
  return { type: "transfer", ...nobody, accountIdMax: 5, tokenId: 0, ...changes };
}

const TYPES = ["transfer", "transferToNew", "withdraw", "changePubKey", "forcedExit"] as const;

describe(`fees: model (${random.title})`, () => {
  it("shares a block's measured gas and constraints among its slots", () => {
    // 841,753 constraints; 81,142, 256,547 and 45,431 gas; 366, 3 and 2 of the transfer itself.
    expect(usageOf(modelOf(), due())).to.deep.equal({
      commit: 366 + 1_268,
      prove: 3 + 4_009,
      execute: 2 + 710,
      constraints: 13_153,
    });
    const half = usageOf(modelOf({ fillPercent: 50 }), due());
    expect(half.prove).to.equal(3 + 8_018);
    const together = modelOf({ blocksPerTransaction: 3, proofsPerTransaction: 9 });
    // The base of 21,000 is shared; five proofs take 485,176 gas together.
    expect(usageOf(together, due())).to.include({
      commit: 366 + Math.ceil((81_142 - 14_000) / 64),
      prove: 3 + Math.ceil(485_316 / 5 / 64),
    });
  });

  it("counts calldata at its floor price where that is more", () => {
    const { commit } = usageOf(modelOf({ target: findTarget(PRESETS.full) }), due());
    expect(commit).to.equal(640 + Math.ceil((21_000 + 10 * 1_056 + 1_100) / 256));
    const emptier = modelOf({ target: findTarget(PRESETS.full), fillPercent: 25 });
    expect(usageOf(emptier, due()).commit).to.equal(366 + 1_268);
  });

  it("charges payouts, new accounts and consents what they cost", () => {
    const model = modelOf();
    const gasOf = (changes: Partial<DueOperation>) => {
      const { commit, prove, execute } = usageOf(model, due(changes));
      return commit + prove + execute;
    };
    const transfer = gasOf({});
    expect(gasOf({ type: "transferToNew" }) - transfer).to.be.within(2_000, 2_200);
    expect(gasOf({ type: "withdraw" }) - transfer).to.be.within(44_000, 45_000);
    expect(gasOf({ type: "withdraw", tokenId: 3 })).to.be.below(gasOf({ type: "withdraw" }));
    expect(gasOf({ type: "forcedExit" })).to.be.above(gasOf({ type: "withdraw" }));
    const keys = (["eip712", "create2", "onchain"] as const).map((consent) =>
      gasOf({ type: "changePubKey", consent }),
    );
    expect(keys).to.deep.equal([...keys].sort((one, other) => other - one));
    expect(new Set(keys).size).to.equal(3);
    const unknown = gasOf({ type: "changePubKey" });
    expect(unknown).to.equal(keys[0]);
    const costly = usageOf(modelOf({ payoutGasMin: 90_000 }), due({ type: "withdraw" }));
    expect(costly.execute).to.be.within(90_710, 94_000);
  });

  it("charges for a costlier kind of block if the target does not hold the operation", () => {
    const model = modelOf();
    const kindOf = (changes: Partial<DueOperation>) => blockKindName(kindFor(model, due(changes)));
    expect(kindOf({})).to.equal("64-main-6");
    expect(kindOf({ tokenId: 8 })).to.equal("64-wide-6");
    expect(kindOf({ accountIdMax: 8 ** 6 })).to.equal("60-main-8");
    expect(kindOf({ accountIdMax: 8 ** 6, tokenId: 8 })).to.equal("16-wide-8");
    const small = modelOf({ target: findTarget(PRESETS.full, "16-main-6") });
    expect(blockKindName(kindFor(small, due({ tokenId: 8 })))).to.equal("16-wide-6");
    expect(blockKindName(kindFor(small, due({ accountIdMax: 8 ** 6 })))).to.equal("16-wide-8");
    const tiny = { ...small, target: { slots: 4, levels: 6, tokens: "main" } as const };
    expect(blockKindName(kindFor(tiny, due({ tokenId: 8 })))).to.equal("16-wide-6");
    expect(blockKindName(findTarget(PRESETS.full))).to.equal("256-main-6");
    expectCode("FEE_TARGET_UNKNOWN", () => findTarget(PRESETS.full, "7-main-6"));
  });

  it("computes costs as integers, and rounds up", () => {
    const usage = { commit: 10, prove: 20, execute: 30, constraints: 13_153 };
    const cost = costOf(modelOf({ weiPerMillionConstraints: 1n }), usage, 7n);
    expect(cost).to.deep.equal({ commit: 70n, prove: 140n, execute: 210n, proof: 1n, total: 421n });
  });

  it("converts to packable fees that are worth the cost, for any price and decimals", () => {
    for (let round = 0; round < 500; round++) {
      const price = {
        wei: 1n + random.bigint(1 + random.int(90)),
        decimals: random.int(31),
      };
      const cost = random.bigint(1 + random.int(80));
      const fee = toFee(cost, price);
      if (fee === undefined) {
        expect(cost * 10n ** BigInt(price.decimals) > FEE_MAX * price.wei).to.equal(true);
        continue;
      }
      expect(isPackableFee(fee)).to.equal(true);
      packFee(fee);
      expect(valueOf(fee, price) >= cost, `${cost} at ${price.wei}`).to.equal(true);
    }
  });

  it("takes the next packable fee, and none beyond the largest", () => {
    const eth = { wei: ETHER, decimals: 18 };
    expect(toFee(2_047n, eth)).to.equal(2_047n);
    expect(toFee(2_048n, eth)).to.equal(2_050n);
    expect(toFee(0n, eth)).to.equal(0n);
    expect(isPackableFee(FEE_MAX)).to.equal(true);
    expect(toFee(FEE_MAX, eth)).to.equal(FEE_MAX);
    expect(toFee(FEE_MAX + 1n, eth)).to.equal(undefined);
    expect(toFee(1n, { wei: 1n, decimals: 255 })).to.equal(undefined);
  });

  it("never names less when gas, proofs or emptier blocks cost more", () => {
    for (let round = 0; round < 200; round++) {
      const fillPercent = 1 + random.int(100);
      const weiPerMillionConstraints = random.bigint(50);
      const model = modelOf({ fillPercent, weiPerMillionConstraints });
      const type = TYPES[random.int(TYPES.length)]!;
      const operation = due({ type, tokenId: random.int(12), accountIdMax: random.int(8 ** 8) });
      const gasPrice = random.bigint(40);
      const price = { wei: 1n + random.bigint(60), decimals: 18 };
      const feeAt = (changed: FeeModel, gas: bigint) =>
        toFee(costOf(changed, usageOf(changed, operation), gas).total, price) ?? FEE_MAX + 1n;
      const fee = feeAt(model, gasPrice);
      expect(feeAt(model, gasPrice + random.bigint(30)) >= fee).to.equal(true);
      const costlier = { ...model, weiPerMillionConstraints: weiPerMillionConstraints + 5n };
      expect(feeAt(costlier, gasPrice) >= fee).to.equal(true);
      const emptier = { ...model, fillPercent: 1 + random.int(fillPercent) };
      expect(feeAt(emptier, gasPrice) >= fee).to.equal(true);
    }
  });
});

describe("fees: decimal texts", () => {
  it("reads what JSON and people write, without floating point", () => {
    expect(parseDecimal("0.00042", 18)).to.equal(420_000_000_000_000n);
    expect(parseDecimal("4.2e-4", 18)).to.equal(420_000_000_000_000n);
    expect(parseDecimal("12E+2", 2)).to.equal(120_000n);
    expect(parseDecimal("0.1234567890123456789", 18)).to.equal(123_456_789_012_345_678n);
    expect(parseDecimal("3", 0)).to.equal(3n);
  });

  it("refuses everything else", () => {
    const texts = ["", "-1", "+1", ".5", "1.", "1e", "NaN", "Infinity", "0x10", "1 ", "1,5"];
    for (const text of [...texts, "1e999", "1e61", "9".repeat(81)]) {
      expect(parseDecimal(text, 18), text).to.equal(undefined);
    }
  });
});
