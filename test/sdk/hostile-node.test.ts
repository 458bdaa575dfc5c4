/** Nodes that lie, answer about something else, or in no form that they should. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { formatAmount } from "../../src/sdk/amounts.ts";
import { describeTransaction } from "../../src/sdk/describe.ts";
import { TransactionHandle } from "../../src/sdk/handles.ts";
import type { PromiseTrust } from "../../src/sdk/promises.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import type { Rollup } from "../../src/sdk/rollup.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { createRandom, type Random } from "../helpers/random.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";
const HASH = `0x${"1".repeat(64)}`;
const ETHER = 10n ** 18n;
/** With the case of a letter changed, its checksum is wrong. */
const MISTYPED = TO.replace("A11cE", "a11cE");
const ROUNDS = 300;
/** An action takes about as many calls. */
const CALLS_MAX = 8;

const random = createRandom();

describe(`sdk: hostile nodes (${random.title})`, () => {
  let world: SdkWorld;
  let node: FakeNode;
  let rollup: Rollup;
  let alice: RollupWallet;

  before(async () => {
    world = await createSdkWorld();
    alice = await (await connect(world.url)).wallet(world.user);
    await alice.deposit({ token: "ETH", amount: ETHER });
    await alice.setSigningKey();
    await world.operator.processBlocks();
    node = await createFakeNode(world.url);
    rollup = await connect(node.url, { retries: 0, pollMs: 5, timeoutMs: 2_000 });
  });
  after(async () => {
    rollup.close();
    await node.close();
    await world.server.close();
  });
  afterEach(() => {
    node.answer = (_call, _response, pass) => pass();
  });

  /** Changes what a method answers. */
  function change(changed: string, edit: (result: never) => unknown): void {
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: never };
      return method === changed ? { ...answer, result: edit(answer.result) } : answer;
    };
  }
  const merge = (other: object) => (result: object) => ({ ...result, ...other });

  it("RPC_RESULT_INVALID: an address with a wrong checksum", async () => {
    change("rollup_getConfig", merge({ rollupAddress: MISTYPED }));
    await expectRejection("RPC_RESULT_INVALID", connect(node.url, { retries: 0 }));
    await expectRejection("RPC_RESULT_INVALID", rollup.assertRollup(rollup));
    change("rollup_getAccount", merge({ address: MISTYPED }));
    await expectRejection("RPC_RESULT_INVALID", rollup.getAccount(0));
    change("rollup_getTokens", (tokens: object[]) => tokens.map(merge({ address: MISTYPED })));
    await expectRejection("RPC_RESULT_INVALID", rollup.getToken("ETH"));
    change("rollup_getConfig", merge({ rollupAddress: rollup.rollupAddress.toLowerCase() }));
    expect((await connect(node.url)).rollupAddress).to.equal(rollup.rollupAddress);
  });

  it("RPC_RESULT_INVALID: numbers that no program can count with", async () => {
    for (const sealed of [2 ** 53, 1e300, -1, 0.5]) {
      const blocks = { sealed, committed: 0, proven: 0, executed: 0 };
      change("rollup_getStatus", merge({ blocks }));
      await expectRejection("RPC_RESULT_INVALID", rollup.getStatus());
    }
    change("rollup_getTokens", (tokens: object[]) => tokens.map(merge({ decimals: 1e9 })));
    await expectRejection("RPC_RESULT_INVALID", rollup.getTokens());
  });

  it("RPC_RESULT_INVALID: an answer about something else than was asked", async () => {
    const { hash } = await alice.transfer({ to: TO, token: "ETH", amount: 1n });
    change("rollup_getAccount", merge({ address: TO }));
    await expectRejection("RPC_RESULT_INVALID", rollup.getAccount(alice.address));
    change("rollup_getAccount", merge({ id: 9 }));
    await expectRejection("RPC_RESULT_INVALID", rollup.getAccount(0));
    change("rollup_getAccountState", merge({ address: TO }));
    await expectRejection("RPC_RESULT_INVALID", rollup.getBalances(alice.address, "ETH"));
    for (const [method, ask] of [
      ["rollup_getReceipt", () => rollup.getReceipt(hash)],
      ["rollup_waitForReceipt", () => rollup.waitForReceipt(hash, "accepted")],
    ] as const) {
      change(method, merge({ hash: HASH }));
      await expectRejection("RPC_RESULT_INVALID", ask());
    }
    change("rollup_waitForReceipt", merge({ status: "rejected" }));
    await expectRejection("RPC_RESULT_INVALID", rollup.waitForReceipt(hash, "accepted"));
    for (const [method, ask] of [
      ["rollup_getPriorityRequest", () => rollup.getPriorityRequest(0)],
      ["rollup_waitForPriorityRequest", () => rollup.waitForPriorityRequest(0, "accepted")],
    ] as const) {
      change(method, merge({ requestId: 7 }));
      await expectRejection("RPC_RESULT_INVALID", ask());
    }
    change("rollup_getBlock", merge({ blockNumber: 7 }));
    await expectRejection("RPC_RESULT_INVALID", rollup.getBlock(1));
    change("rollup_getFee", merge({ tokenId: 7 }));
    const fee = rollup.estimateFee({ type: "transfer", token: "ETH" });
    await expectRejection("RPC_RESULT_INVALID", fee);
    change("rollup_getBatchFee", merge({ tokenId: 7 }));
    const batchFee = rollup.estimateBatchFee([{ type: "transfer", token: "ETH" }]);
    await expectRejection("RPC_RESULT_INVALID", batchFee);
  });

  it("RPC_RESULT_INVALID: receipts of other transactions, or too few of them", async () => {
    const first = await alice.signTransfer({ to: TO, token: "ETH", amount: 2n });
    for (const other of [{ nonce: 99 }, { accountId: 0 }, { type: "withdraw" }]) {
      change("rollup_submitTransaction", merge(other));
      await expectRejection("RPC_RESULT_INVALID", rollup.submitTransaction(first));
    }
    const batch = () =>
      alice
        .batch()
        .transfer({ to: TO, token: "ETH", amount: 3n })
        .transfer({ to: TO, token: "ETH", amount: 4n });
    const signed = await alice.signBatch(await batch().prepare());
    change("rollup_submitBatch", (receipts: object[]) => receipts.slice(1));
    await expectRejection("RPC_RESULT_INVALID", rollup.submitBatch(signed));
  });

  describe("a full exit", () => {
    it("RPC_RESULT_INVALID: of another's account costs nothing", async () => {
      const owner = await rollup.owner(world.user);
      const sent = await world.ethers.provider.getTransactionCount(owner.address);
      change("rollup_getAccount", merge({ id: 0, address: TO }));
      await expectRejection("RPC_RESULT_INVALID", owner.requestFullExit({ token: "ETH" }));
      expect(await world.ethers.provider.getTransactionCount(owner.address)).to.equal(sent);
    });

    it("asks no node if the account is known", async () => {
      const accountId = await alice.accountId();
      const owner = await rollup.owner(world.user);
      node.calls.splice(0);
      change("rollup_getAccount", merge({ id: 0 }));
      const { requestId } = await owner.requestFullExit({ token: "ETH", accountId });
      expect(node.calls.filter(({ method }) => method.startsWith("rollup_"))).to.deep.equal([]);
      await world.operator.processBlocks();
      expect((await rollup.getPriorityRequest(requestId))?.status).to.equal("executed");
      expect(await alice.getBalance("ETH")).to.equal(0n);
      await alice.deposit({ token: "ETH", amount: ETHER });
      const bad = owner.requestFullExit({ token: "ETH", accountId: -1 });
      await expectRejection("OPTION_INVALID", bad);
      await expectRejection("TOKEN_UNKNOWN", owner.requestFullExit({ token: "NONE", accountId }));
    });
  });

  it("is not asked for the rollup of a promise that a wallet knows", async () => {
    const asked: PromiseTrust[] = [];
    class Asked extends RollupProvider {
      override getInclusionPromise(_hash: string, _wish: unknown, trust: PromiseTrust) {
        asked.push(trust);
        return Promise.resolve({} as never);
      }
      override getBlockPromise(_number: number, trust: PromiseTrust) {
        asked.push(trust);
        return Promise.reject(new Error("no promise"));
      }
      override getReceipt() {
        return Promise.resolve({ blockNumber: 1, slotIndex: 0 } as never);
      }
    }
    const provider = new Asked({ call: () => Promise.reject(new Error("nobody asks")) });
    const transaction = await alice.signTransfer({ to: TO, token: "ETH", amount: 1n });
    const sent = { transaction, rollupAddress: rollup.rollupAddress };
    const handle = new TransactionHandle(provider, { hash: HASH } as never, sent);
    const l1 = { getBlock: 0, getNetwork: 0 } as never;
    for (const rest of [{}, { rollup: undefined }]) {
      const trust = { bond: TO, l1, ...rest } as PromiseTrust;
      await handle.inclusion(trust);
      await handle.promise(trust).catch(() => undefined);
    }
    expect(asked.map((trust) => trust.rollup)).to.deep.equal(Array(4).fill(rollup.rollupAddress));
    for (const timeoutMs of [NaN, -1, "5"]) {
      const options = { timeoutMs } as { timeoutMs: number };
      await expectRejection("OPTION_INVALID", handle.promise({ bond: TO, l1 }, options));
    }
  });

  it("writes amounts of tokens with more decimals than any", async () => {
    expect(formatAmount(5n, { decimals: 255 })).to.equal(`0.${"0".repeat(254)}5`);
    expect(formatAmount(50n, { decimals: 0 })).to.equal("50");
    expect(formatAmount(0n, { decimals: 18 })).to.equal("0.0");
    expectCode("OPTION_INVALID", () => formatAmount(5n, { decimals: 1e9 }));
    const signed = await alice.signTransfer({ to: TO, token: "ETH", amount: 1n });
    const lines = describeTransaction(signed, { id: 0, symbol: "ETH", decimals: 200 });
    expect(lines[2]).to.match(/^Amount {5}0\.0{199}1 ETH$/);
  });

  it("BATCH_NOT_PREPARED: a wallet remembers the latest thousand that it has prepared", async () => {
    const prepare = async (amount: number) => {
      const batch = alice.batch();
      for (let count = 0; count < 50; count++) {
        batch.transfer({ to: TO, token: 0, amount: BigInt(amount + count), fee: 0n });
      }
      return batch.prepare();
    };
    const [first] = await prepare(1_000);
    let last = first;
    for (let round = 1; round <= 20; round++) last = (await prepare(1_000 + 50 * round)).at(-1);
    await alice.signBatch([last!]);
    await expectRejection("BATCH_NOT_PREPARED", alice.signBatch([first!]));
  });

  /** What a program does with a node, once it is connected. */
  const actions: Readonly<Record<string, () => Promise<unknown>>> = {
    connect: async () => (await connect(node.url, { retries: 0 })).close(),
    getL1: async () => (await connect(node.url, { retries: 0 })).getL1(),
    wallet: () => rollup.wallet(world.user),
    l1: async () => {
      const wallet = await rollup.fromPrivateKey(`0x${"12".repeat(32)}`);
      await wallet.getL1Balance("ETH");
      await wallet.getPendingBalance("ETH");
      await wallet.withdrawPending({ token: "ETH" });
    },
    account: () => rollup.getAccount(alice.address),
    balances: () => rollup.getBalances(alice.address, "ETH"),
    token: async () => formatAmount(1n, await rollup.getToken("ETH")),
    fee: () => rollup.estimateFee({ type: "transfer", token: "ETH", to: TO }),
    status: () => rollup.getStatus(),
    block: () => rollup.getBlock("latest"),
    blocks: () => first(rollup.blocks({ from: 1 })),
    request: () => rollup.waitForPriorityRequest(0, "executed", soon()),
    history: async () => {
      const items: unknown[] = [];
      for await (const item of rollup.history(alice.address, soon())) items.push(item);
    },
    following: () => first(rollup.followAccount(alice.address, soon())),
    transfer: async () => {
      const wallet = await rollup.wallet(world.user);
      const { hash } = await wallet.transfer({ to: TO, token: "ETH", amount: 1n });
      await rollup.getTransaction(hash);
      await first(rollup.followTransaction(hash, soon()));
    },
  };
  const soon = () => ({ signal: AbortSignal.timeout(40) });
  const first = async (events: AsyncGenerator<unknown, void>) => {
    await events.next();
    await events.return();
  };

  it("every answer that is changed at random is taken or refused with a code", async () => {
    const names = [...Object.keys(actions), "l1", "l1", "l1"];
    const uncoded: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const name = names[round % names.length]!;
      const edits: string[] = [];
      // One answer, so that those before it lead there; or all from there on.
      let honest = random.int(CALLS_MAX);
      const isLasting = random.bool();
      node.answer = async ({ method }, _response, pass) => {
        const answer = (await pass()) as { result: unknown };
        if (honest-- > 0 || (edits.length > 0 && !isLasting)) return answer;
        const result = damage(random, answer.result);
        edits.push(`${method} ${JSON.stringify(result).slice(0, 300)}`);
        return { ...answer, result };
      };
      await actions[name]!().catch((error: unknown) => {
        if (!isRollupError(error))
          uncoded.push(`${name}: ${String(error)} by ${edits.join(" | ")}`);
      });
    }
    expect(uncoded).to.deep.equal([]);
  });
});

const GARBAGE: readonly unknown[] = [
  null,
  -1,
  0.5,
  1e300,
  2 ** 60,
  "",
  "0x",
  "0xzz",
  MISTYPED,
  `0x${"f".repeat(64)}`,
  `0x${"f".repeat(65)}`,
  [],
  {},
  [null],
  true,
];

/** Replaces one part of a value, or sometimes all of it. */
function damage(random: Random, value: unknown): unknown {
  const isPart = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isPart || random.int(6) === 0) return random.pick(GARBAGE);
  const keys = Object.keys(value);
  const key = random.pick(keys);
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  Reflect.set(copy, key, damage(random, Reflect.get(value, key)));
  return copy;
}
