/** The fees of a full block against what L1 really takes for it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { measureFullBlocks } from "../../src/bench/operation-gas.ts";
import { costOf, ETHER, type FeeModel, toFee, usageOf } from "../../src/fees/model.ts";
import type { DueOperation } from "../../src/operator/fee-policy.ts";
import { createGasStages } from "../../src/plugin/bench/gas-stage.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";

const GAS_PRICE_WEI = 7n * 10n ** 9n;
const preset = PRESETS.full;
/** Kinds that differ in what L1 takes: by their slots. */
const KINDS = preset.blockKinds.filter(({ tokens }) => tokens === "main");
const SMALL = KINDS.filter(({ slots }) => slots === 16);

/** The sample operations of users, and what their fee depends on. */
const OPERATIONS: Readonly<Record<string, Partial<DueOperation>>> = {
  transferToNew: { type: "transferToNew" },
  withdrawEth: { type: "withdraw" },
  withdrawErc20: { type: "withdraw", tokenId: 1 },
  forcedExit: { type: "forcedExit" },
  changePubKeyEip712: { type: "changePubKey", consent: "eip712" },
  changePubKeyOnChain: { type: "changePubKey", consent: "onchain" },
  changePubKeyCreate2: { type: "changePubKey", consent: "create2" },
};

interface ProofBatch {
  readonly calldataBytes: number;
  readonly executionGas: number;
}

/** Gas of an L1 transaction with one real proof; the measured blocks have none. */
function proofGas(): number {
  const file = join(import.meta.dirname, "../bench/gas.json");
  const baseline = JSON.parse(readFileSync(file, "utf8")) as { proofBatches: ProofBatch[] };
  const { calldataBytes, executionGas } = baseline.proofBatches[0]!;
  return 21_000 + 16 * calldataBytes + executionGas;
}

/** Fees of a block of one operation over the costs of L1, in percent. */
async function coverage(name: string, kinds: typeof KINDS): Promise<bigint[]> {
  const blocks = await measureFullBlocks(createGasStages(hre), kinds, name);
  return kinds.map((target, index) => {
    const { commit, execute } = blocks[index]!;
    const model: FeeModel = {
      preset,
      target,
      fillPercent: 100,
      blocksPerTransaction: 1,
      proofsPerTransaction: 1,
      weiPerMillionConstraints: 0n,
      payoutGasMin: 0,
    };
    const nobody = { accountId: undefined, owner: undefined };
    const plain = { type: "transfer", ...nobody, accountIdMax: 5, tokenId: 0 } as const;
    const operation: DueOperation = { ...plain, ...OPERATIONS[name] };
    const cost = costOf(model, usageOf(model, operation), GAS_PRICE_WEI).total;
    const fees = BigInt(target.slots) * toFee(cost, { wei: ETHER, decimals: 18 })!;
    const paid = BigInt(commit.gas + proofGas() + execute.gas) * GAS_PRICE_WEI;
    return (100n * fees) / paid;
  });
}

describe("fees: coverage of L1 costs, without any margin", () => {
  for (const [index, kind] of KINDS.entries()) {
    it(`covers a full ${blockKindName(kind)} block of transfers`, async () => {
      const [percent] = await coverage("transfer", [KINDS[index]!]);
      expect(Number(percent)).to.be.within(100, 110);
    });
  }

  for (const name of Object.keys(OPERATIONS)) {
    it(`covers a full block of ${name}`, async () => {
      const [percent] = await coverage(name, SMALL);
      expect(Number(percent)).to.be.within(100, 110);
    });
  }
});
