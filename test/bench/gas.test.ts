/**
 * Gas of L1 against the committed baseline `gas.json`. After a change on purpose write it anew:
 * `ROLLUP_BENCH=dump npx hardhat test mocha test/bench/gas.test.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { measureOperations } from "../../src/bench/operation-gas.ts";
import { createGasStages } from "../../src/plugin/bench/gas-stage.ts";
import { measureProofBatches } from "../../src/plugin/bench/proof-gas.ts";
import { measureExitsByPath } from "../helpers/exit-gas.ts";

const BASELINE = join(import.meta.dirname, "gas.json");
const BATCHES = [1, 2, 5, 10];
/** Of a whole L1 transaction with ten proofs, shared out among them. */
const GAS_PER_PROOF_MAX = 75_000;

/** Of one L1 transaction (EIP-7825). */
const L1_GAS_MAX = 16_777_216;

/** Compares a part of the baseline, or writes it. */
function expectBaseline(part: string, measured: unknown): void {
  const baseline = JSON.parse(readFileSync(BASELINE, "utf8")) as Record<string, unknown>;
  if (process.env["ROLLUP_BENCH"] === "dump") {
    writeFileSync(BASELINE, `${JSON.stringify({ ...baseline, [part]: measured }, null, 2)}\n`);
    return;
  }
  expect(measured).to.deep.equal(baseline[part]);
}

describe("Gas of L1", () => {
  it("is what it was for operations, empty blocks and users", async () => {
    expectBaseline("operations", await measureOperations(createGasStages(hre)));
  });

  it("is what it was for exits by path, and fits an L1 transaction", async () => {
    const exits = await measureExitsByPath();
    expectBaseline("exitsByPath", exits);
    for (const gas of Object.values(exits)) expect(gas).to.be.below(L1_GAS_MAX / 4);
  });

  it("is what it was for batches of real proofs, and at most 75,000 each for ten", async () => {
    const connection = await hre.network.create();
    const plan = { config: hre.config.rollup, preset: "minimal", prover: "kernel" } as const;
    const batches = await measureProofBatches(connection, plan, BATCHES);
    const exact = batches.map(({ proofs, calldataBytes, executionGas }) => {
      return { proofs, calldataBytes, executionGas };
    });
    expectBaseline("proofBatches", exact);
    expect(batches.at(-1)!.gasPerProof).to.be.at.most(GAS_PER_PROOF_MAX);
    await connection.close();
  });
});
