/** Tasks with bad input fail with a code and a fix, without a stack trace. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { runHardhat } from "../helpers/hardhat-cli.ts";

const MOCK = ["--prover", "mock"];
const NOWHERE = "/dev/null/x.json";
const ADDRESS = `0x${"ab".repeat(20)}`;

const CASES: readonly (readonly [code: string, ...args: string[]])[] = [
  ["ADDRESS_INVALID", "rollup:exit", "--account", "hello"],
  ["ADDRESS_INVALID", "rollup:exit", "--account", "0x7099"],
  ["ADDRESS_INVALID", "rollup:exit", "--account", "1", "--rollup", "hello"],
  ["ADDRESS_INVALID", "rollup:restore", "--rollup", "0x12"],
  ["ADDRESS_INVALID", "rollup:operator", "--rollup", "vitalik.eth"],
  ["ADDRESS_INVALID", "rollup:deploy", "--governor", "hello"],
  ["OPTION_MISSING", "rollup:exit"],
  ["OPTION_MISSING", "rollup:prover"],
  ["NETWORK_WITHOUT_L1", "rollup:restore", "--rollup", ADDRESS],
  ["EXTERNAL_PROVER_NOT_CONFIGURED", "rollup:deploy", "--prover", "external"],
  ["OUTPUT_NOT_WRITABLE", "rollup:deploy", ...MOCK, "--output", NOWHERE],
  ["OUTPUT_EXISTS", "rollup:deploy", ...MOCK, "--output", "package.json"],
];

describe("tasks: bad input", () => {
  for (const [code, ...args] of CASES) {
    it(`rejects ${args.join(" ")} with ${code} and a fix`, async () => {
      const { exitCode, stdout, stderr } = await runHardhat(...args);
      expect(exitCode, stdout).to.equal(1);
      expect(stderr).to.include(`${code}: `).and.include("Fix: ");
      expect(stderr).to.not.include("    at ").and.not.include("bug in Hardhat");
      expect(stdout).to.not.include("Deploying");
    });
  }

  it("records nothing about a network that ends with the command", async () => {
    const file = join(PACKAGE_ROOT, "deployments", "rollup-31337.json");
    const before = existsSync(file);
    const { exitCode, stdout } = await runHardhat("rollup:deploy", ...MOCK);
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.match(/^Rollup +0x/m)
      .and.include("Not recorded");
    expect(existsSync(file)).to.equal(before);
  });
});
