import { expect } from "chai";
import { keccak256, makeError, Wallet, ZeroAddress } from "ethers";
import { ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import { tokenCapacity } from "../../src/protocol/presets.ts";
import { PROTOCOL_DIGEST } from "../../src/operations/table.ts";
import { createRpcClient, type RpcClient } from "../../src/api/client.ts";
import { fromJsonRpcError, toJsonRpcError } from "../../src/api/error-transport.ts";
import { createRpcHandler } from "../../src/server/handler.ts";
import { RPC_METHODS, type SignedTransactionParam } from "../../src/api/methods.ts";
import { opsError } from "../../src/operations/errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  authorize,
  createOperatorWorld,
  deposit,
  type Draft,
  HeldProver,
  type OperatorWorld,
  signBatch,
  signFor,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { createJsonRpcRequest, createLinkedClient } from "../helpers/rpc-link.ts";
import { signSetting } from "../helpers/second-factor.ts";

const random = createRandom();
const AMOUNT = 10n ** 20n;

function signParam(world: OperatorWorld, user: User, draft: Draft): SignedTransactionParam {
  const signed = signFor(world, user, draft);
  if (signed.type === "changePubKey") throw new Error("needs an authorization");
  return signed;
}

describe(`server: methods (${random.title})`, () => {
  const alice = new User(random);
  const called = new Set<string>();
  const key = new Wallet(`0x${"7".repeat(64)}`);
  let world: OperatorWorld;
  let client: RpcClient;
  let transferHash: string;
  before(async () => {
    const bond = { chainId: 31337n, bondAddress: `0x${"b0".repeat(20)}` };
    const promises = { bond, signer: key, signerAddress: key.address };
    world = await createOperatorWorld({ promises });
    const linked = createLinkedClient(world.operator);
    client = {
      call: (method, ...params) => {
        called.add(method);
        return linked.call(method, ...params);
      },
    };
  });

  it("rollup_getConfig, rollup_getTokens", async () => {
    const token = world.l1.listToken("TST");
    const { chainId, rollupAddress } = world.l1;
    expect(await client.call("rollup_getConfig")).to.deep.equal({
      chainId,
      rollupAddress,
      preset: "minimal",
      prover: "test",
      protocolDigest: PROTOCOL_DIGEST,
      feeAccountId: 0,
    });
    const eth = { id: 0, address: ZeroAddress, symbol: "ETH", decimals: 18, isMain: true };
    expect(await client.call("rollup_getTokens")).to.deep.equal([eth, { ...token, isMain: true }]);
  });

  it("rollup_getStatus", async () => {
    const blocks = { sealed: 0, committed: 0, proven: 0, executed: 0 };
    const kinds = [
      { kind: "2-main-2", blocks: 0 },
      { kind: "2-wide-2", blocks: 0 },
    ];
    expect(await client.call("rollup_getStatus")).to.deep.equal({ accepting: true, blocks, kinds });
  });

  it("rollup_getProving", async () => {
    const proving = { prover: "test", capacity: 1, jobs: [] };
    expect(await client.call("rollup_getProving")).to.deep.equal(proving);
    const answers = { proofs: 2, wrong: 3, failures: 1, isTrusted: false, lastAnswerMs: 7_900 };
    const workers = [{ ...answers, name: "alices-laptop#a1b2" }];
    const farm = await createOperatorWorld({
      prover: Object.assign(new HeldProver(), { workers }),
    });
    const counts = { proofs: 2, wrong: 3, failures: 1, trusted: false, lastAnswer: 7n };
    const answer = await createLinkedClient(farm.operator).call("rollup_getProving");
    expect(answer).to.deep.equal({ ...proving, workers: [{ id: "a1b2", ...counts }] });
    await farm.operator.close();
  });

  it("rollup_getFee, rollup_getBatchFee: nothing without a fee policy", async () => {
    const costWei = { commit: 0n, prove: 0n, execute: 0n, proof: 0n, total: 0n };
    const free = { tokenId: 0, fee: 0n, costWei, gasPriceWei: 0n };
    const recipient = alice.address;
    const options = { account: 5, recipient, authorization: "onchain" as const };
    expect(await client.call("rollup_getFee", "transfer", 0, options)).to.deep.equal(free);
    const batch = [{ type: "withdraw" as const, account: alice.l1.address }];
    expect(await client.call("rollup_getBatchFee", batch, 0)).to.deep.equal(free);
    await expectRejection("TOKEN_NOT_LISTED", client.call("rollup_getFee", "transfer", 9, {}));
  });

  it("rollup_getPriorityRequest, rollup_getAccount, rollup_getBalance", async () => {
    const { l1, operator } = world;
    expect(await client.call("rollup_getPriorityRequest", 0)).to.equal(null);
    expect(await client.call("rollup_getAccount", alice.l1.address)).to.equal(null);
    expect(await client.call("rollup_getBalance", alice.l1.address, 0)).to.equal(0n);
    l1.request({ type: "deposit", owner: alice.address, tokenId: 0, amount: AMOUNT });
    expect(await client.call("rollup_getPriorityRequest", 0)).to.deep.equal(
      operator.requestReceipt(0),
    );
    const account = {
      id: 1,
      address: alice.l1.address,
      nonce: 0,
      pubKeyHash: 0n,
      balances: [{ tokenId: 0, amount: AMOUNT }],
    };
    expect(await client.call("rollup_getAccount", alice.l1.address)).to.deep.equal(account);
    expect(await client.call("rollup_getAccount", 1)).to.deep.equal(account);
    expect(await client.call("rollup_getAccount", 2)).to.equal(null);
    expect(await client.call("rollup_getAccount", 10 ** 9)).to.equal(null);
    expect(await client.call("rollup_getBalance", 1, 0)).to.equal(AMOUNT);
  });

  it("rollup_submitTransaction, rollup_getReceipt", async () => {
    const change = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    if (change.type !== "changePubKey") throw new Error("it was drafted as such");
    const authorization = await authorize(world, alice, change);
    await client.call("rollup_submitTransaction", { ...change, authorization });
    const recipient = 0xabcn;
    for (const type of ["transfer", "withdraw"] as const) {
      const signed = signParam(world, alice, { type, tokenId: 0, recipient, amount: 7n });
      const accepted = await client.call("rollup_submitTransaction", signed);
      const { promise, ...receipt } = accepted;
      expect(promise?.inclusion).to.include({ accountId: 1, amount: 7n });
      expect(receipt).to.deep.equal(world.operator.receipt(receipt.hash));
      expect(await client.call("rollup_getReceipt", receipt.hash)).to.deep.equal(receipt);
      transferHash = receipt.hash;
    }
    const exit = signParam(world, alice, { type: "forcedExit", tokenId: 0, recipient });
    expect((await client.call("rollup_submitTransaction", exit)).type).to.equal("forcedExit");
    expect(await client.call("rollup_getReceipt", `0x${"00".repeat(32)}`)).to.equal(null);
  });

  it("rollup_waitForReceipt, rollup_waitForPriorityRequest", async () => {
    const receipt = await client.call("rollup_waitForReceipt", transferHash, "committed");
    expect(receipt.status).to.equal("committed");
    const request = await client.call("rollup_waitForPriorityRequest", 0, "proven");
    expect(request?.status).to.equal("proven");
  });

  it("rollup_processBlocks, rollup_getBlock", async () => {
    const processed = await client.call("rollup_processBlocks");
    expect(processed.map(({ status }) => status)).to.deep.equal(Array(3).fill("executed"));
    const [first] = processed;
    expect(first).to.include({ blockNumber: 1, kind: "2-main-2", timestamp: world.l1.timestamp });
    expect(first?.operations).to.deep.equal(["deposit", "changePubKey"]);
    expect(first?.execute?.gasUsed).to.be.a("bigint");
    expect(processed[1]?.oldStateRoot).to.equal(first?.newStateRoot);
    expect(await client.call("rollup_getBlock", 1)).to.deep.equal(first);
    expect(await client.call("rollup_getBlock", "latest")).to.deep.equal(processed.at(-1));
    expect(await client.call("rollup_getBlock", 0)).to.equal(null);
    expect(await client.call("rollup_getBlock", 4)).to.equal(null);
    const { kinds } = await client.call("rollup_getStatus");
    expect(kinds[0]).to.deep.equal({ kind: "2-main-2", blocks: 3 });
  });

  it("rollup_submitBatch", async () => {
    const { nonce } = world.operator.state.account(1);
    const transfer = { type: "transfer", tokenId: 0, recipient: 1n, amount: 7n } as const;
    const sign = (...drafts: Draft[]) =>
      signBatch(
        world,
        drafts.map((draft) => [alice, draft]),
      ) as SignedTransactionParam[];
    const refused = sign({ ...transfer, nonce }, { ...transfer, nonce });
    await expectRejection("NONCE_MISMATCH", client.call("rollup_submitBatch", refused));
    await expectRejection("RPC_PARAMS_INVALID", client.call("rollup_submitBatch", []));
    const batch = sign(transfer, transfer);
    const split = client.call("rollup_submitTransaction", batch[0]!);
    await expectRejection("SIGNATURE_INVALID", split);
    const receipts = await client.call("rollup_submitBatch", batch);
    expect(receipts.map((receipt) => receipt.nonce)).to.deep.equal([nonce, nonce + 1]);
    const { promise, ...second } = receipts[1]!;
    expect(await client.call("rollup_getReceipt", second.hash)).to.deep.equal(second);
    expect(promise?.signature).to.equal(receipts[0]!.promise?.signature);
    expect(await client.call("rollup_getInclusionPromise", second.hash)).to.deep.equal(promise);
    const unknown = `0x${"12".repeat(32)}`;
    expect(await client.call("rollup_getInclusionPromise", unknown)).to.equal(null);
  });

  it("rollup_getTransaction, rollup_getAccountState, and lists", async () => {
    const found = await client.call("rollup_getTransaction", transferHash);
    expect(found?.batch).to.deep.equal([transferHash]);
    expect(found?.receipt).to.deep.equal(await client.call("rollup_getReceipt", transferHash));
    expect(found?.data).to.include({ type: found?.receipt.type, accountId: 1 });
    expect(await client.call("rollup_getTransaction", `0x${"12".repeat(32)}`)).to.equal(null);
    const finalized = await client.call("rollup_getAccountState", 1, "finalized");
    const accepted = await client.call("rollup_getAccountState", 1, "accepted");
    expect(accepted!.nonce).to.equal(finalized!.nonce + 2);
    const { items, next } = await client.call("rollup_getBlocks", { limit: 2 });
    expect(items.map(({ blockNumber }) => blockNumber)).to.deep.equal([3, 2]);
    expect(next).to.equal("1");
    const operations = await client.call("rollup_getBlockOperations", 1, {});
    expect(operations!.items.map(({ type }) => type)).to.deep.equal(
      (await client.call("rollup_getBlock", 1))!.operations,
    );
    const touched = await client.call("rollup_getAccountTransactions", 1, {});
    expect(touched!.items.map(({ type }) => type)).to.include(found?.receipt.type);
    const steps = (await client.call("rollup_getL1Transactions", {})).items;
    expect(steps.map(({ step }) => step)).to.include.members(["commit", "prove", "execute"]);
  });

  it("rollup_setSecondFactor, rollup_getSecondFactor", async () => {
    const { limit, ...setting } = await signSetting(world, alice, { limit: 5n });
    const factor = { nonce: 1, limits: [{ tokenId: 0, limit: 5n, left: 5n }] };
    const set = await client.call("rollup_setSecondFactor", { ...setting, limit: limit! });
    expect(set).to.deep.equal(factor);
    expect(await client.call("rollup_getSecondFactor", 1)).to.deep.equal(factor);
    expect(await client.call("rollup_getSecondFactor", 10 ** 9)).to.equal(null);
  });

  it("rollup_getBlockPromise", async () => {
    const { bond, promise, pubdata } = await client.call("rollup_getBlockPromise", 2);
    expect(bond).to.deep.equal({ chainId: 31337n, address: `0x${"b0".repeat(20)}` });
    expect(promise).to.include({ blockNumber: 2, pubdataHash: keccak256(pubdata) });
    expect(await world.l1.readBlockHash(promise.anchorNumber)).to.equal(promise.anchorHash);
    await expectRejection("PROMISE_NOT_READY", client.call("rollup_getBlockPromise", 99));
  });

  it("has been called for every method", () => {
    expect([...called].sort()).to.deep.equal(Object.keys(RPC_METHODS).sort());
  });
});

describe(`server: reading L1 (${random.title})`, () => {
  it("happens in any mode for consent that was just given there", async () => {
    const alice = new User(random);
    const world = await createOperatorWorld({ options: { mode: "manual" } });
    const client = createLinkedClient(world.operator);
    await deposit(world, alice.address, 1n);
    const change = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    if (change.type !== "changePubKey") throw new Error("it was drafted as such");
    const param = { ...change, authorization: ON_CHAIN_AUTHORIZATION };
    const refused = client.call("rollup_submitTransaction", param);
    await expectRejection("AUTHORIZATION_INVALID", refused);
    const { pubKeyHash } = alice.signer;
    const { accountId, nonce } = change;
    world.l1.authorize({ owner: alice.address, accountId, nonce, pubKeyHash });
    const receipt = await client.call("rollup_submitTransaction", param);
    expect(receipt.status).to.equal("accepted");
  });

  it("happens at every call on demand, and seals nothing", async () => {
    const world = await createOperatorWorld();
    const client = createLinkedClient(world.operator);
    const requestId = world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    const receipt = await client.call("rollup_waitForPriorityRequest", requestId, "accepted");
    expect(receipt?.status).to.equal("accepted");
    expect(world.operator.blocks).to.have.length(0);
  });
});

describe(`server: reading L1 once all else holds (${random.title})`, () => {
  const alice = new User(random);

  /** Creates a world in the mode of a public operator, with an account and a count of L1 reads. */
  async function createCounted() {
    const world = await createOperatorWorld({ options: { mode: "manual" } });
    await deposit(world, alice.address, AMOUNT);
    const reads = countReads(world);
    return { world, reads, client: createLinkedClient(world.operator) };
  }

  function onChainChange(world: OperatorWorld, draft: Partial<Draft> = {}) {
    const change = signFor(world, alice, { type: "changePubKey", tokenId: 0, ...draft } as Draft);
    if (change.type !== "changePubKey") throw new Error("it was drafted as such");
    return { ...change, authorization: ON_CHAIN_AUTHORIZATION };
  }

  it("sends L1 no call for a wrong signature", async () => {
    const { world, reads, client } = await createCounted();
    const change = onChainChange(world);
    const forged = { ...change, signature: { ...change.signature, s: 1n } };
    await expectRejection("SIGNATURE_INVALID", client.call("rollup_submitTransaction", forged));
    expect(reads.count).to.equal(0);
  });

  it("sends L1 no call for a missing account or a wrong nonce", async () => {
    const { world, reads, client } = await createCounted();
    for (const draft of [{ accountId: 7 }, { nonce: 5 }]) {
      const change = onChainChange(world, { nonce: 0, accountId: 1, ...draft });
      const refused = client.call("rollup_submitTransaction", change);
      expect(await refused.catch((error: unknown) => error)).to.have.property("code");
    }
    expect(reads.count).to.equal(0);
  });

  it("reads L1 once for concurrent calls", async () => {
    const { world, reads, client } = await createCounted();
    const change = onChainChange(world);
    const { pubKeyHash } = alice.signer;
    world.l1.authorize({ owner: alice.address, accountId: 1, nonce: 0, pubKeyHash });
    const calls = Array.from({ length: 20 }, () => client.call("rollup_submitTransaction", change));
    const receipts = await Promise.all(calls);
    expect(new Set(receipts.map(({ hash }) => hash)).size).to.equal(1);
    // One read for the first, and one for all calls during that read.
    expect(reads.count).to.be.within(1, 2);
  });

  it("processes blocks once for concurrent calls", async () => {
    const world = await createOperatorWorld({ options: { mode: "manual" } });
    const client = createLinkedClient(world.operator);
    const reads = countReads(world);
    await Promise.all(Array.from({ length: 50 }, () => client.call("rollup_processBlocks")));
    expect(reads.count).to.be.within(1, 2);
  });

  it("answers for a node with the blocks as they are when the time limit has passed", async () => {
    const prover = new HeldProver();
    const clock = new FakeClock();
    const options = { mode: "interval", waitLimitMs: 5_000 } as const;
    const world = await createOperatorWorld({ prover, clock, options });
    const client = createLinkedClient(world.operator);
    await deposit(world, alice.address, 1n);
    const answer = client.call("rollup_processBlocks");
    await prover.begun;
    await clock.advance(5_000);
    expect((await answer).map(({ status }) => status)).to.deep.equal(["committed"]);
    const later = client.call("rollup_processBlocks");
    prover.release();
    expect((await later).map(({ status }) => status)).to.deep.equal(["executed"]);
    expect(await client.call("rollup_processBlocks")).to.deep.equal([]);
  });

  it("refuses the operator's own methods to the public", async () => {
    const world = await createOperatorWorld();
    const handle = createRpcHandler(world.operator, "public");
    await expectRejection("RPC_METHOD_RESTRICTED", handle("rollup_processBlocks", []));
    expect(await handle("rollup_getTokens", [])).to.have.length(1);
  });
});

/** Counts the operator's reads of L1. */
function countReads({ l1 }: OperatorWorld): { count: number } {
  const reads = { count: 0 };
  const readNews = l1.readNews.bind(l1);
  l1.readNews = (...args) => {
    reads.count++;
    return readNews(...args);
  };
  return reads;
}

describe(`server: errors (${random.title})`, () => {
  let world: OperatorWorld;
  before(async () => {
    world = await createOperatorWorld();
  });

  it("carry code, facts and fix of a refusal", async () => {
    const client = createLinkedClient(world.operator);
    world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    const draft: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
    const signed = signParam(world, new User(random), { ...draft, accountId: 1, nonce: 0 });
    const refused = client.call("rollup_submitTransaction", signed);
    const error = await expectRejection("SIGNING_KEY_NOT_SET", refused);
    expect(error.facts).to.deep.equal({ code: "SIGNING_KEY_NOT_SET", accountId: 1 });
  });

  it("keep bigints in the facts, and the texts", () => {
    const sent = opsError({ code: "AMOUNT_NOT_PACKABLE", amount: 2n ** 90n + 1n, closest: 5n });
    const received = fromJsonRpcError(toJsonRpcError("rollup_x", sent));
    expect(received?.facts).to.deep.equal(sent.facts);
    expect(received).to.include({ message: sent.message, fix: sent.fix });
  });

  it("are found where ethers and others put them", () => {
    const sent = toJsonRpcError("rollup_x", opsError({ code: "RECIPIENT_ZERO" }));
    const byEthers = makeError("could not coalesce error", "UNKNOWN_ERROR", { error: sent });
    const wrapped = [sent, byEthers, { info: { error: sent } }, new Error("x", { cause: sent })];
    for (const thrown of wrapped) {
      expect(fromJsonRpcError(thrown)?.code).to.equal("RECIPIENT_ZERO");
    }
    expect(sent.code).to.equal(-32000);
    for (const thrown of [undefined, "text", new Error("none"), { data: { code: 5 } }]) {
      expect(fromJsonRpcError(thrown)).to.equal(undefined);
    }
  });

  it("of unregistered codes are errors too", () => {
    const data = { code: "FROM_THE_FUTURE", facts: { n: 1 }, sentence: "New.", fix: "Upgrade." };
    const error = fromJsonRpcError({ code: -32000, message: "", data });
    expect(error?.message).to.equal("FROM_THE_FUTURE: New.");
    expect(error?.fix).to.equal("Upgrade.");
    const facts = { n: { bigint: "many" } };
    const odd = fromJsonRpcError({ code: -32000, message: "", data: { ...data, facts } });
    expect(odd?.facts).to.deep.include(facts);
  });

  it("RPC_METHOD_UNKNOWN, RPC_PARAMS_INVALID, with the codes of JSON-RPC", async () => {
    const handle = createRpcHandler(world.operator);
    for (const method of ["rollup_nothing", "toString", "eth_call"]) {
      const error = await expectRejection("RPC_METHOD_UNKNOWN", handle(method, []));
      expect(toJsonRpcError(method, error).code).to.equal(-32601);
    }
    const bad: readonly (readonly [string, unknown])[] = [
      ["rollup_getAccount", []],
      ["rollup_getAccount", ["0x12"]],
      ["rollup_getAccount", [-1]],
      ["rollup_getAccount", [1, 2]],
      ["rollup_getAccount", { id: 1 }],
      ["rollup_getReceipt", ["0x1"]],
      ["rollup_waitForReceipt", [`0x${"00".repeat(32)}`, "sealed"]],
      ["rollup_submitTransaction", [{ type: "swap" }]],
      ["rollup_getFee", ["deposit", 0, {}]],
      ["rollup_getFee", ["transfer", 0, { to: "0x1" }]],
      ["rollup_getBatchFee", [[], 0]],
      ["rollup_getBatchFee", [new Array(51).fill({ type: "transfer" }), 0]],
    ];
    for (const [method, params] of bad) {
      const error = await expectRejection("RPC_PARAMS_INVALID", handle(method, params));
      expect(toJsonRpcError(method, error).code).to.equal(-32602);
    }
    expect(await handle("rollup_getTokens", undefined)).to.have.length(1);
  });

  it("TOKEN_ID_OUT_OF_RANGE: a token that cannot exist", async () => {
    const client = createLinkedClient(world.operator);
    const tokenId = tokenCapacity(world.operator.preset);
    await expectRejection("TOKEN_ID_OUT_OF_RANGE", client.call("rollup_getBalance", 0, tokenId));
  });

  it("RPC_FAILED: any error without a code", async () => {
    world.l1.failNext("readNews");
    const client = createLinkedClient(world.operator);
    const error = await expectRejection("RPC_FAILED", client.call("rollup_getTokens"));
    expect(error.message).to.contain("readNews fails");
  });

  it("RPC_RESULT_INVALID: an answer of another type; errors of the transport pass", async () => {
    const request = createJsonRpcRequest(world.operator);
    const wrong = createRpcClient(async (method, params) => ({ x: await request(method, params) }));
    const error = await expectRejection("RPC_RESULT_INVALID", wrong.call("rollup_getConfig"));
    expect(error.facts["path"]).to.equal("chainId");
    const broken = createRpcClient(() => Promise.reject(new Error("no connection")));
    const failure = await broken.call("rollup_getConfig").catch((thrown: unknown) => thrown);
    expect(failure).to.include({ message: "no connection" });
  });
});
