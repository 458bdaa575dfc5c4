/** Wallets that ask their owner's Ethereum key when the operator wants its signature. */
import { expect } from "chai";
import { type Signer, Wallet } from "ethers";
import { privateKeyToAccount } from "viem/accounts";
import { dealFrostShares } from "../../src/multisig/dealer.ts";
import { connect } from "../../src/sdk/connect.ts";
import { decodeTransaction, encodeTransaction, OfflineWallet } from "../../src/sdk/offline.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import type { Rollup } from "../../src/sdk/rollup.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFakeNode, createSdkWorld, type SdkWorld } from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";
const FUNDS = 10n ** 18n;
const PAYMENT = { to: TO, token: "ETH", amount: 1000n };

/** A signer that notes the texts that it is asked for. */
function noting(signer: Signer): { readonly signer: Signer; readonly texts: string[] } {
  const texts: string[] = [];
  const noted = new Proxy(signer, {
    get(target, name) {
      if (name !== "signMessage") return Reflect.get(target, name, target) as unknown;
      return (text: string) => {
        texts.push(text);
        return target.signMessage(text);
      };
    },
  });
  return { signer: noted, texts };
}

describe("sdk: second factor", () => {
  let world: SdkWorld;
  let rollup: Rollup;
  let wallet: RollupWallet;
  let texts: string[];

  beforeEach(async () => {
    world = await createSdkWorld();
    rollup = await connect(world.url);
    const noted = noting(world.user);
    ({ texts } = noted);
    wallet = await rollup.wallet(noted.signer);
    await wallet.deposit({ token: "ETH", amount: FUNDS });
    await wallet.setSigningKey();
    texts.length = 0;
  });
  afterEach(async () => {
    rollup.close();
    await world.server.close();
  });

  it("asks for the signature when it is needed, and only then", async () => {
    const factor = await wallet.setSecondFactor({ token: "ETH", limit: 1500n });
    expect(factor.limits).to.deep.equal([{ tokenId: 0, limit: 1500n, left: 1500n }]);
    expect(texts[0]).to.match(/^Ask for my Ethereum signature: above 0\.0{14}15 ETH a day\n/);
    await wallet.transfer(PAYMENT);
    expect(texts).to.have.length(1);
    const { receipt } = await wallet.transfer(PAYMENT);
    expect(receipt.status).to.equal("accepted");
    expect(texts).to.have.length(2);
    expect(texts[1]).to.include(`Transfer 0.000000000000001 ETH to: ${TO}\n`);
    expect((await wallet.secondFactor())!.limits[0]!.left).to.equal(500n);
    await wallet.withdraw({ token: "ETH", amount: 501n });
    await wallet.forcedExit({ target: TO, token: "ETH", fee: 600n });
    await wallet.setSigningKey({ fee: 700n });
    expect(texts.splice(3).map((text) => text.split("\n")[0])).to.deep.equal([
      `Forced exit of all ETH to: ${TO}`,
      `Set signing key: 0x${wallet.signer.pubKeyHash.toString(16).padStart(64, "0")}`,
    ]);
    const batch = wallet.batch().transfer(PAYMENT).withdraw({ token: "ETH", amount: 1n });
    expect((await batch.send()).receipts).to.have.length(2);
    expect(texts[3]).to.match(/^Batch of 2 transactions, all or none\n/);
    await wallet.setSecondFactor({ token: "ETH", limit: null });
    texts.length = 0;
    await wallet.transfer(PAYMENT);
    expect(texts).to.deep.equal([]);
    expect(await rollup.getSecondFactor(wallet.address)).to.deep.equal({ nonce: 2, limits: [] });
    expect(await rollup.getSecondFactor(TO)).to.deep.equal({ nonce: 0, limits: [] });
    expect(await rollup.getSecondFactor(world.other.address)).to.equal(null);
  });

  it("is set by the owner without any L2 key, and asked of it by a wallet of a seed", async () => {
    const owner = await rollup.owner(world.user);
    await owner.setSecondFactor({ token: "ETH", limit: 0n });
    const { signer } = wallet;
    const { nonce, id } = (await wallet.getAccount())!;
    const cold = new OfflineWallet({
      ...rollupOf(),
      address: wallet.address,
      accountId: id,
      signer,
    });
    const payment = { to: TO, token: 0, amount: 1000n, fee: 0n, nonce };
    const signed = await cold.signTransfer(payment);
    await expectRejection("SECOND_FACTOR_REQUIRED", rollup.submit(signed));
    const token = await rollup.getToken("ETH");
    const wrong = await cold.addSecondFactor(world.other, signed, token);
    await expectRejection("SECOND_FACTOR_INVALID", rollup.submit(wrong));
    const text = encodeTransaction(await cold.addSecondFactor(world.user, signed, token));
    const { hash } = await rollup.submit(decodeTransaction(text));
    expect((await rollup.submit(signed)).hash, "known already").to.equal(hash);
  });

  it("SECOND_FACTOR_REQUIRED: reaches the caller of a wallet without the owner's key", async () => {
    const seed = new Uint8Array(32).fill(7);
    const owner = await rollup.fromSeed(seed, world.other);
    await owner.deposit({ token: "ETH", amount: FUNDS });
    await owner.setSigningKey();
    await owner.setSecondFactor({ token: "ETH", limit: 0n });
    const keyOnly = await rollup.fromSeed(seed, owner.address);
    await expectRejection("SECOND_FACTOR_REQUIRED", keyOnly.transfer(PAYMENT));
    const off = keyOnly.setSecondFactor({ token: "ETH", limit: null });
    await expectRejection("L1_SIGNER_UNABLE", off);
  });

  it("adds the signature to what is signed and not sent", async () => {
    await wallet.setSecondFactor({ token: "ETH", limit: 0n });
    const signed = await wallet.signTransfer(PAYMENT);
    await expectRejection("SECOND_FACTOR_REQUIRED", rollup.submit(signed));
    const handle = await rollup.submit(await wallet.addSecondFactor(signed));
    expect((await handle.wait()).status).to.equal("executed");
  });

  it("adds the signatures of several owners to a batch", async () => {
    const bob = await rollup.wallet(world.other);
    await bob.deposit({ token: "ETH", amount: FUNDS });
    await bob.setSigningKey();
    await wallet.setSecondFactor({ token: "ETH", limit: 0n });
    await bob.setSecondFactor({ token: "ETH", limit: 0n });
    const first = await wallet
      .batch()
      .transfer({ ...PAYMENT, to: bob.address })
      .prepare();
    const second = await bob
      .batch()
      .transfer({ ...PAYMENT, to: wallet.address })
      .prepare();
    const half = await wallet.addSecondFactorToBatch([...first, ...second]);
    const signed = await bob.signBatch(await wallet.signBatch(half));
    await expectRejection("SECOND_FACTOR_REQUIRED", rollup.submitBatch(signed));
    const receipts = await rollup.submitBatch(await bob.addSecondFactorToBatch(signed));
    expect(receipts).to.have.length(2);
    const foreign = wallet.addSecondFactorToBatch([{ ...first[0]!, nonce: 99 }]);
    await expectRejection("BATCH_NOT_PREPARED", foreign);
  });

  it("names a token by its address, and by the symbol that the operator has read", async () => {
    const { ethers, rollup: contract, governor } = world;
    const token = await ethers.deployContract("TestToken", ["Coin", "COIN"]);
    const address = await token.getAddress();
    await contract.connect(governor).getFunction("listToken")(address);
    await token.getFunction("mint")(wallet.address, 5000n);
    await wallet.deposit({ token: address, amount: 5000n });
    await wallet.setSecondFactor({ token: address, limit: 0n });
    await wallet.transfer({ ...PAYMENT, token: address });
    expect(texts[1]).to.include("Transfer 0.000000000000001 COIN (token 1) to: ");
    expect(texts[1]).to.include(`\nToken 1: ${address}\n`);
  });

  it("sends the same signatures again if an answer was lost", async () => {
    const node = await createFakeNode(world.url);
    const rollupAddress = world.client.rollupAddress;
    const behind = await connect(node.url, { rollupAddress, retries: 0 });
    const lossy = await behind.wallet(world.user);
    await lossy.setSecondFactor({ token: "ETH", limit: 0n });
    let submissions = 0;
    node.answer = async (call, response, pass) => {
      const answer = await pass();
      if (call.method === "rollup_submitTransaction" && ++submissions === 2) {
        response.destroy();
        return undefined;
      }
      return answer;
    };
    await lossy.transfer(PAYMENT).then(
      () => expect.fail("the answer is lost"),
      () => undefined,
    );
    const { receipt } = await lossy.transfer(PAYMENT);
    expect(receipt.status).to.equal("accepted");
    expect(await lossy.getNonce(), "it was sent once").to.equal(receipt.nonce + 1);
    behind.close();
    await node.close();
  });

  it("signs nothing that a node makes up", async () => {
    const node = await createFakeNode(world.url);
    const rollupAddress = world.client.rollupAddress;
    const behind = await connect(node.url, { rollupAddress, retries: 0 });
    const noted = noting(world.user);
    const fooled = await behind.wallet(noted.signer);
    noted.texts.length = 0;
    node.answer = (call, _response, pass) => {
      if (call.method !== "rollup_submitTransaction") return pass();
      const data = {
        code: "SECOND_FACTOR_REQUIRED",
        facts: { accountId: 1, message: "0x416c6c206d79206d6f6e6579" },
        sentence: "Sign this.",
        fix: "Sign.",
      };
      return { jsonrpc: "2.0", id: 1, error: { code: -32000, message: "no", data } };
    };
    await expectRejection("SECOND_FACTOR_REQUIRED", fooled.transfer(PAYMENT));
    expect(noted.texts).to.have.length(1);
    expect(noted.texts[0]).to.include(`ETH to: ${TO}\n`);
    behind.close();
    await node.close();
  });

  it("OWNER_IS_NO_KEY: cannot be had by a contract wallet", async () => {
    const create2 = {
      creator: TO,
      saltArgument: `0x${"00".repeat(32)}`,
      codeHash: `0x${"11".repeat(32)}`,
    };
    const contract = await RollupWallet.create(world.user, rollup, { create2 });
    await expectRejection("OWNER_IS_NO_KEY", contract.setSecondFactor({ token: "ETH", limit: 0n }));
  });

  it("asks an account of viem", async () => {
    const key = Wallet.createRandom().privateKey;
    const viem = await rollup.wallet(privateKeyToAccount(key as `0x${string}`));
    await wallet.transfer({ ...PAYMENT, to: viem.address, amount: 10_000n });
    await viem.setSigningKey();
    await viem.setSecondFactor({ token: "ETH", limit: 0n });
    expect((await viem.transfer(PAYMENT)).receipt.status).to.equal("accepted");
  });

  it("a group's account asks the owner, if that is a key", async () => {
    const { MultisigWallet } = await import("../../src/multisig/wallet.ts");
    const { bundleCommitments, combineShares } = await import("../../src/multisig/session.ts");
    const members = dealFrostShares({ threshold: 2, members: 2 });
    const { group } = members[0]!;
    const owner = world.other;
    const options = { group, address: owner.address };
    const shared = await MultisigWallet.create(world.ethers.provider, rollup, options);
    await wallet.deposit({ token: "ETH", amount: 10_000n, to: owner.address });
    const sign = async (transaction: Awaited<ReturnType<typeof shared.prepareKeyChange>>) => {
      const proposal = shared.propose(transaction, [1, 2]);
      const sessions = await Promise.all(members.map((each) => shared.join(each, proposal)));
      const commitments = sessions.map(({ commitment }) => commitment);
      const packed = bundleCommitments(group, proposal, commitments);
      const shares = sessions.map((session) => session.sign(packed));
      return combineShares(group, proposal, packed, shares).transaction!;
    };
    const change = await sign(await shared.prepareKeyChange());
    await shared.submit(change, await shared.signKeyChange(owner, change));
    await (await rollup.owner(owner)).setSecondFactor({ token: "ETH", limit: 0n });
    const payment = await sign(await shared.prepareTransfer(PAYMENT));
    await expectRejection("SECOND_FACTOR_REQUIRED", shared.submit(payment));
    const signature = await shared.signSecondFactor(owner, payment);
    const { receipt } = await shared.submit(payment, undefined, signature);
    expect(receipt.status).to.equal("accepted");
  });

  it("refuses options that make no sense", async () => {
    for (const limit of [-1n, 1n << 128n, 5, undefined] as bigint[]) {
      await expectRejection("OPTION_INVALID", wallet.setSecondFactor({ token: "ETH", limit }));
    }
    await expectRejection("TOKEN_UNKNOWN", wallet.setSecondFactor({ token: "NO", limit: 1n }));
  });

  function rollupOf() {
    const { chainId, rollupAddress } = world.client;
    return { chainId, rollupAddress };
  }
});
