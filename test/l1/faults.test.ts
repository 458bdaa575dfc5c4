/** Sending to an L1 that fails, hangs, forgets transactions and loses answers. */
import { expect } from "chai";
import { toQuantity, Wallet } from "ethers";
import { type ConnectOptions, connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  BAD_GATEWAY,
  type Fault,
  FaultyProvider,
  RATE_LIMITED,
  RESET,
} from "../helpers/faulty-provider.ts";
import { createTestBlock, createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

/** Key of the fourth account of Hardhat's chains, which nothing else here uses. */
const KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
const PATIENCE = { resendAfterMs: 400, sendsMax: 10, requestTimeoutMs: 300, requestsMax: 3 };
const SENDS = ["eth_sendRawTransaction", "eth_sendTransaction"];

describe("RollupClient: an L1 that fails", () => {
  let fixture: TestRollup;
  let faulty: FaultyProvider;
  let wallet: Wallet;
  let unhandled: unknown[];
  const note = (error: unknown) => unhandled.push(error);

  beforeEach(async () => {
    fixture = await createTestRollup();
    const { provider } = fixture.chain;
    const request = (call: { method: string; params?: readonly unknown[] }) =>
      provider.request({ method: call.method, params: [...(call.params ?? [])] });
    faulty = new FaultyProvider({ request });
    wallet = new Wallet(KEY, faulty.ethers);
    await setBalance(10n ** 20n);
    unhandled = [];
    process.on("unhandledRejection", note);
  });

  afterEach(() => {
    process.off("unhandledRejection", note);
    expect(unhandled).to.deep.equal([]);
  });

  const send = (method: string, params: unknown[] = []) =>
    fixture.ethers.provider.send(method, params) as Promise<unknown>;

  async function setBalance(wei: bigint): Promise<void> {
    await send("hardhat_setBalance", [wallet.address, toQuantity(wei)]);
  }

  const ofWallet = () => connectRollup(fixture.client, wallet, PATIENCE);
  const ofNode = async () =>
    connectRollup(fixture.client, await faulty.ethers.getSigner(wallet.address), PATIENCE);

  async function depositWith(client: RollupClient, ...faults: Fault[]): Promise<void> {
    const before = (await fixture.rollup.priorityQueue()).next;
    faulty.set(...faults);
    const { transaction } = await client.depositEth(wallet.address, 9n);
    faulty.set();
    expect((await fixture.rollup.priorityQueue()).next).to.equal(before + 1n);
    const receipt = await fixture.ethers.provider.getTransactionReceipt(transaction.hash);
    expect(receipt?.status).to.equal(1);
  }

  it("takes an undefined option of a client as one that was not given", async () => {
    const none = { requestsMax: undefined, requestTimeoutMs: undefined, resendAfterMs: undefined };
    const client = await connectRollup(fixture.client, wallet, none as unknown as ConnectOptions);
    await depositWith(client);
    faulty.set({ kind: "fail", error: BAD_GATEWAY, methods: ["eth_call"] });
    await expectRejection("L1_REQUEST_FAILED", client.readRequestFee());
  });

  const survivable: Record<string, Fault> = {
    "a failed look-up after sending": {
      kind: "fail",
      error: BAD_GATEWAY,
      methods: ["eth_getTransactionByHash", "eth_getTransactionReceipt"],
      times: 2,
    },
    "look-ups without a result": {
      kind: "null",
      methods: ["eth_getTransactionByHash", "eth_getTransactionReceipt"],
      times: 4,
    },
    "a lost answer to a send": { kind: "lose", methods: SENDS, times: 1 },
    "a failed send": { kind: "fail", error: BAD_GATEWAY, methods: SENDS, times: 1 },
    "a send without an answer": { kind: "hang", methods: SENDS, times: 1 },
    "a read without an answer": { kind: "hang", methods: ["eth_blockNumber"], times: 1 },
    "late answers": { kind: "delay", ms: 100 },
    "a rate limit": { kind: "fail", error: RATE_LIMITED, times: 2 },
    "a connection reset": { kind: "fail", error: RESET, times: 2 },
  };
  for (const [name, fault] of Object.entries(survivable)) {
    it(`recovers from ${name}, with a key of its own`, async () => {
      await depositWith(await ofWallet(), fault);
    });
    it(`recovers from ${name}, with a key of the node`, async () => {
      await depositWith(await ofNode(), fault);
    });
  }

  it("resends a transaction that the node has dropped", async () => {
    await depositWith(await ofWallet(), {
      kind: "drop",
      methods: ["eth_sendRawTransaction"],
      times: 2,
    });
  });

  it("recovers from an L1 outage", async () => {
    // The outage starts after sending and lasts for more requests than the retries of one.
    const isSent = () => faulty.counts.has("eth_sendRawTransaction");
    const client = await ofWallet();
    await depositWith(client, { kind: "fail", error: RESET, when: isSent, times: 12 });
  });

  it("takes no token for one without symbol and decimals because the node fails", async () => {
    const token = await fixture.ethers.deployContract("TestToken", ["Test", "TST"]);
    const address = await token.getAddress();
    await (await connectRollup(fixture.client, fixture.governor)).listToken(address);
    const client = await ofWallet();
    const ofToken = ([call]: readonly unknown[]) =>
      (call as { to: string }).to.toLowerCase() === address.toLowerCase();
    const methods = ["eth_call"];
    faulty.set({ kind: "fail", error: RATE_LIMITED, methods, when: ofToken, times: 6 });
    const { tokens } = await client.readNews(0);
    expect(tokens[1]).to.deep.equal({ id: 1, address, symbol: "TST", decimals: 18 });
    faulty.set({ kind: "fail", error: RATE_LIMITED, methods, when: ofToken });
    expect((await client.readNews(0)).tokens[1]).to.include({ symbol: address, decimals: 0 });
  });

  it("L1_REQUEST_FAILED: abandons a read, and sends nothing", async () => {
    const client = await ofWallet();
    const url = "https://mainnet.example/v3/SECRET";
    const error = { message: `Failed to make POST request to "${url}"` };
    faulty.set({ kind: "fail", error, methods: ["eth_estimateGas"] });
    const failed = await expectRejection(
      "L1_REQUEST_FAILED",
      client.depositEth(wallet.address, 9n),
    );
    expect(failed.facts).to.include({ request: "eth_estimateGas", attempts: 3, mayRecover: true });
    expect(JSON.stringify([failed.message, failed.facts, String(failed.cause)])).not.to.match(
      /SECRET|example/,
    );
    expect(faulty.counts.get("eth_sendRawTransaction")).to.equal(undefined);
  });

  it("L1_FUNDS_INSUFFICIENT: names the address without ETH", async () => {
    const client = await ofWallet();
    await setBalance(100n);
    const failed = await expectRejection(
      "L1_FUNDS_INSUFFICIENT",
      client.depositEth(wallet.address, 9n),
    );
    expect(failed.facts["address"]).to.equal(wallet.address);
  });

  it("L1_TRANSACTION_REFUSED: has the node's reason, and a retry succeeds", async () => {
    const client = await ofWallet();
    const error = { code: -32_000, message: "oversized data" };
    faulty.set({ kind: "fail", error, methods: ["eth_sendRawTransaction"], times: 1 });
    const failed = await expectRejection(
      "L1_TRANSACTION_REFUSED",
      client.depositEth(wallet.address, 9n),
    );
    expect(failed.facts["reason"]).to.equal("oversized data");
    await depositWith(client);
  });

  it("L1_SIGNER_MISSING: a provider alone cannot send", async () => {
    const client = await connectRollup(fixture.client, faulty.ethers, PATIENCE);
    await expectRejection("L1_SIGNER_MISSING", client.depositEth(wallet.address, 9n));
  });

  it("serializes the transactions of one account across clients", async () => {
    const clients = [await ofWallet(), await ofWallet(), await ofNode()];
    const deposits = clients.map((client) => client.depositEth(wallet.address, 9n));
    const sent = await Promise.all(deposits);
    expect(new Set(sent.map(({ requestId }) => requestId)).size).to.equal(3);
  });

  describe("with a predecessor that was killed", () => {
    let client: RollupClient;
    beforeEach(async () => {
      await fixture.rollup.connect(fixture.governor).setValidator(wallet.address, true);
      client = await ofWallet();
      await send("evm_setAutomine", [false]);
    });

    const mine = () => send("evm_mine");
    const commit = (user = client) => {
      const { genesis } = fixture;
      const { commitBlock } = createTestBlock(user, genesis, [], { timestamp: now });
      return user.commitBlocks(genesis, [commitBlock]);
    };
    let now: bigint;
    beforeEach(async () => {
      now = BigInt(await fixture.networkHelpers.time.latest());
    });

    /** Leaves a transaction in the mempool, with `factor` times the usual fees. */
    async function leaveBehind(factor: bigint): Promise<void> {
      const { maxFeePerGas, maxPriorityFeePerGas } = await faulty.ethers.getFeeData();
      const fees = {
        maxFeePerGas: factor * maxFeePerGas!,
        maxPriorityFeePerGas: factor * maxPriorityFeePerGas!,
      };
      const nonce = await faulty.ethers.getTransactionCount(wallet.address, "pending");
      const old = {
        to: wallet.address,
        chainId: 31_337,
        gasLimit: 21_000,
        nonce,
        ...fees,
        type: 2,
      };
      await faulty.ethers.send("eth_sendRawTransaction", [await wallet.signTransaction(old)]);
    }

    it("reads pending transactions, and waits for them", async () => {
      await leaveBehind(1n);
      await leaveBehind(1n);
      const { latestNonce } = await client.readPending();
      expect(await client.readPending()).to.deep.equal({
        latestNonce,
        pendingNonce: latestNonce + 2,
      });
      setTimeout(() => void mine(), 50);
      const found = await client.settlePending(10_000);
      expect(found.pendingNonce).to.equal(latestNonce + 2);
      expect((await client.readPending()).latestNonce).to.equal(latestNonce + 2);
    });

    it("replaces pending transactions that are not mined", async () => {
      await leaveBehind(5n);
      const settled = client.settlePending(50);
      const timer = setInterval(() => void mine(), 400);
      await settled;
      clearInterval(timer);
      const { latestNonce, pendingNonce } = await client.readPending();
      expect(latestNonce).to.equal(pendingNonce);
      await send("evm_setAutomine", [true]);
      await commit();
    });

    it("replaces an abandoned commit", async () => {
      const hasty = await connectRollup(fixture.client, wallet, { ...PATIENCE, sendsMax: 1 });
      const { latestNonce } = await hasty.readPending();
      const stuck = await expectRejection("L1_TRANSACTION_STUCK", commit(hasty));
      expect(stuck.facts["nonce"]).to.equal(latestNonce);
      const timer = setInterval(() => void mine(), 300);
      await commit();
      clearInterval(timer);
      expect((await client.readPending()).latestNonce).to.equal(latestNonce + 1);
    });
  });

  it("finds its transaction by nonce when the hash is lost", async () => {
    await fixture.rollup.connect(fixture.governor).setValidator(wallet.address, true);
    const client = await ofNode();
    faulty.set({ kind: "lose", methods: ["eth_sendTransaction"] });
    const timestamp = BigInt(await fixture.networkHelpers.time.latest());
    const { commitBlock } = createTestBlock(client, fixture.genesis, [], { timestamp });
    const { transaction } = await client.commitBlocks(fixture.genesis, [commitBlock]);
    const mined = await fixture.ethers.provider.getTransaction(transaction.hash);
    expect(mined?.from).to.equal(wallet.address);
    expect(faulty.counts.get("eth_sendTransaction")).to.equal(1);
  });

  it("sends again when another program has used the nonce", async () => {
    const client = await ofWallet();
    await send("evm_setAutomine", [false]);
    const deposit = client.depositEth(wallet.address, 9n);
    let pending: string[] = [];
    while (pending.length === 0) {
      const block = (await send("eth_getBlockByNumber", ["pending", false])) as {
        transactions: string[];
      };
      pending = block.transactions;
    }
    const waiting = (await fixture.ethers.provider.getTransaction(pending[0]!))!;
    const rival = {
      to: wallet.address,
      chainId: 31_337,
      gasLimit: 21_000,
      type: 2,
      maxFeePerGas: 10n ** 11n,
      maxPriorityFeePerGas: 10n ** 11n,
      nonce: waiting.nonce,
    };
    await send("eth_sendRawTransaction", [await wallet.signTransaction(rival)]);
    await send("evm_mine");
    await send("evm_setAutomine", [true]);
    await deposit;
    expect((await fixture.rollup.priorityQueue()).next).to.equal(1n);
  });
});
