/** `rollup:claim` against an L1 whose operator has made promises, and broken some. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import plugin from "../../src/index.ts";
import type { TypedDataSigner } from "../../src/l1/authorization.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { readBond } from "../../src/receipts/bond-on-l1.ts";
import {
  type Inclusion,
  type InclusionGroup,
  signInclusions,
} from "../../src/receipts/inclusion.ts";
import { signSealedBlock } from "../../src/receipts/sealed-block.ts";
import { promiseToJson } from "../../src/sdk/promises.ts";
import { hexToBytes } from "@noble/hashes/utils.js";

const ETHER = 10n ** 18n;

describe("tasks: claim", () => {
  const key = Wallet.createRandom();
  let folder: string;
  let server: JsonRpcServer;
  let l1: NetworkConnection;
  let user: HardhatRuntimeEnvironment;
  let bondAddress: string;
  let anchor: Pick<InclusionGroup, "anchorNumber" | "anchorHash">;
  let paid: Inclusion;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "claim-"));
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const networks = { node1: { type: "http" as const, url: `http://${address}:${port}` } };
    user = await createHardhatRuntimeEnvironment(
      { plugins: [plugin], networks, paths: { sources: "contracts" } },
      { network: "node1" },
      PACKAGE_ROOT,
    );
    l1 = await user.network.create();
    await l1.rollup.deploy({ prover: "mock", mode: "manual" });
    const rollup = await l1.rollup.contracts.rollup.getAddress();
    const deployed = { rollup, deploy: true, signer: key.address, penalty: "1", fund: "4" };
    const shown = JSON.parse(await run("rollup:bond", deployed)) as { bondAddress: string };
    ({ bondAddress } = shown);
    const [, alice] = await l1.rollup.getWallets();
    await alice!.deposit({ token: "ETH", amount: 10n });
    await l1.rollup.processBlocks();
    await alice!.setSigningKey();
    const recipient = "0x00000000000000000000000000000000000000AA";
    const accountId = await alice!.accountId();
    const nonce = await alice!.getNonce();
    const latest = (await l1.ethers.provider.getBlock("latest"))!;
    anchor = { anchorNumber: latest.number, anchorHash: latest.hash! };
    await alice!.transfer({ to: recipient, token: "ETH", amount: 3n });
    await l1.rollup.processBlocks();
    const validUntil = TIMESTAMP_MAX;
    paid = { accountId, nonce, op: 2, tokenId: 0, recipient, amount: 3n, validUntil };
  });

  after(async () => {
    await l1.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Runs a task of the user's, and returns what it prints on standard output. */
  async function run(task: string, args: object): Promise<string> {
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text) => written.push(String(text)) > 0;
    try {
      await user.tasks.getTask(task).run({ json: true, ...args });
    } finally {
      process.stdout.write = write;
    }
    return written.join("");
  }

  async function claim(json: string) {
    const promise = join(folder, "promise.json");
    await writeFile(promise, json);
    return JSON.parse(await run("rollup:claim", { promise })) as {
      verdict: { type: string; blockNumber?: number };
      paid?: { rewardWei: string };
    };
  }

  async function promised(
    inclusion: Inclusion,
    due: Partial<InclusionGroup> = {},
    by: TypedDataSigner = key,
  ) {
    const group = { dueBlock: 2 ** 32 - 1, dueAt: TIMESTAMP_MAX, ...anchor, ...due };
    const bond = await readBond(l1.ethers.provider, bondAddress);
    const [promise] = await signInclusions(by, bond, group, [inclusion]);
    return promiseToJson({ promise: promise!, bond });
  }

  it("claims nothing for a promise that is kept, is over, or may still be kept", async () => {
    expect((await claim(await promised(paid))).verdict).to.deep.equal({
      type: "kept",
      blockNumber: 2,
    });
    const later = { ...paid, nonce: paid.nonce + 1 };
    expect(await claim(await promised(later))).to.deep.include({ verdict: { type: "open" } });
    const over = { ...later, validUntil: 5n };
    expect((await claim(await promised(over))).verdict.type).to.equal("ended");
  });

  it("claims the penalty for another payment, a late one, and another block", async () => {
    const replaced = await claim(await promised({ ...paid, amount: 4n }));
    expect(replaced.verdict).to.deep.equal({ type: "broken", blockNumber: 2 });
    expect(BigInt(replaced.paid!.rewardWei)).to.equal(ETHER / 2n);
    const late = await claim(await promised({ ...paid, nonce: paid.nonce + 1 }, { dueBlock: 1 }));
    expect(BigInt(late.paid!.rewardWei)).to.equal(ETHER / 2n);
    const bond = await readBond(l1.ethers.provider, bondAddress);
    const promise = { blockNumber: 2, pubdataHash: `0x${"12".repeat(32)}`, ...anchor };
    const signature = await signSealedBlock(key, bond, promise);
    const block = { promise, signature, pubdata: hexToBytes("00"), operations: [], bond };
    const other = await claim(promiseToJson(block));
    expect(other.verdict).to.deep.equal({ type: "broken", blockNumber: 2 });
    const left = (await readBond(l1.ethers.provider, bondAddress)).balanceWei;
    expect(left).to.equal(ETHER);
    const twice = await claim(promiseToJson(block)).catch(String);
    expect(twice).to.contain("BOND_REVERTED").and.contain("ClaimedAlready(blockNumber = 2)");
  });

  it("says what is wrong with a file, a signature or a bond", async () => {
    const failureOf = (work: Promise<unknown>) => work.then(() => "none", String);
    expect(await failureOf(run("rollup:claim", {}))).to.contain("PROMISE_FILE_INVALID");
    for (const text of ["", "{}", "[1]", '{"bond":5}']) {
      expect(await failureOf(claim(text))).to.contain("PROMISE_FILE_INVALID");
    }
    const missing = run("rollup:claim", { promise: join(folder, "missing.json") });
    expect(await failureOf(missing)).to.contain("PROMISE_FILE_INVALID");
    const forged = await promised({ ...paid, amount: 4n }, {}, Wallet.createRandom());
    expect(await failureOf(claim(forged))).to.contain("RECEIPT_SIGNATURE_INVALID");
    const changed = JSON.parse(await promised(paid)) as { inclusion: { amount: string } };
    changed.inclusion.amount = "0x7";
    const edited = await failureOf(claim(JSON.stringify(changed)));
    expect(edited).to.contain("RECEIPT_SIGNATURE_INVALID");
    const nowhere = JSON.parse(await promised(paid)) as { bond: { address: string } };
    nowhere.bond.address = ZeroAddress.replace(/0$/, "9");
    expect(await failureOf(claim(JSON.stringify(nowhere)))).to.contain("BOND_NOT_FOUND");
  });
});
