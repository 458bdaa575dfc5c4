/** `rollup:explorer`: what it refuses; test/pages and test/web have the pages themselves. */
import { expect } from "chai";
import { runHardhat } from "../helpers/hardhat-cli.ts";

describe("tasks: rollup:explorer", () => {
  async function refuse(code: string, ...args: string[]): Promise<string> {
    const { exitCode, stderr } = await runHardhat("rollup:explorer", ...args);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include(`${code}: `).and.include("Fix: ").and.not.include("    at ");
    return stderr;
  }

  it("asks for a node unless the network has one", async () => {
    expect(await refuse("OPTION_MISSING")).to.include("--rpc");
    await refuse("OPTION_MISSING", "--network", "hardhat");
  });

  it("refuses what is no URL, and shows no password of one", async () => {
    expect(await refuse("OPTION_INVALID", "--rpc", "node.example")).to.include("--rpc");
    const shown = await refuse("OPTION_INVALID", "--rpc", "https://me:hunter2@node.example");
    expect(shown).to.not.include("hunter2");
    const node = ["--rpc", "http://127.0.0.1:1"];
    expect(await refuse("OPTION_INVALID", ...node, "--l1", "ws://l1.example")).to.include("--l1");
    await refuse("OPTION_INVALID", ...node, "--l1-explorer", "javascript:alert(1)");
    await refuse("ADDRESS_INVALID", ...node, "--rollup", "0x12");
  });
});
