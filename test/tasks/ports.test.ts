/** Refusals of tasks with a port before they build, and the output of the devnet. */
import { createServer } from "node:net";
import { expect } from "chai";
import { listen } from "../../src/server/listen.ts";
import { runHardhat, startHardhat } from "../helpers/hardhat-cli.ts";

const MOCK = ["--prover", "mock"];

/** Returns the code that a task fails with, and its output before. */
async function refusalOf(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHardhat(...args);
  expect(exitCode, stdout).to.equal(1);
  expect(stdout, "it must fail before it builds").not.to.include("Building");
  expect(stderr).to.include("Fix:").and.not.include("    at ");
  return stderr;
}

describe("tasks: ports", () => {
  for (const task of ["rollup:devnet", "rollup:operator"]) {
    it(`${task} refuses a port out of range, before it builds`, async () => {
      expect(await refusalOf(task, ...MOCK, "--port", "99999")).to.include("PORT_OUT_OF_RANGE");
    });

    it(`${task} refuses a port in use, before it builds`, async () => {
      const taken = createServer();
      const port = await listen(taken, "127.0.0.1", 0);
      const args = ["--hostname", "127.0.0.1", "--port", String(port)];
      expect(await refusalOf(task, ...MOCK, ...args)).to.include("PORT_IN_USE");
      taken.close();
    });

    it(`${task} refuses an address of another machine`, async () => {
      const args = ["--hostname", "192.0.2.1", "--port", "0"];
      expect(await refusalOf(task, ...MOCK, ...args)).to.include("LISTEN_FAILED");
    });
  }

  it("rollup:devnet refuses the option --network", async () => {
    const refusal = await refusalOf("rollup:devnet", ...MOCK, "--network", "localhost");
    expect(refusal).to.include("NETWORK_NOT_CHOSEN").and.include("localhost");
  });

  it("rollup:operator refuses invalid options of its port", async () => {
    const cases = [
      ["L1_METHODS_UNKNOWN", "--l1-methods", "some"],
      ["ORIGIN_INVALID", "--cors", "https://wallet.example/path"],
    ] as const;
    for (const [code, ...args] of cases) {
      expect(await refusalOf("rollup:operator", ...args)).to.include(code);
    }
  });

  it("rollup:devnet prints the network that a second terminal needs for its port", async () => {
    const args = ["--hostname", "127.0.0.1", "--port", "0", "--preset", "minimal"];
    const devnet = startHardhat("rollup:devnet", ...MOCK, ...args);
    const printed = await devnet.printed(/Stop with Ctrl-C/);
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)!;
    expect(printed).to.include(`devnet: { type: "http", url: "${url}" }`);
    expect(printed).to.include("hardhat console --network devnet");
    expect(printed).not.to.include("--network localhost");
    devnet.process.kill("SIGTERM");
    expect((await devnet.outcome).exitCode).to.equal(0);
  });
});
