/** Runs the tasks as a user does. All but one use the mock prover. */
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { computeAddress, toBeHex, ZeroAddress } from "ethers";
import { openSnarkjs } from "../../src/groth16/snarkjs.ts";
import { parseKind } from "../../src/plugin/bench/kinds.ts";
import type { CircuitCost } from "../../src/plugin/circuits/measure.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { runHardhat, startHardhat } from "../helpers/hardhat-cli.ts";

/** Tasks, each with an option that its help explains besides --json. */
const OPTIONS = {
  init: "--force",
  circuits: "--preset",
  compile: "--watch",
  setup: "--ptau",
  verifier: "--skip",
  list: "--json",
  info: "--protocol",
  witness: "--signal",
  prove: "--prover",
  verify: "--vkey",
  calldata: "--public",
  vkey: "--protocol",
  export: "--input",
  ptau: "--source",
  deploy: "--proposers",
  demo: "--prover",
  devnet: "--pages-port",
  explorer: "--rpc",
  operator: "--rollup",
  restore: "--from-block",
  exit: "--account",
  multisig: "--signers",
  bench: "--chart",
};
const MOCK = ["--prover", "mock"];

/** Returns the one JSON value that a task prints. */
async function jsonOf(...args: string[]): Promise<unknown> {
  const { exitCode, stdout, stderr } = await runHardhat(...args, "--json");
  expect(exitCode, stderr).to.equal(0);
  return JSON.parse(stdout);
}

async function readJson(file: string): Promise<never> {
  return JSON.parse(await readFile(file, "utf8")) as never;
}

describe("tasks: command line", () => {
  for (const [name, option] of Object.entries(OPTIONS)) {
    it(`rollup:${name} explains itself`, async () => {
      const { exitCode, stdout } = await runHardhat(`rollup:${name}`, "--help");
      expect(exitCode).to.equal(0);
      expect(stdout).to.include(option).and.include("--json");
    });
  }

  it("accepts rollup x for rollup:x, and lists both", async () => {
    const { stdout } = await runHardhat("rollup", "--help");
    for (const name of Object.keys(OPTIONS)) expect(stdout).to.include(`rollup ${name}`);
  });

  it("refuses an unknown preset with the known ones, and without a stack", async () => {
    const { exitCode, stderr } = await runHardhat("rollup:compile", "--preset", "huge");
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("PRESET_UNKNOWN").and.include("minimal, dev, full");
    expect(stderr).to.include("Fix:").and.not.include("    at ");
  });

  it("refuses unknown benchmarks", async () => {
    const unknown = await runHardhat("rollup:bench", "speed");
    expect(unknown.exitCode).to.equal(1);
    expect(unknown.stderr).to.include("BENCH_SUITE_UNKNOWN").and.include("crypto, constraints");
    const huge = await runHardhat("rollup:bench", "setup", "--power", "40");
    expect(huge.stderr).to.include("BENCH_OPTION_OUT_OF_RANGE").and.include("from 6 to 20");
    const never = await runHardhat("rollup:bench", "crypto", "--rounds", "0");
    expect(never.stderr).to.include("BENCH_OPTION_OUT_OF_RANGE").and.include("from 1 to 1000");
    const tiny = await runHardhat("rollup:bench", "compile", "--slots", "2,0");
    expect(tiny.stderr).to.include("BENCH_OPTION_OUT_OF_RANGE").and.include("--slots");
    for (const kind of ["2", "02-main-2", "2-few-2", "1-main-2", "2-main-1", "2-main-3"]) {
      expectCode("BENCH_KIND_INVALID", () => parseKind(kind, PRESETS.minimal));
    }
    const odd = await runHardhat("rollup:bench", "compile", "--kind", "2-main-2,2-main-3");
    expect(odd.stderr).to.include("BENCH_KIND_INVALID").and.include("2-main-3");
    expect(odd.stderr).to.include("slots from 2 to 16383, main or wide, levels from 2 to 2");
    const both = await runHardhat("rollup:bench", "blocks", "--kind", "2-main-2", "--slots", "2");
    expect(both.stderr).to.include("OPTIONS_EXCLUSIVE").and.include("--kind and --slots");
    const flat = ["--kind", "2-main-2", "--chart", "blocks.svg"];
    const uneven = await runHardhat("rollup:bench", "blocks", ...flat);
    expect(uneven.stderr).to.include("OPTIONS_EXCLUSIVE").and.include("--kind and --chart");
    const undrawn = await runHardhat("rollup:bench", "l1", "--chart", "blocks.svg");
    expect(undrawn.stderr).to.include("BENCH_CHART_WITHOUT_BLOCKS");
  });

  it("refuses an unknown prover", async () => {
    const { exitCode, stderr } = await runHardhat("rollup:demo", "--prover", "magic");
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("PROVER_UNKNOWN");
  });
});

describe("tasks: results", () => {
  const snarkjs = openSnarkjs();
  after(() => snarkjs.close());

  it("counts the constraints of the rollup's circuits", async () => {
    const circuits = (await jsonOf("rollup:circuits")) as CircuitCost[];
    const [main, wide] = circuits;
    expect(circuits).to.have.length(2);
    const common = { publicInputs: 3, slots: 2, levels: 2, counted: "compiled" };
    expect(main).to.include({ ...common, name: "block-minimal-2-main-2", tokens: "main" });
    expect(wide).to.include({ ...common, name: "block-minimal-2-wide-2", tokens: "wide" });
    expect(circuits.map(({ kind }) => kind)).to.deep.equal(["2-main-2", "2-wide-2"]);
    for (const cost of circuits) {
      const { slots, constraints, constraintsPerSlot, slotConstraints, sharedConstraints } = cost;
      expect(constraintsPerSlot).to.equal(Math.ceil(constraints / slots));
      expect(slots * slotConstraints + sharedConstraints).to.equal(constraints);
    }
    expect(wide!.slotConstraints).to.be.above(main!.slotConstraints);
    expect(wide!.sharedConstraints).to.be.above(main!.sharedConstraints);
  });

  it("compiles, sets up and generates", async () => {
    const compiled = await jsonOf("rollup:compile");
    expect(compiled).to.have.nested.property("[0].name", "block-minimal-2-main-2");
    const keys = await jsonOf("rollup:setup");
    expect(keys).to.have.nested.property("[0].insecure", true);
    const contracts = await jsonOf("rollup:verifier");
    expect(contracts).to.have.nested.property("[0].contract", "RollupVerifier");
  });

  it("records the deployed addresses", async () => {
    const output = join(tmpdir(), `rollup-${process.pid}.json`);
    const printed = await jsonOf("rollup:deploy", ...MOCK, "--output", output);
    const written: object = await readJson(output);
    expect(printed).to.deep.equal({ ...written, file: output });
    expect(written).to.include({ chainId: 31337, preset: "minimal", prover: "mock" });
    expect(written).to.include({ upgradeNoticeSeconds: 0, guardian: ZeroAddress });
    await rm(output);
  });

  it("deploys with a timelock, a governor and a guardian", async () => {
    const output = join(tmpdir(), `rollup-governed-${process.pid}.json`);
    const [proposer, guardian] = [computeAddress(toBeHex(1, 32)), computeAddress(toBeHex(2, 32))];
    const governance = ["--proposers", `${proposer},${guardian}`, "--guardian", guardian];
    governance.push("--validator-manager", proposer, "--standby-validator", guardian);
    const printed = await jsonOf("rollup:deploy", ...MOCK, "--output", output, ...governance);
    const { upgrader, governor } = printed as { upgrader: string; governor: string };
    expect(printed).to.include({ guardian, upgradeNoticeSeconds: (14 + 7) * 24 * 60 * 60 });
    expect(governor).to.equal(upgrader);
    expect(printed).to.include({ validatorManager: proposer });
    await rm(output);
  });

  it("runs the demo with real proofs, which snarkjs accepts", async () => {
    const output = join(tmpdir(), `rollup-demo-${process.pid}`);
    const demo = (await jsonOf("rollup:demo", "--output", output)) as {
      ok: boolean;
      circuits: object[];
      blocks: object[];
      files: { verificationKey: string; publicInputs: string; proof: string }[];
    };
    expect(demo).to.include({ preset: "minimal", prover: "kernel", ok: true });
    const [circuit] = demo.circuits;
    expect(circuit).to.include({ name: "block-minimal-2-main-2", slots: 2, levels: 2 });
    expect(circuit).to.include({ tokens: "main" }).and.contain.keys("constraintsPerSlot");
    expect(demo.blocks).to.have.length.of.at.least(2);
    for (const block of demo.blocks) expect(block).to.include({ kind: "2-main-2", slots: 2 });
    expect(demo.blocks[0]).to.have.nested.property("gas.prove").that.is.above(100_000);
    for (const { verificationKey, publicInputs, proof } of demo.files.slice(0, 2)) {
      const proven = { publicSignals: await readJson(publicInputs), proof: await readJson(proof) };
      expect(await snarkjs.verify(await readJson(verificationKey), proven)).to.equal(true);
    }
    await rm(output, { recursive: true });
  });

  it("runs a devnet until it is interrupted", async () => {
    const devnet = startHardhat("rollup:devnet", ...MOCK, "--port", "0", "--json");
    const { url, tokens } = JSON.parse(await devnet.printed(/\n}\n$/)) as {
      url: string;
      tokens: object[];
    };
    expect(tokens).to.have.length(3);
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "rollup_getConfig", params: [] }),
    });
    expect(await response.json()).to.have.nested.property("result.preset", "minimal");
    devnet.process.kill("SIGINT");
    expect((await devnet.outcome).exitCode).to.equal(0);
  });
});
