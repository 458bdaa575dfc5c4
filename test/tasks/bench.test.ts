/** The benchmarks as a user runs them, on small sizes: that they run and add up, not how fast. */
import { join } from "node:path";
import { expect } from "chai";
import type { CryptoBench } from "../../src/bench/crypto.ts";
import type { L1Costs } from "../../src/bench/operation-gas.ts";
import type { ProverBench } from "../../src/bench/prover.ts";
import type { SetupBench } from "../../src/bench/setup.ts";
import type { ProofBatch } from "../../src/plugin/bench/proof-gas.ts";
import type { BlockReport } from "../../src/plugin/demo/block-report.ts";
import { runHardhat } from "../helpers/hardhat-cli.ts";

const SCRIPT = join(import.meta.dirname, "../helpers/external-prover.mjs");
const EXTERNAL = `"${process.execPath}" "${SCRIPT}" {zkey} {wtns} {proof} {public}`;

interface Results {
  readonly crypto: CryptoBench;
  readonly l1: L1Costs & {
    readonly blocks: readonly (BlockReport & { gasPerOperation: number })[];
    readonly proofBatches: readonly ProofBatch[];
  };
  readonly setup: SetupBench;
  readonly prover: ProverBench;
}

describe("tasks: bench", function () {
  this.timeout(300_000);

  async function bench(...args: string[]): Promise<Results> {
    const { exitCode, stdout, stderr } = await runHardhat("rollup:bench", ...args, "--json");
    expect(exitCode, stderr).to.equal(0);
    return JSON.parse(stdout) as Results;
  }

  it("measures provers in one run, an external one too", async () => {
    const sizes = ["--power", "8", "--external", EXTERNAL];
    const { setup, prover } = await bench("setup", "prover", ...sizes);
    expect(setup).to.include({ constraints: 246 });
    expect(prover.provers).to.have.all.keys("kernel", "snarkjs", "external");
    const { kernel, snarkjs, external } = prover.provers;
    expect(kernel).to.include({ wallRatio: 1, cpuRatio: 1 });
    expect(snarkjs!.wallRatio).to.equal(snarkjs!.wallSeconds / kernel!.wallSeconds);
    expect(external).to.have.all.keys("wallSeconds", "wallRatio");
  });

  it("measures hashes and signatures beside other libraries", async () => {
    const { crypto } = await bench("crypto");
    expect(crypto.notInstalled).to.deep.equal([]);
    expect(crypto.poseidon).to.have.all.keys("2", "5", "8", "16");
    const { microseconds, overKernel } = crypto.eddsaVerify;
    expect(overKernel["circomlibjs"]).to.equal(
      microseconds["circomlibjs"]! / microseconds["kernel"]!,
    );
  });

  it("measures what operations and blocks cost on L1, and proofs only if there are", async () => {
    const { blocks, operations, emptyBlock, proofBatches } = (await bench("l1", "--prover", "mock"))
      .l1;
    const { transfer, withdrawEth } = operations;
    expect([transfer!.pubdataBytes, withdrawEth!.pubdataBytes]).to.deep.equal([16, 54]);
    expect(withdrawEth!.gas.execute).to.be.above(20_000);
    expect(emptyBlock.commit.calldataBytes).to.be.above(0);
    expect(proofBatches).to.deep.equal([]);
    for (const { gas, gasPerOperation, operations } of blocks) {
      const total = gas.commit + gas.prove + gas.execute;
      expect(gasPerOperation).to.equal(Math.round(total / operations.length));
    }
    expect(blocks).to.have.length.above(2);
  });

  it("prints a table without --json", async () => {
    const { exitCode, stdout } = await runHardhat("rollup", "bench", "setup", "--power", "7");
    expect(exitCode).to.equal(0);
    expect(stdout).to.include("CPU s").and.include("118");
  });
});
