/** Programs with limits, and what they leave behind. */
import { expect } from "chai";
import { runProcess } from "../../src/util/run-process.ts";

/** Starts a program that outlives it, and has its outputs. */
const WITH_CHILD = `
const { spawn } = require("node:child_process");
const args = ["-e", "setTimeout(() => {}, 30000)"];
const child = spawn(process.execPath, args, { stdio: "inherit", detached: true });
console.log(child.pid);
`;

describe("util: runProcess", () => {
  const run = (code: string, timeoutMs: number) =>
    runProcess(process.execPath, ["-e", code], { timeoutMs });
  const endChild = (stdout: string) => process.kill(Number(stdout));

  it("returns when the program ends, although a child of it goes on", async () => {
    const { status, stdout } = await run(`${WITH_CHILD}child.unref();`, 20_000);
    endChild(stdout);
    expect(status).to.equal(0);
  });

  it("returns at the time limit, although a child of the program goes on", async () => {
    const { status, isLate, stdout } = await run(WITH_CHILD, 1_500);
    endChild(stdout);
    expect([status, isLate]).to.deep.equal([null, true]);
  });

  it("returns all of a long output", async () => {
    const { stdout } = await run(`process.stdout.write("x".repeat(3_000_000))`, 20_000);
    expect(stdout).to.have.length(3_000_000);
  });
});
