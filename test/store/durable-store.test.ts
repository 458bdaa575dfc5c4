/** What a store has answered survives the end of the process, in SQLite. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { type DurableStore, openDurableStore } from "../../src/store/durable-store.ts";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  authorize,
  createOperatorWorld,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  signFor,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
const PRESET = PRESETS.minimal;
const GENESIS_HASH = `0x${"11".repeat(32)}`;

describe(`store: durable (${random.title})`, () => {
  let folder: string;
  let target: SqlTarget;
  const open: DurableStore[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rollup-store-"));
    target = { type: "sqlite", path: join(folder, "node.sqlite") };
  });

  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    await rm(folder, { recursive: true });
  });

  async function openStore(changed: object = {}): Promise<DurableStore> {
    const rollup = { chainId: 31337n, rollupAddress: `0x${"c0".repeat(20)}` };
    const owner = { rollup, preset: PRESET, genesisHash: GENESIS_HASH, ...changed };
    const store = await openDurableStore({ target, owner, finalReceiptsMax: 100 });
    open.push(store);
    return store;
  }

  async function createWorld() {
    const store = await openStore();
    const world = await createOperatorWorld({ store, preset: PRESET });
    const alice = new User(random);
    world.l1.request({ type: "deposit", owner: alice.address, tokenId: 0, amount: 1000n });
    await world.operator.syncL1();
    const transaction = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    const authorization = await authorize(world, alice, transaction);
    await world.operator.receiveBatch([{ transaction, authorization }]);
    return { ...world, store, alice };
  }

  /** Starts another operator on the same store, as after a kill. */
  async function restart({ l1, prover }: OperatorWorld) {
    const store = await openStore();
    const parts = { preset: PRESET, feeAccountAddress: FEE_ACCOUNT_ADDRESS };
    const operator = await Operator.create({ ...parts, l1, prover, store });
    return { store, operator };
  }

  async function send(world: OperatorWorld & { alice: User }): Promise<string> {
    const transaction = signFor(world, world.alice, TRANSFER);
    const [receipt] = await world.operator.receiveBatch([{ transaction, authorization: "0x" }]);
    return receipt!.hash;
  }

  it("has all that was answered when another operator opens it", async () => {
    const world = await createWorld();
    const hashes = [await send(world), await send(world)];
    await world.operator.processBlocks("proven");
    hashes.push(await send(world));
    const expected = describeLedger(world.operator.checkpoint());
    const { snapshot, events } = await (await openStore()).load();
    expect(describeLedger(events.reduce(reduce, snapshot!))).to.deep.equal(expected);
    const { operator, store } = await restart(world);
    for (const hash of hashes)
      expect(operator.receipt(hash)?.status).to.be.oneOf(["accepted", "proven"]);
    const jobs = world.prover.jobs.length;
    await operator.processBlocks();
    expect(world.prover.jobs.length, "no proof is made again").to.equal(jobs + 1);
    await store.close();
  });

  it("STORE_TAKEN_OVER: keeps nothing more for an operator before the latest", async () => {
    const world = await createWorld();
    const before = await send(world);
    const { operator } = await restart(world);
    await expectRejection("STORE_TAKEN_OVER", send(world));
    expect(world.operator.obstacle?.code).to.equal("STORE_TAKEN_OVER");
    expect(operator.receipt(before)?.status).to.equal("accepted");
    await expectRejection("STORE_TAKEN_OVER", world.operator.processBlocks());
  });

  it("STORE_MISMATCH: belongs to another rollup, chain or size, and says which", async () => {
    await (await createWorld()).store.close();
    const others = [
      [{ preset: PRESETS.dev }, "its preset is minimal, and not dev"],
      [{ genesisHash: `0x${"22".repeat(32)}` }, "its genesis of L1 is 0x1111"],
      [{ rollup: { chainId: 1n, rollupAddress: `0x${"c0".repeat(20)}` } }, "its chain is 31337"],
    ] as const;
    for (const [changed, words] of others) {
      const error = await expectRejection("STORE_MISMATCH", openStore(changed));
      expect(error.message).to.include(words);
    }
  });
});
