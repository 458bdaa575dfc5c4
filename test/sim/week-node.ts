/** A node with a durable store: one process after the other works with the same database. */
import { Operator } from "../../src/operator/operator.ts";
import type { FeeService } from "../../src/fees/fee-service.ts";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import type { Ledger } from "../../src/operator/ledger/ledger.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import type { Logger } from "../../src/operator/logger.ts";
import type { PromiseParts } from "../../src/operator/promises.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import type { Prover } from "../../src/prover/prover.ts";
import type { StoreDatabase } from "../../src/store/database.ts";
import { type DurableStore, openDurableStore } from "../../src/store/durable-store.ts";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import type { FakeClock } from "../helpers/fake-clock.ts";
import { Life } from "../helpers/life.ts";
import { FEE_ACCOUNT_ADDRESS } from "../helpers/test-rollup.ts";
import type { SimChain } from "./chain.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import type { FaultyL1 } from "./faulty-l1.ts";
import { GAS_PRICE_MAX, type Market } from "./market.ts";

/** Receipts in memory: few, so that most are found in the store. */
export const FINAL_RECEIPTS_MAX = 64;
/** Bytes of events after which a snapshot is taken: few, so that there are many. */
const SNAPSHOT_BYTES = 100_000;

export interface NodeParts {
  readonly chain: SimChain;
  readonly l1: FaultyL1;
  readonly prover: Prover;
  readonly disk: FaultyDisk;
  readonly market: Market;
  readonly clock: FakeClock;
  readonly preset: Preset;
  readonly target: SqlTarget;
  readonly logger: Logger;
  /** What transactions are promised with when they are accepted. */
  readonly promises: PromiseParts;
}

/** One process of the node. */
export class WeekNode {
  readonly operator: Operator;
  readonly life: Life;
  readonly fees: FeeService;
  readonly #store: DurableStore;
  readonly #database: StoreDatabase;

  private constructor(
    operator: Operator,
    parts: { life: Life; fees: FeeService; store: DurableStore; database: StoreDatabase },
  ) {
    this.operator = operator;
    this.life = parts.life;
    this.fees = parts.fees;
    this.#store = parts.store;
    this.#database = parts.database;
  }

  /** Starts a process. @throws as `openDurableStore` */
  static async start(parts: NodeParts): Promise<WeekNode> {
    const { chain, market, clock, preset, logger, promises } = parts;
    const life = new Life();
    const { store, database } = await openStore(parts, life);
    const { journal, spending } = store;
    const feeLimits = { maxFeePerGas: GAS_PRICE_MAX };
    await chain.connectAgain(life, { journal, spending, feeLimits });
    const fees = await market.open();
    const operator = await Operator.create({
      preset,
      feeAccountAddress: FEE_ACCOUNT_ADDRESS,
      l1: through((call) => life.compound(call), parts.l1),
      prover: through((call) => life.outside("prove", call), parts.prover),
      store,
      feePolicy: fees,
      promises,
      clock,
      logger,
      options: { mode: "manual", l1Limits: chain.limits },
    });
    return new WeekNode(operator, { life, fees, store, database });
  }

  /** Ends the process as `kill -9` does; returns when what it has begun has had its effect. */
  async kill(): Promise<void> {
    this.life.end();
    await this.life.settled();
    await this.#database.close();
  }

  /** Ends the process in an orderly way. */
  async close(): Promise<void> {
    await this.operator.close();
    await this.#store.close();
  }
}

/** Reads what is kept, without a process of the node. */
export async function readKeptLedger(
  target: SqlTarget,
  chain: SimChain,
  preset: Preset,
): Promise<Ledger> {
  const parts = { chain, disk: new FaultyDisk(), preset, target };
  const { store, database } = await openStore(parts, new Life());
  const { snapshot, events } = await store.load(createBatchCrypto(0));
  await database.close();
  return events.reduce(reduce, snapshot!);
}

type StoreParts = Pick<NodeParts, "chain" | "disk" | "preset" | "target">;

async function openStore({ chain, disk, preset, target }: StoreParts, life: Life) {
  const { chainId, rollupAddress } = chain.client;
  let database: StoreDatabase | undefined;
  const store = await openDurableStore({
    target,
    owner: { rollup: { chainId, rollupAddress }, genesisHash: undefined },
    presets: [preset],
    finalReceiptsMax: FINAL_RECEIPTS_MAX,
    snapshotBytes: SNAPSHOT_BYTES,
    open: (opened) => (database = disk.open(opened, life)),
  });
  return { store, database: database! };
}

/** Makes all calls of something by a function. */
function through<T extends L1Port | Prover>(
  make: (call: () => Promise<unknown>) => Promise<unknown>,
  called: T,
): T {
  return new Proxy(called, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const method = value as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => make(() => method.apply(target, args));
    },
  });
}
