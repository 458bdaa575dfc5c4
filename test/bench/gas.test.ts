/**
 * Gas of L1 against the committed baseline `gas.json`. After an intended change, rewrite it with
 * `ROLLUP_BENCH=dump npx hardhat test mocha test/bench/gas.test.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { measureOperations } from "../../src/bench/operation-gas.ts";
import { createGasStages } from "../../src/plugin/bench/gas-stage.ts";
import { measureProofBatches } from "../../src/plugin/bench/proof-gas.ts";
import { measureClaims } from "../helpers/claim-gas.ts";
import { measureMainExits, measureTailExits } from "../helpers/exit-gas.ts";

const BASELINE = join(import.meta.dirname, "gas.json");
const BATCHES = [1, 2, 5, 10];
/** Gas of an L1 transaction with ten proofs, per proof. */
const GAS_PER_PROOF_MAX = 75_000;

/** Gas limit of one L1 transaction (EIP-7825). */
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
  it("equals the baseline for operations, empty blocks and users", async () => {
    expectBaseline("operations", await measureOperations(createGasStages(hre)));
  });

  it("equals the baseline for exits by path, and fits an L1 transaction", async () => {
    const exits = { main: await measureMainExits(), tail: await measureTailExits() };
    expectBaseline("exitsByPath", exits);
    for (const gas of Object.values(exits).flatMap(Object.values)) {
      expect(gas).to.be.below(L1_GAS_MAX / 4);
    }
  });

  it("equals the baseline for claims of promises at acceptance, and fits", async () => {
    const claims = { dev: await measureClaims("dev"), full: await measureClaims("full") };
    expectBaseline("claims", claims);
    for (const { executionGas } of Object.values(claims).flatMap(Object.values)) {
      expect(executionGas).to.be.below(L1_GAS_MAX / 4);
    }
  });

  it("equals the baseline for real proofs, at most 75,000 each in a batch of ten", async () => {
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
