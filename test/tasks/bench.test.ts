/** Runs the benchmarks as a user does, at small sizes, and checks their sums, not their speed. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ofCompile } from "../../src/plugin/bench/tables.ts";
import type { BenchResults as Results } from "../../src/plugin/bench/suites.ts";
import { describeWithChromium } from "../helpers/chromium.ts";
import { runHardhat, startHardhatWith } from "../helpers/hardhat-cli.ts";

const SCRIPT = join(import.meta.dirname, "../helpers/external-prover.mjs");
const EXTERNAL = `"${process.execPath}" "${SCRIPT}" {zkey} {wtns} {proof} {public}`;

describe("tasks: bench", () => {
  async function bench(...args: string[]): Promise<Results> {
    const { exitCode, stdout, stderr } = await runHardhat("rollup:bench", ...args, "--json");
    expect(exitCode, stderr).to.equal(0);
    return JSON.parse(stdout) as Results;
  }

  it("measures provers in one run, also an external one", async () => {
    const sizes = ["--power", "8", "--external", EXTERNAL];
    const { setup, prover } = await bench("setup", "prover", ...sizes);
    expect(setup).to.include({ constraints: 246 });
    expect(prover.provers).to.have.all.keys("kernel", "snarkjs", "external");
    const { kernel, snarkjs, external } = prover.provers;
    expect(kernel).to.include({ wallRatio: 1, cpuRatio: 1 });
    expect(snarkjs!.wallRatio).to.equal(snarkjs!.wallSeconds / kernel!.wallSeconds);
    expect(external).to.have.all.keys(
      ...["wallSeconds", "wallRatio", "withKey"],
      ...(process.platform === "linux"
        ? ["cpuSeconds", "cpuRatio", "peakMemoryBytes", "memoryRatio"]
        : []),
    );
    expect(external!.cpuSeconds ?? 0.01).to.be.above(0);
    expect(external!.withKey.wallSeconds).to.equal(external!.wallSeconds);
    expect(kernel!.withKey.wallSeconds).to.be.above(kernel!.wallSeconds);
  });

  it("BENCH_BROWSER_MISSING: names what the suite browser needs", async () => {
    const missing = { ROLLUP_CHROMIUM: "/missing/chromium" };
    const { exitCode, stderr } = await startHardhatWith(missing, "rollup:bench", "browser").outcome;
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("BENCH_BROWSER_MISSING").and.include("/missing/chromium");
  });

  it("measures hashes and signatures beside other libraries", async () => {
    const { crypto } = await bench("crypto", "--rounds", "1");
    expect(crypto.notInstalled).to.deep.equal([]);
    expect(crypto.poseidon).to.have.all.keys("2", "5", "8", "16");
    const { microseconds, overKernel } = crypto.eddsaVerify;
    expect(overKernel["circomlibjs"]).to.equal(
      microseconds["circomlibjs"]! / microseconds["kernel"]!,
    );
  });

  it("measures the costs of operations and blocks on L1, and of proofs if there are any", async () => {
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

  it("counts the constraints of circuits and of their parts", async () => {
    const { circuits, buildingBlocks } = (await bench("constraints")).constraints;
    expect(circuits.map(({ kind }) => kind)).to.deep.equal(["2-main-2", "2-wide-2"]);
    const [slot, wideSlot] = [buildingBlocks["Slot(2, 0)"]!, buildingBlocks["Slot(2, 1)"]!];
    expect(slot).to.be.above(buildingBlocks["EdDSAPoseidonVerifier()"]!);
    expect(wideSlot).to.be.above(slot);
    expect(slot).to.be.below(circuits[0]!.constraints);
  });

  it("counts the constraints of the kinds that are named", async () => {
    const { circuits } = (await bench("constraints", "--kind", "2-wide-2,3-main-2")).constraints;
    expect(circuits.map(({ kind }) => kind)).to.deep.equal(["2-wide-2", "3-main-2"]);
  });

  it("says that a circuit comes compiled, instead of how long it takes to find it", () => {
    const usage = { wallSeconds: 1.25, cpuSeconds: 2.5, peakMemoryBytes: 3 << 20 };
    const compilation = { name: "block", constraints: 7, wires: 8, ...usage };
    const rowOf = (cached: boolean) => ofCompile([{ ...compilation, cached }])[0]![1];
    expect(rowOf(false)).to.deep.equal(["block", 7, 1.25, 2.5, 3]);
    expect(rowOf(true)).to.deep.equal(["block", 7, "cached", undefined, undefined]);
  });

  it("compiles, sets up and proves blocks of several slots, and draws them", async () => {
    const chart = join(await mkdtemp(join(tmpdir(), "bench-")), "blocks.svg");
    const { compile, blocks } = await bench(
      ...["compile", "blocks", "--slots", "2,4", "--chart", chart],
    );
    expect(compile.map(({ name }) => name)).to.deep.equal([
      "block-minimal-2-main-2",
      "block-minimal-4-main-2",
    ]);
    const [small, large] = blocks;
    expect(large!.constraints).to.be.above(small!.constraints);
    expect(large!.calldataBytes).to.be.above(small!.calldataBytes);
    for (const { compile, transfersPerMinute, witness, proof } of blocks) {
      expect(compile.cached).to.equal(false);
      for (const value of [transfersPerMinute, witness.wallSeconds, proof.wallSeconds]) {
        expect(value).to.be.above(0);
      }
    }
    for (const { gas } of blocks) expect(gas.verify).to.be.within(200_000, 300_000);
    const drawing = await readFile(chart, "utf8");
    expect(drawing)
      .to.match(/^<svg /)
      .and.include("Cost on L1 per transfer");
    expect(drawing).not.to.match(/NaN|Infinity|undefined/);
    expect(drawing.match(/<polyline/g)).to.have.length(7);
  });

  it("compiles kinds of blocks by their names, also others than the preset's", async () => {
    const { compile } = await bench("compile", "--kind", "3-main-2,2-wide-2");
    expect(compile.map(({ name }) => name)).to.deep.equal([
      "block-minimal-3-main-2",
      "block-minimal-2-wide-2",
    ]);
  });

  it("offers transfers to an operator", async () => {
    const load = ["--accounts", "20", "--rate", "50", "--seconds", "1", "--threads", "0"];
    const options = [...load, "--store", "sqlite"];
    const { accounts, preset, stores } = (await bench("sequencer", ...options)).sequencer;
    expect({ accounts, preset }).to.deep.equal({ accounts: 20, preset: "full" });
    expect(stores.map(({ store }) => store)).to.deep.equal(["memory", "sqlite"]);
    for (const { transactions, latencyMs } of stores.flatMap((run) => [run.sustained, run.peak])) {
      expect(transactions).to.equal(50);
      expect(latencyMs.p50).to.be.above(0).and.at.most(latencyMs.p95);
      expect(latencyMs.p95).to.be.at.most(latencyMs.max);
    }
  });

  it("starts from a snapshot of many accounts", async () => {
    const load = ["--accounts", "300", "--rate", "50", "--seconds", "1", "--threads", "0"];
    const { runs, preset, cpuSpeed } = (await bench("state", ...load)).state;
    expect(preset).to.equal("full");
    expect(runs.map(({ accounts }) => accounts)).to.deep.equal([300, 300]);
    expect(runs[0].root).to.equal(runs[1].root);
    expect(cpuSpeed).to.be.above(0);
    for (const { run, load, residentBytes, peakMemoryBytes } of runs) {
      expect(run.transactions).to.equal(50);
      expect(load.wallSeconds).to.be.above(0);
      expect(peakMemoryBytes).to.be.at.least(residentBytes / 2);
    }
  });

  it("prints a table without --json", async () => {
    const { exitCode, stdout } = await runHardhat("rollup", "bench", "setup", "--power", "7");
    expect(exitCode).to.equal(0);
    expect(stdout).to.include("CPU s").and.include("118");
  });
});

describeWithChromium("tasks: bench in Chromium", () => {
  it("measures provers in one page, on one key and witness", async () => {
    const args = ["rollup:bench", "browser", "--power", "8", "--json"];
    const { exitCode, stdout, stderr } = await runHardhat(...args);
    expect(exitCode, stderr).to.equal(0);
    const { browser } = JSON.parse(stdout) as Results;
    expect(browser).to.include({ constraints: 246 });
    expect(browser.provers).to.have.all.keys("kernel", "kernel, 1 thread", "snarkjs");
    const { kernel, snarkjs } = browser.provers;
    expect(kernel).to.include({ wallRatio: 1, firstRatio: 1 });
    expect(snarkjs!.wallRatio).to.equal(snarkjs!.wallSeconds / kernel!.wallSeconds);
    expect(kernel!.firstSeconds).to.be.at.least(kernel!.wallSeconds);
  });
});
