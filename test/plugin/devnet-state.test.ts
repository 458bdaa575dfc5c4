/** A devnet is saved, and continued by another one: L1 block by block, L2 with its promises. */
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { createRestoreSource } from "../../src/core.ts";
import { connectRollup } from "../../src/l1/client.ts";
import type { Devnet } from "../../src/plugin/devnet/devnet.ts";
import { deployTestToken } from "../../src/plugin/rollup/test-token.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { omit } from "../../src/util/omit.ts";
import {
  closeDevnets,
  contentOf,
  createDevnet,
  forgeState,
  loadDevnet,
  reopen,
} from "../helpers/devnet.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
/** An account without a key. */
const STRANGER = "0x00000000000000000000000000000000000000aa";

type Call = (method: string, ...params: unknown[]) => Promise<unknown>;

function callOf({ provider }: NetworkConnection): Call {
  return (method, ...params) => provider.request({ method, params });
}

async function walletsOf({ connection }: Devnet): Promise<RollupWallet[]> {
  return connection.rollup.getWallets();
}

/** Every header of L1, of which each has the hash of the one before. */
async function headOf({ connection }: Devnet) {
  const head = await callOf(connection)("eth_getBlockByNumber", "latest", false);
  return head as { readonly hash: string; readonly number: string; readonly timestamp: string };
}

/** The root that anybody restores from L1 alone. */
async function restoredRoot({ connection, description }: Devnet): Promise<bigint> {
  const client = await connectRollup(
    { rollupAddress: description.rollup },
    connection.ethers.provider,
  );
  return (await restoreRollup(createRestoreSource(client))).executed.state.root;
}

/** What clients see of a devnet, besides its port. */
async function visibleOf(devnet: Devnet, hash: string) {
  const { connection, description } = devnet;
  const addresses = omit(description, "url");
  const { provider } = connection.ethers;
  const nonces: number[] = [];
  for (const { address } of description.accounts) {
    nonces.push(await provider.getTransactionCount(address));
  }
  const [, alice, bob] = await walletsOf(devnet);
  const balances = [await alice!.getBalance("TUSD"), await bob!.getBalance("TUSD")];
  const account = await connection.rollup.provider.getAccount(alice!.address);
  const { operator } = connection.rollup;
  const receipts = [operator.receipt(hash), operator.requestReceipt(0)];
  const blocks = [operator.progress, await operator.findBlock(1)];
  const tokens = operator.tokens;
  return {
    addresses,
    head: await headOf(devnet),
    nonces,
    balances,
    account,
    receipts,
    blocks,
    tokens,
  };
}

describe("plugin/devnet: state", () => {
  afterEach(closeDevnets);

  it("continues with the same L1, addresses, accounts, tokens, blocks and receipts", async () => {
    const first = await createDevnet();
    const [, alice, bob] = await walletsOf(first);
    await (await alice!.deposit({ token: "TUSD", amount: 1000n })).wait();
    await (await alice!.setSigningKey()).wait();
    const transfer = await alice!.transfer({ to: bob!.address, token: "TUSD", amount: 10n });
    await transfer.wait();
    const names = { name: "Own", symbol: "OWN" };
    const mint = { holders: [alice!.address], amount: 77n };
    const { address, contract } = await deployTestToken(hre.config, first.connection, names, mint);
    await first.connection.rollup.listToken(address);
    await first.connection.rollup.operator.processBlocks();
    const logs = await contract.queryFilter(contract.filters.Transfer());
    const visible = await visibleOf(first, transfer.hash);
    const second = await reopen(first);
    const seen = await visibleOf(second, transfer.hash);
    const listed = seen.addresses.tokens.at(-1);
    expect(listed).to.deep.equal({ id: 3, symbol: "OWN", address });
    const tokens = [...visible.addresses.tokens, listed];
    const expected = { ...visible, addresses: { ...visible.addresses, tokens } };
    expect(seen).to.deep.equal(expected);
    const again = contract.connect(second.connection.ethers.provider);
    expect(await again.balanceOf(alice!.address)).to.equal(77n);
    const logsAgain = await again.queryFilter(again.filters.Transfer());
    expect(logsAgain.map(({ transactionHash }) => transactionHash)).to.deep.equal(
      logs.map(({ transactionHash }) => transactionHash),
    );
  });

  it("goes on: what was accepted is executed, blocks have the next numbers", async () => {
    const first = await createDevnet();
    const [, alice, bob] = await walletsOf(first);
    await (await alice!.deposit({ token: "ETH", amount: ETHER })).wait();
    await (await alice!.setSigningKey()).wait();
    const { executed } = first.connection.rollup.operator.progress;
    const withdrawal = await alice!.withdraw({ token: "ETH", amount: 7n });
    const transfer = await alice!.transfer({ to: bob!.address, token: "ETH", amount: 10n });
    const toBob = { to: bob!.address, token: "ETH", amount: 1n };
    const batch = await alice!
      .batch()
      .transfer(toBob)
      .withdraw({ token: "ETH", amount: 2n })
      .send();
    const { timestamp } = await headOf(first);
    const second = await reopen(first);
    const { operator } = second.connection.rollup;
    await operator.processBlocks();
    for (const { hash } of [withdrawal, transfer, ...batch.receipts]) {
      const receipt = operator.receipt(hash)!;
      expect(receipt.status).to.equal("executed");
      expect(receipt.blockNumber).to.be.greaterThan(executed);
    }
    const [, again, other] = await walletsOf(second);
    expect(await other!.getBalance("ETH")).to.equal(11n);
    const paid = await again!.transfer({ to: other!.address, token: "ETH", amount: 5n });
    expect((await paid.wait()).status).to.equal("executed");
    expect(await other!.getBalance("ETH")).to.equal(16n);
    expect(BigInt((await headOf(second)).timestamp) > BigInt(timestamp)).to.equal(true);
    expect(await restoredRoot(second)).to.equal(operator.state.root);
  });

  it("serves a deposit that nobody has served, before it expires", async () => {
    const first = await createDevnet();
    await first.connection.rollup.killOperator();
    const [, alice] = await walletsOf(first);
    const l1 = first.connection.rollup.contracts.rollup;
    await l1.depositEth(alice!.address, { value: 9n });
    const open = await l1.priorityRequest(0);
    expect(open.expiration > 0n).to.equal(true);
    const second = await reopen(first);
    const { contracts } = second.connection.rollup;
    expect(await contracts.rollup.priorityRequest(0)).to.deep.equal(open);
    const { operator } = second.connection.rollup;
    await operator.processBlocks();
    expect(operator.requestReceipt(0)!.status).to.equal("executed");
    const [, again] = await walletsOf(second);
    expect(await again!.getBalance("ETH")).to.equal(9n);
  });

  it("keeps the promises that it has signed", async () => {
    const first = await createDevnet();
    const [, alice, bob] = await walletsOf(first);
    await (await alice!.deposit({ token: "ETH", amount: ETHER })).wait();
    await (await alice!.setSigningKey()).wait();
    await (await alice!.deposit({ token: "ETH", amount: 1n })).wait(); // its key is executed
    const paid = await alice!.transfer({ to: bob!.address, token: "ETH", amount: 10n });
    const { bond } = first.description;
    const promised = await paid.inclusion({ bond, l1: first.connection.ethers.provider });
    const second = await reopen(first);
    const { operator } = second.connection.rollup;
    const [again] = await operator.promiseTransactions([paid.hash]);
    expect(again?.signature).to.be.a("string");
    expect(operator.bond?.bondAddress).to.equal(promised.bond.bondAddress);
    await operator.processBlocks();
    expect(operator.receipt(paid.hash)!.status).to.equal("executed");
  });

  it("replays what changes L1 without a transaction, and senders without a key", async () => {
    const first = await createDevnet();
    const call = callOf(first.connection);
    const [, alice, bob] = first.description.accounts.map(({ address }) => address);
    await call("hardhat_setBalance", STRANGER, `0x${ETHER.toString(16)}`);
    await call("hardhat_impersonateAccount", STRANGER);
    const sent = () => ({ from: STRANGER, to: alice, value: "0x1" }); // Hardhat adds to what it gets
    const accessList = [{ address: alice, storageKeys: [`0x${"11".repeat(32)}`] }];
    await call("eth_sendTransaction", sent());
    await call("eth_sendTransaction", { ...sent(), gasPrice: "0x77359400" });
    await call("eth_sendTransaction", { ...sent(), gasPrice: "0x77359400", accessList });
    await call("hardhat_setCode", STRANGER, "0x6001600055");
    await call("eth_sendTransaction", { from: alice, to: STRANGER });
    await call("hardhat_setStorageAt", STRANGER, `0x${"00".repeat(32)}`, `0x${"00".repeat(31)}09`);
    const failing = {
      from: alice,
      to: first.description.rollup,
      data: "0x12345678",
      gas: "0xfffff",
    };
    await call("eth_sendTransaction", failing).catch(() => undefined);
    await call("evm_setAutomine", false);
    for (const from of [alice, bob, alice, bob]) {
      await call("eth_sendTransaction", { from, to: STRANGER, gas: "0xfffff" });
    }
    await call("evm_mine");
    await call("evm_setAutomine", true);
    await call("hardhat_setNonce", STRANGER, "0x100");
    const head = await headOf(first);
    const second = await reopen(first);
    expect(await headOf(second)).to.deep.equal(head);
    const callAgain = callOf(second.connection);
    expect(await callAgain("eth_getTransactionCount", STRANGER)).to.equal("0x100");
    expect(await callAgain("eth_getStorageAt", STRANGER, "0x0")).to.equal(`0x${"00".repeat(31)}01`);
    expect(await callAgain("hardhat_getAutomine")).to.equal(true);
  });

  it("replays types of transactions, and those that their keys have signed for any chain", async () => {
    const first = await createDevnet();
    const { ethers } = first.connection;
    const [, signer] = await ethers.getSigners();
    for (const type of [0, 1, 2]) {
      await (await signer!.sendTransaction({ type, to: STRANGER, value: 1n })).wait();
    }
    const { privateKey } = first.description.accounts[7]!;
    const wallet = new ethers.Wallet(privateKey!, ethers.provider);
    const target = { address: first.description.rollup, nonce: (await wallet.getNonce()) + 1 };
    const authorizationList = [await wallet.authorize(target)];
    const delegating = { type: 4, to: STRANGER, authorizationList, gasLimit: 200_000n };
    await (await wallet.sendTransaction(delegating)).wait();
    // EIP-1820's registry is deployed by nobody: its r and s are chosen, not signed.
    const keyless = ethers.Transaction.from({
      ...{ type: 0, nonce: 0, gasPrice: 10n ** 11n, gasLimit: 100_000n, data: "0x00" },
      signature: { r: `0x${"18".repeat(32)}`, s: `0x${"18".repeat(32)}`, v: 27 },
    });
    await signer!.sendTransaction({ to: keyless.from, value: ETHER });
    await (await ethers.provider.broadcastTransaction(keyless.serialized)).wait();
    const head = await headOf(first);
    const second = await reopen(first);
    expect(await headOf(second)).to.deep.equal(head);
    const receipt = await second.connection.ethers.provider.getTransactionReceipt(keyless.hash!);
    expect(receipt?.from).to.equal(keyless.from);
  });

  it("keeps the blobs of transactions, which L1 does not", async () => {
    const first = await createDevnet();
    const { ethers } = first.connection;
    const wallet = new ethers.Wallet(first.description.accounts[6]!.privateKey!, ethers.provider);
    // Commitment and proof of the polynomial 0: the point at infinity.
    const infinity = `0xc0${"00".repeat(47)}`;
    const toInfinity = () => ethers.getBytes(infinity);
    const kzg = { blobToKzgCommitment: toInfinity, computeBlobKzgProof: toInfinity };
    const { chainId } = await ethers.provider.getNetwork();
    const fees = {
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
      maxFeePerBlobGas: 10n ** 10n,
    };
    const content = { type: 3, chainId, nonce: await wallet.getNonce(), to: STRANGER };
    const transaction = { ...content, gasLimit: 100_000n, ...fees, kzg };
    const blobs = [{ data: new Uint8Array(2 ** 17), commitment: infinity, proof: infinity }];
    const signed = await wallet.signTransaction({ ...transaction, blobs });
    await callOf(first.connection)("eth_sendRawTransaction", signed);
    const head = await headOf(first);
    const second = await reopen(first);
    expect(await headOf(second)).to.deep.equal(head);
    expect(await headOf(await reopen(second))).to.deep.equal(head);
  });

  it("replays long idle times as a few numbers, and forgets what was reverted", async () => {
    const first = await createDevnet();
    const call = callOf(first.connection);
    const { length } = await first.save();
    await call("evm_increaseTime", 5000);
    await call("hardhat_mine", "0x10000", "0x2");
    await call("hardhat_mine", "0x10000", "0x2");
    for (let index = 0; index < 50; index++) await call("evm_mine");
    const snapshot = await call("evm_snapshot");
    await call("hardhat_setBalance", STRANGER, "0x1");
    await call("hardhat_mine", "0x100");
    await call("evm_revert", snapshot);
    await call("hardhat_setPrevRandao", `0x${"ab".repeat(32)}`);
    await call("hardhat_setNextBlockBaseFeePerGas", "0x3b9aca00");
    await call("hardhat_setCoinbase", STRANGER);
    await call("evm_setBlockGasLimit", "0x1c9c380");
    await call("hardhat_mine", "0x3");
    const text = await first.save();
    expect(text.length).to.be.lessThan(length + 10_000);
    const head = await headOf(first);
    const second = await reopen(first);
    expect(await headOf(second)).to.deep.equal(head);
    expect(await callOf(second.connection)("eth_getBalance", STRANGER)).to.equal("0x0");
    // What was replayed can be saved again.
    const third = await reopen(second);
    expect(await headOf(third)).to.deep.equal(head);
  });

  it("keeps transactions that wait for a block, and whether there are blocks by themselves", async () => {
    const first = await createDevnet();
    await first.connection.rollup.killOperator();
    const call = callOf(first.connection);
    const [, alice] = first.description.accounts.map(({ address }) => address);
    await call("evm_setAutomine", false);
    const hash = await call("eth_sendTransaction", { from: alice, to: STRANGER, value: "0x5" });
    const second = await reopen(first);
    const callAgain = callOf(second.connection);
    expect(await callAgain("hardhat_getAutomine")).to.equal(false);
    expect(await callAgain("eth_getBalance", STRANGER)).to.equal("0x0");
    await callAgain("evm_mine");
    expect(await callAgain("eth_getTransactionReceipt", hash)).to.include({ status: "0x1" });
  });

  it("has no private key in its text", async () => {
    const devnet = await createDevnet();
    const text = (await devnet.save()).toLowerCase();
    for (const { privateKey } of devnet.description.accounts) {
      expect(text).not.to.include(privateKey!.slice(2).toLowerCase());
    }
  });

  it("refuses another prover, preset, and chain, and says what differs", async () => {
    const devnet = await createDevnet();
    const text = await devnet.save();
    const other = hre.config.rollup.preset === "minimal" ? "dev" : "minimal";
    const preset = await expectRejection(
      "DEVNET_STATE_MISMATCH",
      loadDevnet(text, { preset: other }),
    );
    expect(preset.message).to.include(
      `its preset is ${hre.config.rollup.preset}, and not ${other}`,
    );
    const prover = loadDevnet(text, { prover: "kernel" });
    expect((await expectRejection("DEVNET_STATE_MISMATCH", prover)).message).to.include("mock");
    const content = contentOf(text);
    const l1 = { ...content.l1, base: { ...content.l1.base, stateRoot: `0x${"00".repeat(32)}` } };
    const chain = loadDevnet(forgeState({ ...content, l1 }));
    expect((await expectRejection("DEVNET_STATE_MISMATCH", chain)).message).to.include("stateRoot");
  });
});
