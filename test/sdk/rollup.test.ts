/** Wallets of a connection: from keys, seeds and addresses, and what a node cannot redirect. */
import { expect } from "chai";
import { type BaseContract, type TransactionRequest, Wallet } from "ethers";
import { createFeeService } from "../../src/fees/create-fee-service.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { describeTransaction } from "../../src/sdk/describe.ts";
import { connect } from "../../src/sdk/connect.ts";
import { decodeTransaction, encodeTransaction, OfflineWallet } from "../../src/sdk/offline.ts";
import type { Rollup } from "../../src/sdk/rollup.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import type { RollupError } from "../../src/util/errors.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";
const ETHER = 10n ** 18n;
/** Hardhat's first account, whose key everybody knows. */
const KNOWN_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

interface Token extends BaseContract {
  mint(account: string, amount: bigint): Promise<unknown>;
  balanceOf(account: string): Promise<bigint>;
}

describe("sdk: wallets of a connection", () => {
  let world: SdkWorld;
  let node: FakeNode;
  let rollup: Rollup;
  let alice: RollupWallet;

  before(async () => {
    world = await createSdkWorld();
    rollup = await connect(world.url);
    alice = await rollup.wallet(world.user);
    await alice.deposit({ token: "ETH", amount: ETHER });
    await alice.setSigningKey();
  });
  after(() => world.server.close());
  beforeEach(async () => {
    node = await createFakeNode(world.url);
  });
  afterEach(() => node.close());

  it("takes an L1 key, and its wallet deposits over the node's L1", async () => {
    const wallet = await rollup.fromPrivateKey(KNOWN_KEY);
    expect(wallet.address).to.equal(new Wallet(KNOWN_KEY).address);
    await wallet.deposit({ token: "ETH", amount: 7n });
    await wallet.setSigningKey();
    await wallet.transfer({ to: TO, token: "ETH", amount: 2n });
    expect(await wallet.getBalance("ETH")).to.equal(5n);
    expect(await wallet.getL1Balance("ETH")).to.be.above(ETHER);
  });

  it("OPTION_INVALID: a key that is none, which the error does not contain", async () => {
    for (const key of [`0x${"0".repeat(64)}`, KNOWN_KEY.slice(2), `${KNOWN_KEY}00`]) {
      const error = await expectRejection("OPTION_INVALID", rollup.fromPrivateKey(key));
      expect(JSON.stringify(error.facts)).to.not.include(key);
    }
  });

  it("takes a seed, with a signer or with an address that can do nothing on L1", async () => {
    const seed = new Uint8Array(32).fill(9);
    const signing = await rollup.fromSeed(seed, world.other);
    await signing.deposit({ token: "ETH", amount: 9n });
    await signing.setSigningKey();
    const wallet = await rollup.fromSeed(seed, world.other.address);
    await wallet.transfer({ to: TO, token: "ETH", amount: 4n });
    expect(await wallet.getBalance("ETH")).to.equal(5n);
    await expectRejection("L1_SIGNER_UNABLE", wallet.deposit({ token: "ETH", amount: 1n }));
    await expectRejection("L1_SIGNER_UNABLE", wallet.setSigningKey());
    await expectRejection("L1_SIGNER_UNABLE", wallet.setSigningKey({ auth: "onchain" }));
    await expectRejection("ADDRESS_INVALID", rollup.fromSeed(seed, "bob"));
    await expectRejection("SIGNING_SEED_LENGTH", rollup.fromSeed(seed.slice(1), TO));
  });

  it("looks at an account without a key, and owns one without an L2 key", async () => {
    const watched = rollup.watchOnly(alice.address);
    expect(await watched.getBalance("ETH")).to.equal(await alice.getBalance("ETH"));
    expectCode("ADDRESS_INVALID", () => rollup.watchOnly("0x12"));
    const silent = new Proxy(world.validator, {
      get: (target, name) =>
        name === "signMessage"
          ? () => Promise.reject(new Error("nobody asks for a signature"))
          : (Reflect.get(target, name) as unknown),
    });
    const owner = await rollup.owner(silent);
    await owner.deposit({ token: "ETH", amount: 3n });
    expect(await owner.getBalance("ETH")).to.equal(3n);
  });

  it("takes a signer of another copy of ethers, connected or not", async () => {
    const copy = (own: Wallet): object => ({
      provider: own.provider,
      connect: (provider: typeof own.provider) => copy(own.connect(provider)),
      getAddress: () => own.getAddress(),
      signMessage: (message: string) => own.signMessage(message),
      signTypedData: (...args: Parameters<Wallet["signTypedData"]>) => own.signTypedData(...args),
      signTransaction: (transaction: TransactionRequest) => own.signTransaction(transaction),
      sendTransaction: (transaction: TransactionRequest) => own.sendTransaction(transaction),
    });
    for (const provider of [null, world.ethers.provider]) {
      const wallet = await rollup.wallet(copy(new Wallet(KNOWN_KEY, provider)) as Wallet);
      await wallet.deposit({ token: "ETH", amount: 1n });
      await wallet.setSigningKey();
    }
  });

  it("OPTION_INVALID: what signs nothing is no signer", async () => {
    for (const signer of [null, undefined, "0x12", {}, { address: TO }, () => 0]) {
      await expectRejection("OPTION_INVALID", rollup.wallet(signer as unknown as Wallet));
    }
  });

  it("ROLLUP_NOT_PINNED: on a live chain only the node names the contract", async () => {
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method === "rollup_getConfig")
        return { ...answer, result: { ...answer.result, chainId: "0x1" } };
      return method === "eth_chainId" ? { ...answer, result: "0x1" } : answer;
    };
    const live = await connect(node.url);
    await expectRejection("ROLLUP_NOT_PINNED", live.wallet(world.user));
    await expectRejection("ROLLUP_NOT_PINNED", live.owner(world.user));
    const pinned = await connect(node.url, { rollupAddress: world.client.rollupAddress });
    // The signer's own L1 is another chain than the node says.
    await expectRejection("L1_CHAIN_MISMATCH", pinned.wallet(world.user));
  });

  it("ROLLUP_REPLACED: the node names another contract after it was connected", async () => {
    const lured = await connect(node.url);
    const wallet = await lured.wallet(world.user);
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method !== "rollup_getConfig") return answer;
      return { ...answer, result: { ...answer.result, rollupAddress: world.other.address } };
    };
    const before = await world.ethers.provider.getBalance(world.other.address);
    await expectRejection("ROLLUP_REPLACED", wallet.deposit({ token: "ETH", amount: 5n }));
    await expectRejection("ROLLUP_REPLACED", lured.wallet(world.user));
    expect(await world.ethers.provider.getBalance(world.other.address)).to.equal(before);
  });

  it("TOKEN_UNKNOWN: the node gives a token another address, or a name that L1 does not", async () => {
    const { ethers, governor } = world;
    const token = (await ethers.deployContract("TestToken", ["Test", "TST"])) as unknown as Token;
    const address = await token.getAddress();
    await world.rollup.connect(governor).listToken(address);
    await token.mint(alice.address, 100n);
    await alice.deposit({ token: "TST", amount: 40n });
    const wallet = await (await connect(node.url)).wallet(world.user);
    const lie = (change: object) => {
      node.answer = async ({ method }, _response, pass) => {
        const answer = (await pass()) as { result: object[] };
        if (method !== "rollup_getTokens") return answer;
        return { ...answer, result: answer.result.map((each) => ({ ...each, ...change })) };
      };
    };
    lie({ address: TO });
    await expectRejection("TOKEN_UNKNOWN", wallet.deposit({ token: TO, amount: 5n }));
    lie({ symbol: "GOLD" });
    await expectRejection("TOKEN_UNKNOWN", wallet.transfer({ to: TO, token: "GOLD", amount: 5n }));
    lie({ decimals: 2 });
    expect((await wallet.getToken("TST")).decimals).to.equal(18);
    expect(await alice.getDepositAllowance("TST")).to.equal(0n);
    await alice.approveDeposits({ token: "TST", amount: 9n });
    expect(await alice.getDepositAllowance("TST")).to.equal(9n);
    await alice.approveDeposits({ token: "TST", amount: 0n });
    expect(await alice.getDepositAllowance("TST")).to.equal(0n);
    expect(await alice.getL1Balance("TST")).to.equal(60n);
  });

  it("signs without sending; who sends it does not matter, and twice is once", async () => {
    const signed = await alice.signTransfer({ to: TO, token: "ETH", amount: 11n });
    const nonce = await alice.getNonce();
    const text = encodeTransaction(signed);
    const first = await rollup.submit(decodeTransaction(text));
    const second = await rollup.submit(decodeTransaction(text));
    expect(second.hash).to.equal(first.hash);
    expect(await alice.getNonce()).to.equal(nonce + 1);
    const withdrawal = await alice.signWithdraw({ token: "ETH", amount: 1n });
    expect((await rollup.submit(withdrawal)).receipt.type).to.equal("withdraw");
    const exit = await alice.signForcedExit({ target: TO, token: "ETH" });
    expect((await rollup.submit(exit)).receipt.type).to.equal("forcedExit");
    const change = await alice.signSetSigningKey();
    const sent = await rollup.submit(decodeTransaction(encodeTransaction(change)));
    expect(sent.receipt.type).to.equal("changePubKey");
    expect((await sent.wait("accepted")).status).to.equal("accepted");
    for (const bad of ["", "{}", "[]", text.replace("transfer", "gift"), 5]) {
      expectCode("OPTION_INVALID", () => decodeTransaction(bad as string));
    }
  });

  it("signs offline, where nothing answers", async () => {
    const { chainId, rollupAddress } = rollup;
    const { address, signer } = alice;
    const accountId = await alice.accountId();
    const nonce = await alice.getNonce();
    const options = { chainId, rollupAddress, address, accountId, signer };
    const cold = new OfflineWallet(options);
    const { fetch } = globalThis;
    globalThis.fetch = () => Promise.reject(new Error("there is no network"));
    const all = { token: 0, fee: 0n };
    let signed;
    try {
      signed = [
        await cold.signTransfer({ ...all, to: TO, amount: 3n, nonce }),
        await cold.signWithdraw({ ...all, amount: 2n, nonce: nonce + 1 }),
        await cold.signSetSigningKey(world.user, { ...all, nonce: nonce + 2 }),
        await cold.signForcedExit({ ...all, target: TO, nonce: nonce + 3 }),
      ];
    } finally {
      globalThis.fetch = fetch;
    }
    const online = await alice.signTransfer({ to: TO, token: "ETH", amount: 3n });
    expect(signed[0]).to.deep.equal(online);
    for (const each of signed) await rollup.submit(decodeTransaction(encodeTransaction(each)));
    expect(await alice.getNonce()).to.equal(nonce + 4);
    const transfer = { ...all, to: TO, amount: 3n, nonce };
    const bad: [string, object][] = [
      ["OPTION_INVALID", { ...transfer, token: "ETH" }],
      ["OPTION_INVALID", { ...transfer, nonce: undefined }],
      ["OPTION_INVALID", { ...transfer, fee: undefined }],
      ["AMOUNT_INVALID", { ...transfer, amount: 3 }],
      ["OPTION_UNKNOWN", { ...transfer, gas: 3 }],
    ];
    for (const [code, params] of bad) {
      await expectRejection(code, cold.signTransfer(params as typeof transfer));
    }
    expectCode("OPTION_INVALID", () => new OfflineWallet({ ...options, chainId: 1 } as never));
  });

  it("says in words what is signed", async () => {
    const token = await alice.getToken("ETH");
    const params = { to: TO, token: "ETH", amount: ETHER / 2n, validUntil: 1_800_000_000n };
    const signed = await alice.signTransfer({ ...params, fee: 1_000n });
    expect(describeTransaction(signed, token)).to.deep.equal([
      "Type       Transfer on L2",
      `Recipient  ${TO}`,
      "Amount     0.5 ETH",
      "Fee        0.000000000000001 ETH",
      `Account    ${signed.accountId}, nonce ${signed.nonce}`,
      "Valid      at once, until 2027-01-15T08:00:00.000Z",
    ]);
    const exit = await alice.signForcedExit({ target: TO, token: "ETH", validFrom: 2n ** 60n });
    const lines = describeTransaction(exit, token);
    expect(lines[0]).to.equal("Type       Forced exit of another account");
    expect(lines.at(-1)).to.equal(`Valid      from second ${2n ** 60n}, without end`);
  });

  it("withdraws what L1 owes, in all tokens and without the operator", async () => {
    const { governor, networkHelpers } = world;
    // Each L1 request pays a fee, which becomes a pending balance of its recipient.
    await world.rollup.connect(governor).setRequestFee(50n);
    const owner = await rollup.owner(governor);
    await owner.deposit({ token: "ETH", amount: 5n });
    const owed = await owner.getPendingBalance("ETH");
    expect(owed).to.be.above(0n);
    await networkHelpers.mine();
    const [payment] = await owner.withdrawPending();
    expect(payment).to.deep.include({ amount: owed });
    expect(payment!.token.symbol).to.equal("ETH");
    expect(await owner.getPendingBalance("ETH")).to.equal(0n);
    expect(await owner.withdrawPending({ token: "ETH" })).to.deep.equal([]);
    await expectRejection("TOKEN_UNKNOWN", owner.withdrawPending({ token: "GOLD" }));
    await world.rollup.connect(governor).setRequestFee(0n);
  });

  it("KEY_DERIVATION_NOT_DETERMINISTIC: the wallet's second signature is another one", async () => {
    const other = Wallet.createRandom().connect(world.ethers.provider);
    let count = 0;
    const moody = new Proxy(other, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== "signMessage") return value;
        return async (message: string) => {
          const signature = await target.signMessage(message);
          return count++ === 0
            ? signature
            : signature.replace(/..$/, (v) => (v === "1b" ? "1c" : "1b"));
        };
      },
    });
    await rollup.wallet(other, { derivationSignatures: 2 });
    const twice = rollup.wallet(moody, { derivationSignatures: 2 });
    await expectRejection("KEY_DERIVATION_NOT_DETERMINISTIC", twice);
    const three = rollup.wallet(other, { derivationSignatures: 3 });
    await expectRejection("OPTION_INVALID", three);
  });

  it("SIGNING_KEY_DIFFERS: warns that the account has another key", async () => {
    const warnings: RollupError[] = [];
    const onWarning = (warning: RollupError) => warnings.push(warning);
    await rollup.wallet(world.user, { onWarning });
    expect(warnings).to.deep.equal([]);
    const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(3));
    await rollup.wallet(world.user, { onWarning, signer });
    expect(warnings.map(({ code }) => code)).to.deep.equal(["SIGNING_KEY_DIFFERS"]);
    await expectRejection("OPTION_INVALID", rollup.wallet(world.user, { onWarning: 5 } as never));
  });
});

describe("sdk: a node that names a fee", () => {
  it("FEE_ABOVE_MAXIMUM: nobody signs above what was asked", async () => {
    const settings = { tokens: {} };
    const feed = await createFeeService({
      settings,
      preset: PRESETS.dev,
      provider: { getFeeData: () => Promise.resolve({ gasPrice: 10n ** 9n }) } as never,
    });
    const world = await createSdkWorld({ feePolicy: feed });
    const node = await createFakeNode(world.url);
    try {
      const wallet = await (await connect(node.url)).wallet(world.user);
      await wallet.deposit({ token: "ETH", amount: ETHER });
      await wallet.setSigningKey();
      const { fee } = await wallet.estimateFee({ type: "transfer", token: "ETH", to: TO });
      expect(fee).to.be.above(0n);
      node.answer = async ({ method }, _response, pass) => {
        const answer = (await pass()) as { result: object };
        if (method !== "rollup_getFee") return answer;
        return { ...answer, result: { ...answer.result, fee: `0x${ETHER.toString(16)}` } };
      };
      const payment = { to: TO, token: "ETH", amount: 5n };
      await expectRejection("FEE_ABOVE_MAXIMUM", wallet.transfer(payment));
      await expectRejection("FEE_ABOVE_MAXIMUM", wallet.signTransfer({ ...payment, maxFee: fee }));
      expect(node.calls.some(({ method }) => method === "rollup_submitBatch")).to.equal(false);
    } finally {
      feed.close();
      await node.close();
      await world.server.close();
    }
  });
});
