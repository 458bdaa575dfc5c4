/** `hardhat run` and `hardhat test` end by themselves, also with open resources. */
import { expect } from "chai";
import { startHardhat } from "../helpers/hardhat-cli.ts";

const FOLDER = "test/plugin/endings";
/** Time limit that only a process without end reaches. */
const LIMIT_MS = 90_000;

async function outcomeOf(...args: string[]) {
  const { process: child, outcome } = startHardhat(...args);
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const { exitCode, stdout, stderr } = await outcome;
  clearTimeout(timer);
  expect(child.signalCode, `it has not ended: ${stdout}${stderr}`).to.equal(null);
  return { exitCode, stdout, stderr };
}

describe("plugin: endings", () => {
  const SCRIPTS = {
    interval: ["an operator at work, after what was waited for", "executed"],
    manual: ["a wait that nobody works for", "waiting"],
    failing: ["steps that fail", "OPERATOR_NOT_ACCEPTING"],
    kernel: ["a circuit that has proven by the kernel and is never closed", "true"],
    snarkjs: ["a circuit that has proven by snarkjs and is never closed", "true"],
    plonk: ["circuits that have proven by PLONK and fflonk and are never closed", "true\ntrue"],
    closed: ["circuits that are closed while they prove", "PROVER_CLOSED"],
  };
  for (const [name, [what, printed]] of Object.entries(SCRIPTS)) {
    it(`ends a script with ${what}`, async () => {
      const script = `${FOLDER}/${name}-script.ts`;
      const { exitCode, stdout, stderr } = await outcomeOf("run", "--no-compile", script);
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.include(printed);
    });
  }

  it("ends a test run with operators and circuits left open, and waits that timed out", async () => {
    const file = `${FOLDER}/left-open.ts`;
    const { exitCode, stdout } = await outcomeOf("test", "mocha", "--no-compile", file);
    expect(stdout).to.include("2 passing").and.include("2 failing");
    expect(exitCode).to.equal(1);
  });
});
