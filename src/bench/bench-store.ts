/** Stores that a measurement makes and removes. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { L1Port } from "../operator/l1-port.ts";
import { DEFAULT_OPTIONS } from "../operator/options.ts";
import type { Preset } from "../protocol/presets.ts";
import { type DurableStore, openDurableStore } from "../store/durable-store.ts";
import { prepareFolder } from "../store/location.ts";
import type { SqlTarget } from "../store/sql/executor.ts";

/** A kind of store, and where it is made. */
export type BenchStore =
  | { readonly type: "memory" }
  | {
      readonly type: "sqlite";
      /** A folder of its own is made in this one, so its disk is the one that is measured. */
      readonly folder: string;
    }
  | {
      readonly type: "postgres";
      /** A database, in which a schema of its own is made. */
      readonly url: string;
    };

/** An open store, or undefined in memory. */
export interface OpenBenchStore {
  readonly store: DurableStore | undefined;
  /** Closes the store and removes what it has written. */
  remove(): Promise<void>;
}

/**
 * Makes a store for an operator of a rollup.
 *
 * @throws as `openDurableStore`
 */
export async function openBenchStore(
  kind: BenchStore,
  l1: L1Port,
  preset: Preset,
): Promise<OpenBenchStore> {
  if (kind.type === "memory") return { store: undefined, remove: () => Promise.resolve() };
  const place = await (kind.type === "sqlite" ? makeFolder(kind.folder) : makeSchema(kind.url));
  const { chainId, rollupAddress } = l1;
  try {
    const store = await openDurableStore({
      target: place.target,
      owner: { rollup: { chainId, rollupAddress }, genesisHash: undefined },
      presets: [preset],
      finalReceiptsMax: DEFAULT_OPTIONS.finalReceiptsMax,
    });
    const remove = async () => {
      await store.close();
      await place.discard();
    };
    return { store, remove };
  } catch (error) {
    await place.discard();
    throw error;
  }
}

/** Where a store is made. */
interface Place {
  readonly target: SqlTarget;
  discard(): Promise<void>;
}

async function makeFolder(parent: string): Promise<Place> {
  await prepareFolder(join(parent, "file"));
  const folder = await mkdtemp(join(parent, "bench-"));
  return {
    target: { type: "sqlite", path: join(folder, "node.sqlite") },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeSchema(server: string): Promise<Place> {
  const schema = `rollup_bench_${randomBytes(6).toString("hex")}`;
  await execute(server, `create schema ${schema}`);
  const url = new URL(server);
  url.searchParams.set("options", `-c search_path=${schema}`);
  return {
    target: { type: "postgres", url: url.href },
    discard: () => execute(server, `drop schema ${schema} cascade`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
