/** Conversion of a task's failure for Hardhat's command line. */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { HardhatPluginError } from "hardhat/plugins";
import { withPluginErrors } from "../../src/plugin/plugin-errors.ts";
import { pluginError } from "../../src/plugin/errors.ts";
import { isRollupError } from "../../src/util/errors.ts";

async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await withPluginErrors("somewhere", work).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!HardhatPluginError.isHardhatPluginError(error)) return undefined;
  expect(error.message).to.include("Fix: ");
  return isRollupError(error.cause) ? error.cause.code : undefined;
}

describe("plugin: errors at the edge to Hardhat", () => {
  it("keeps codes", async () => {
    const coded = pluginError({ code: "NO_SIGNER", network: "somewhere" });
    expect(await codeOf(() => Promise.reject(coded))).to.equal("NO_SIGNER");
  });

  it("adds a code to failures of files, also in deeper causes", async () => {
    const failures = [
      () => readFile(join(tmpdir(), "there", "is", "none")),
      () => readFile(tmpdir()),
      () => writeFile(tmpdir(), ""),
      () =>
        readFile("/none").catch((cause: unknown) => {
          throw new Error("while building", { cause });
        }),
    ];
    for (const fail of failures) expect(await codeOf(fail)).to.equal("FILE_NOT_ACCESSIBLE");
  });

  it("adds a code to refusals of a node", async () => {
    const { ethers, provider, ...connection } = await hre.network.create();
    const failures = [
      () => provider.request({ method: "eth_sendTransaction", params: [{}] }),
      () => provider.request({ method: "eth_none", params: [] }),
      () => ethers.deployContract("TestToken", ["a"]),
    ];
    for (const fail of failures) expect(await codeOf(fail)).to.equal("NETWORK_REQUEST_FAILED");
    await connection.close();
  });

  it("leaves bugs unchanged", async () => {
    expect(await codeOf(() => Promise.reject(new TypeError("x is not a function")))).to.equal(
      undefined,
    );
  });
});
