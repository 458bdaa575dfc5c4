/** An operator on a durable store, in SQLite or PostgreSQL. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Operator } from "../../src/operator/operator.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { openDatabase, type StoreDatabase } from "../../src/store/database.ts";
import {
  type DurableStore,
  type DurableStoreOptions,
  openDurableStore,
} from "../../src/store/durable-store.ts";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import {
  authorize,
  createOperatorWorld,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  signFor,
  User,
} from "./operator-world.ts";
import { describeWithPostgres, openTestDatabase } from "./postgres.ts";
import type { Random } from "./random.ts";

const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
export const STORE_PRESET = PRESETS.minimal;
export const STORE_OWNER = {
  rollup: { chainId: 31337n, rollupAddress: `0x${"c0".repeat(20)}` },
  genesisHash: `0x${"11".repeat(32)}`,
};

export interface StoreWorld extends OperatorWorld {
  readonly store: DurableStore;
  readonly alice: User;
}

/** The stores of a test, which it leaves behind as a killed process does. */
export class TestStores {
  readonly #open: DurableStore[] = [];
  readonly #databases: StoreDatabase[] = [];
  readonly #discard: () => Promise<void>;
  readonly target: SqlTarget;

  constructor(target: SqlTarget, discard: () => Promise<void>) {
    this.target = target;
    this.#discard = discard;
  }

  async open(changed: Partial<DurableStoreOptions> = {}): Promise<DurableStore> {
    const { target } = this;
    const presets: readonly Preset[] = [STORE_PRESET];
    const options = { target, owner: STORE_OWNER, presets, finalReceiptsMax: 100, ...changed };
    const store = await openDurableStore(options);
    this.#open.push(store);
    return store;
  }

  /** The database itself, as somebody else would change it. */
  database(): StoreDatabase {
    const database = openDatabase(this.target);
    this.#databases.push(database);
    return database;
  }

  async createWorld(random: Random, store?: DurableStore): Promise<StoreWorld> {
    const used = store ?? (await this.open());
    const world = await createOperatorWorld({ store: used, preset: STORE_PRESET });
    const alice = new User(random);
    world.l1.request({ type: "deposit", owner: alice.address, tokenId: 0, amount: 1000n });
    await world.operator.syncL1();
    const transaction = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    const authorization = await authorize(world, alice, transaction);
    await world.operator.receiveBatch([{ transaction, authorization }]);
    return { ...world, store: used, alice };
  }

  /** Starts another operator, as after the end of the process. */
  async restart(
    { l1, prover, alice }: StoreWorld,
    changed: Partial<DurableStoreOptions> = {},
  ): Promise<StoreWorld> {
    const store = await this.open(changed);
    const parts = { preset: STORE_PRESET, feeAccountAddress: FEE_ACCOUNT_ADDRESS };
    const operator = await Operator.create({ ...parts, l1, prover, store });
    return { l1, prover, alice, store, operator };
  }

  async close(): Promise<void> {
    for (const database of this.#databases) await database.close();
    for (const store of this.#open) await store.close();
    await this.#discard();
  }
}

/** Submits a transfer. @returns Its hash, once the operator has answered. */
export async function sendTransfer(world: StoreWorld, draft: Partial<Draft> = {}): Promise<string> {
  const transaction = signFor(world, world.alice, { ...TRANSFER, ...draft } as Draft);
  const [receipt] = await world.operator.receiveBatch([{ transaction, authorization: "0x" }]);
  return receipt!.hash;
}

type CreateStores = () => Promise<TestStores>;

/** Defines a suite for each database. */
export function describeStores(title: string, define: (create: CreateStores) => void): void {
  describe(`${title}, in SQLite`, () => define(createSqlite));
  describeWithPostgres(`${title}, in PostgreSQL`, (url) => define(() => createPostgres(url)));
}

async function createSqlite(): Promise<TestStores> {
  const folder = await mkdtemp(join(tmpdir(), "rollup-store-"));
  const target = { type: "sqlite" as const, path: join(folder, "node.sqlite") };
  return new TestStores(target, () => rm(folder, { recursive: true, force: true }));
}

/** Stores in a schema of their own. @param server - URL of a database. */
export async function createPostgres(server: string): Promise<TestStores> {
  const database = await openTestDatabase(server, "store");
  await database.query(`create schema ${database.schema}`);
  const url = new URL(server);
  url.searchParams.set("options", `-c search_path=${database.schema}`);
  return new TestStores({ type: "postgres", url: url.href }, () => database.drop());
}
