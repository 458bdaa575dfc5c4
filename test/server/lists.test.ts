/** Lists of what has happened, from the memory back into the store. */
import { expect } from "chai";
import { createEthereumHandler } from "../../src/server/ethereum/handler.ts";
import { createRpcHandler } from "../../src/server/handler.ts";
import type { RpcResult } from "../../src/api/methods.ts";
import type { Operator } from "../../src/operator/operator.ts";
import { accountsOf } from "../../src/operator/ledger/summary.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  type OperatorWorld,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import {
  describeStores,
  sendTransfer,
  type StoreWorld,
  type TestStores,
} from "../helpers/store-world.ts";

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly firstBlock: number;
  readonly next?: string;
}

type Ask = (method: string, ...params: unknown[]) => Promise<Page>;

function askOf(operator: Operator): Ask {
  const handle = createRpcHandler(operator, "public");
  return (method, ...params) => handle(method, params) as Promise<Page>;
}

/** All items of a list, in pages. */
async function listAll(
  ask: (page: object) => Promise<Page>,
  limit: number,
  onPage = (): Promise<unknown> => Promise.resolve(),
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | undefined, pages = 0; ; pages++) {
    const page = await ask({ limit, ...(cursor !== undefined && { cursor }) });
    expect(page.items.length).to.be.at.most(limit);
    items.push(...page.items);
    if (page.next === undefined) return items;
    expect(pages, "the list ends").to.be.lessThan(500);
    cursor = page.next;
    await onPage();
  }
}

/** Lets L1 grow until no reorg can undo what is executed now. */
async function passViews({ operator, l1 }: OperatorWorld): Promise<void> {
  for (let view = 0; view < 70; view++) {
    l1.increaseTime(1);
    await (view === 0 ? operator.processBlocks() : operator.syncL1());
  }
  await operator.processBlocks();
}

const numbers = (items: readonly Record<string, unknown>[]) =>
  items.map(({ blockNumber }) => blockNumber as number);
const downFrom = (last: number) => Array.from({ length: last }, (_, index) => last - index);
const random = createRandom();

describeStores(`server: lists (${random.title})`, (create) => {
  let stores: TestStores;
  let world: StoreWorld;
  let ask: Ask;
  let accountId: number;

  // One history for all: the tests that change it come last.
  before(async () => {
    stores = await create();
    world = await stores.createWorld(random);
    ask = askOf(world.operator);
    accountId = world.operator.state.accountIdOf(world.alice.address)!;
    await createHistory();
  });

  after(() => stores.close());

  /** Executes a block, of which a view of L1 is kept. */
  async function executeBlock(transfers = 1): Promise<void> {
    const { operator, l1 } = world;
    for (let count = 0; count < transfers; count++) await sendTransfer(world);
    l1.increaseTime(1);
    await operator.syncL1();
    await operator.processBlocks();
  }

  /** Makes what is executed so far leave the memory. */
  async function forget(): Promise<void> {
    const { operator } = world;
    const { executed } = operator.progress;
    await passViews(world);
    expect(operator.block(executed), "it has left the memory").to.equal(undefined);
  }

  /** Blocks in the store, blocks in memory in every status, and an open one. */
  async function createHistory(): Promise<void> {
    for (let block = 0; block < 5; block++) await executeBlock(1 + (block % 3));
    await forget();
    for (let block = 0; block < 3; block++) await executeBlock();
    const { operator } = world;
    await sendTransfer(world);
    operator.sealBlock();
    await operator.commitBlocks();
    await sendTransfer(world);
    operator.sealBlock();
    await sendTransfer(world);
  }

  it("reach back to block 1 in pages of any size, in one order", async () => {
    const { operator } = world;
    const newest = operator.blocks.at(-1)!.applied.block.blockNumber;
    expect(operator.checkpoint().start.storedBlock.blockNumber).to.be.within(4, newest - 3);
    for (const limit of [1, 2, 3, 100]) {
      const blocks = await listAll((page) => ask("rollup_getBlocks", page), limit);
      expect(numbers(blocks), `limit ${limit}`).to.deep.equal(downFrom(newest));
    }
    const page = await ask("rollup_getBlocks", { limit: 1 });
    expect(page.firstBlock).to.equal(1);
  });

  it("lists each L1 transaction once, with all its blocks", async () => {
    const { progress } = world.operator;
    const whole = await listAll((page) => ask("rollup_getL1Transactions", page), 100);
    for (const limit of [1, 2, 5]) {
      const paged = await listAll((page) => ask("rollup_getL1Transactions", page), limit);
      expect(paged, `limit ${limit}`).to.deep.equal(whole);
    }
    for (const [step, last] of [
      ["commit", progress.committed],
      ["prove", progress.proven],
      ["execute", progress.executed],
    ] as const) {
      const blocks = whole.filter((item) => item["step"] === step);
      const all = blocks.flatMap((item) => (item["blocks"] as number[]).toReversed());
      expect(all, step).to.deep.equal(downFrom(last));
    }
    const hashes = whole.map(({ transaction }) => (transaction as { hash: string }).hash);
    expect(new Set(hashes).size).to.equal(hashes.length);
  });

  it("lists what has touched an account, of every age, once", async () => {
    const whole = await listAll((p) => ask("rollup_getAccountTransactions", accountId, p), 100);
    const { operator } = world;
    const expected: string[] = [];
    const { open, blocks, start } = operator.checkpoint();
    for (let block = 1; block <= start.storedBlock.blockNumber; block++) {
      for (const { slotIndex, type, fields } of await operator.pastOperations(block)) {
        const isTouched = accountsOf({ type, ...fields } as never).includes(accountId);
        if (isTouched) expected.push(`${block}/${slotIndex}`);
      }
    }
    for (const { items, applied } of [...blocks, undefined].map((block) => ({
      items: block?.items ?? open.items,
      applied: block?.applied.block ?? {
        blockNumber: open.block.header.blockNumber,
        operations: open.block.slots.map(({ operation }) => operation),
      },
    }))) {
      for (const slot of items.keys()) {
        const isTouched = accountsOf(applied.operations[slot]!).includes(accountId);
        if (isTouched) expected.push(`${applied.blockNumber}/${slot}`);
      }
    }
    const places = whole.map(
      ({ blockNumber, slotIndex }) => `${String(blockNumber)}/${String(slotIndex)}`,
    );
    expect(places).to.deep.equal(expected.toReversed());
    expect(whole.at(-1)).to.include({ type: "deposit", requestId: 0, status: "executed" });
    expect(new Set(whole.map(({ status }) => status))).to.include.members([
      ...["accepted", "committed", "executed"],
    ]);
    for (const limit of [1, 3]) {
      const list = (page: object) => ask("rollup_getAccountTransactions", accountId, page);
      expect(await listAll(list, limit), `limit ${limit}`).to.deep.equal(whole);
    }
    const owner = world.alice.l1.address;
    expect((await ask("rollup_getAccountTransactions", owner, {})).items[0]).to.deep.equal(
      whole[0],
    );
    const keys = await listAll(
      (page) => ask("rollup_getAccountTransactions", accountId, { ...page, type: "changePubKey" }),
      1,
    );
    expect(keys).to.deep.equal(whole.filter(({ type }) => type === "changePubKey"));
    const other = { type: "transfer", tokenId: 1 };
    expect(await ask("rollup_getAccountTransactions", accountId, other)).to.include({
      firstBlock: 1,
    });
    expect(await ask("rollup_getAccountTransactions", 60, {})).to.equal(null);
  });

  it("has the operation and the batch of a transaction that has left the memory", async () => {
    const hash = await sendTransfer(world);
    await executeBlock();
    const find = () => ask("rollup_getTransaction", hash) as unknown as Promise<Details>;
    type Details = NonNullable<RpcResult<"rollup_getTransaction">>;
    const { operation, data } = await find();
    expect(data).to.include({ type: "transfer" });
    await forget();
    const past = await find();
    expect(past.data).to.equal(undefined);
    expect(past.batch).to.deep.equal([hash]);
    const { data: fields, ...slot } = past.operation!;
    expect(operation).to.deep.include(slot);
    expect(operation!.data).to.include(fields);
  });

  it("answers Ethereum tools about blocks of every age", async () => {
    const { operator } = world;
    const handle = createEthereumHandler(operator, 1);
    type Block = Record<"hash" | "parentHash", string> & { transactions: { hash: string }[] };
    let parentHash = "";
    await executeBlock();
    for (let number = 0; number <= operator.progress.executed; number++) {
      const params = [`0x${number.toString(16)}`, true];
      const block = (await handle("eth_getBlockByNumber", params)) as Block;
      if (number > 0) expect(block.parentHash, `of block ${number}`).to.equal(parentHash);
      parentHash = block.hash;
      expect(await handle("eth_getBlockByHash", [block.hash, true])).to.deep.equal(block);
      if (number > 0) expect(block.transactions).not.to.have.length(0);
      for (const transaction of block.transactions) {
        const { hash } = transaction;
        expect(await handle("eth_getTransactionByHash", [hash])).to.deep.equal(transaction);
        const receipt = await handle("eth_getTransactionReceipt", [hash]);
        expect(receipt).to.include({ transactionHash: hash, status: "0x1" });
      }
    }
    const past = [world.alice.l1.address, "0x1"];
    await expectRejection("RPC_STATE_NOT_KEPT", handle("eth_getBalance", past));
  });

  it("skips and repeats nothing while blocks are sealed, executed and leave the memory", async () => {
    const before = await listAll((p) => ask("rollup_getAccountTransactions", accountId, p), 100);
    const names = (items: typeof before) => items.map(({ hash, requestId }) => hash ?? requestId);
    let turn = 0;
    const during = await listAll(
      (page) => ask("rollup_getAccountTransactions", accountId, page),
      2,
      () => (turn++ === 1 ? forget() : executeBlock()),
    );
    expect(names(during)).to.deep.equal(names(before));
  });

  it("goes on after a restart with cursors of before", async () => {
    const whole = await listAll((p) => ask("rollup_getAccountTransactions", accountId, p), 100);
    const first = await ask("rollup_getAccountTransactions", accountId, { limit: 3 });
    const blocks = await ask("rollup_getBlocks", { limit: 3 });
    world = await stores.restart(world);
    const again = askOf(world.operator);
    const page = { cursor: first.next!, limit: 100 };
    const rest = await again("rollup_getAccountTransactions", accountId, page);
    expect([...first.items, ...rest.items]).to.deep.equal(whole);
    const others = await again("rollup_getBlocks", { cursor: blocks.next!, limit: 100 });
    expect(numbers(others.items).at(-1)).to.equal(1);
  });

  it("says from which block on if the store begins later, or has a gap", async () => {
    const database = stores.database();
    const remove = database.queries.deleteFrom("blocks").where("number", "=", 2);
    await database.transact({ statements: [remove.compile()] });
    ask = askOf((await stores.restart(world)).operator);
    for (const [method, ...params] of [
      ["rollup_getBlocks"],
      ["rollup_getL1Transactions"],
      ["rollup_getAccountTransactions", accountId],
    ] as const) {
      const page = await ask(method, ...params, { limit: 100 });
      expect(page.firstBlock, method).to.equal(3);
      expect(Math.min(...page.items.flatMap(blocksOf)), method).to.equal(3);
    }
  });
});

function blocksOf(item: Record<string, unknown>): number[] {
  return (item["blocks"] as number[] | undefined) ?? [item["blockNumber"] as number];
}

describe("server: lists in memory", () => {
  it("reach back as far as the memory, and say how far", async () => {
    const world = await createOperatorWorld({ options: { executedBlocksMax: 2 } });
    const { operator } = world;
    const user = await createFundedUser(world, createRandom("lists"));
    const draft: Draft = { type: "transfer", recipient: 5n, tokenId: 0, amount: 1n };
    for (let block = 0; block < 5; block++) {
      submit(world, user, draft);
      await operator.processBlocks();
    }
    await passViews(world);
    const ask = askOf(operator);
    const page = await ask("rollup_getBlocks", { limit: 100 });
    const first = operator.checkpoint().start.storedBlock.blockNumber + 1;
    expect(page.firstBlock).to.equal(first).and.greaterThan(1);
    expect(numbers(page.items).at(-1)).to.equal(first);
    const accountId = operator.state.accountIdOf(user.address)!;
    const list = await ask("rollup_getAccountTransactions", accountId, { limit: 100 });
    expect(numbers(list.items).at(-1)).to.equal(first);
    expect(list).not.to.have.property("next");
  });

  it("RPC_CURSOR_GONE: the item of a cursor is in no block any more", async () => {
    const world = await createOperatorWorld();
    const { operator, l1 } = world;
    const user = await createFundedUser(world, createRandom("lists"));
    const draft: Draft = { type: "transfer", recipient: 5n, tokenId: 0, amount: 1n };
    const validUntil = l1.timestamp + 5n;
    const { hash } = submit(world, user, { ...draft, validUntil });
    const accountId = operator.state.accountIdOf(user.address)!;
    const ask = askOf(operator);
    const page = { cursor: hash, limit: 1 };
    const { items } = await ask("rollup_getAccountTransactions", accountId, page);
    expect(items[0]).to.include({ hash, status: "accepted", type: "transferToNew" });
    l1.increaseTime(10);
    await operator.syncL1();
    await expectRejection("RPC_CURSOR_GONE", ask("rollup_getAccountTransactions", accountId, page));
    for (const cursor of ["0x12", "x", "1-execute"]) {
      const wrong = ask("rollup_getAccountTransactions", accountId, { cursor });
      await expectRejection("RPC_PARAMS_INVALID", wrong);
    }
  });
});
