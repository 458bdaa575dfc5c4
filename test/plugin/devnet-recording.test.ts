/** What a devnet notes beside its blocks has limits. */
import { expect } from "chai";
import type { JsonRpcRequest } from "hardhat/types/providers";
import { L1Node } from "../../src/plugin/devnet/l1-node.ts";
import { readBase, readL1State } from "../../src/plugin/devnet/l1-blocks.ts";
import { L1Recording } from "../../src/plugin/devnet/recording.ts";
import { closeDevnets, createDevnet } from "../helpers/devnet.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ADDRESS = `0x${"aa".repeat(20)}`;
const MORE_THAN_KEPT = 100_001;

function request(method: string, ...params: unknown[]): JsonRpcRequest {
  return { jsonrpc: "2.0", id: 1, method, params };
}

const answer = ({ id }: JsonRpcRequest) =>
  Promise.resolve({ jsonrpc: "2.0" as const, id, result: "0x5" });
const refuse = ({ id }: JsonRpcRequest) =>
  Promise.resolve({ jsonrpc: "2.0" as const, id, error: { code: -1, message: "no" } });

describe("plugin/devnet: recording", () => {
  afterEach(closeDevnets);

  it("notes changes with the block before, and none that L1 has refused", async () => {
    const recording = new L1Recording();
    await recording.take(request("hardhat_setBalance", ADDRESS, "0x1"), answer);
    await recording.take(request("hardhat_setNonce", ADDRESS, "0x1"), refuse);
    await recording.take(request("hardhat_impersonateAccount", ADDRESS), answer);
    const params = [ADDRESS, "0x1"];
    expect(recording.changes).to.deep.equal([{ after: 5, method: "hardhat_setBalance", params }]);
  });

  it("keeps a limited number of changes, and then says that it cannot be saved", async () => {
    const recording = new L1Recording();
    for (let index = 0; index < MORE_THAN_KEPT; index++) {
      await recording.take(request("hardhat_setBalance", ADDRESS, "0x1"), answer);
    }
    expect(recording.isIncomplete).to.equal(true);
    expect(recording.changes.length).to.be.lessThan(MORE_THAN_KEPT);
    const { connection } = await createDevnet();
    const l1 = new L1Node(connection.provider);
    const reading = readL1State(l1, await readBase(l1, 0), recording);
    await expectRejection("DEVNET_NOT_SAVABLE", reading);
  });

  it("refuses to save a transaction whose blobs it has not seen", async () => {
    const blob = { type: "0x3", hash: `0x${"bb".repeat(32)}` };
    const { connection } = await createDevnet();
    const l1 = new L1Node(connection.provider);
    const base = await readBase(l1, 0);
    const call = l1.call.bind(l1);
    l1.call = (method, ...params) =>
      method === "eth_pendingTransactions" ? Promise.resolve([blob]) : call(method, ...params);
    await expectRejection("DEVNET_NOT_SAVABLE", readL1State(l1, base, new L1Recording()));
  });
});
