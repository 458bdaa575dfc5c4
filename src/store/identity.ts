/** What a store is of: it is used for the same rollup, protocol and sizes only. */
import type { RollupIdentity } from "../operator/ledger/ledger.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { blockKindName } from "../protocol/kinds.ts";
import type { Preset } from "../protocol/presets.ts";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";
import type { Statement } from "./sql/executor.ts";

/** The rollup that a store is opened for. */
export interface StoreOwner {
  readonly rollup: Pick<RollupIdentity, "chainId" | "rollupAddress">;
  /** Hash of L1's block 0, as all local chains have the same id; undefined if L1 has no such. */
  readonly genesisHash: string | undefined;
}

/** What is compared, by the words that people read in a difference. */
export type StoreIdentity = Readonly<Record<string, string>>;

const PRESET = "preset";
const KINDS = "kinds of blocks";

export function toIdentity(
  { rollup, genesisHash }: StoreOwner,
  preset: Preset | undefined,
): StoreIdentity {
  return {
    chain: String(rollup.chainId),
    ...(genesisHash !== undefined && { "genesis of L1": genesisHash }),
    rollup: rollup.rollupAddress,
    protocol: PROTOCOL_DIGEST,
    ...(preset && {
      [PRESET]: preset.name,
      [KINDS]: preset.blockKinds.map(blockKindName).join(" "),
    }),
  };
}

/** Returns the preset that a store was made with, with the kinds of blocks of the config. */
export function presetOf(kept: StoreIdentity, presets: readonly Preset[]): Preset | undefined {
  return presets.find(({ name }) => name === kept[PRESET]);
}

/** @throws STORE_MISMATCH if something that both have is different */
export function assertSame(store: string, kept: StoreIdentity, expected: StoreIdentity): void {
  const differences = Object.entries(expected).flatMap(([name, value]) => {
    const known = kept[name];
    const isSame = known === undefined || known === value;
    return isSame ? [] : [`its ${name} is ${known}, and not ${value}`];
  });
  if (differences.length === 0) return;
  throw storeError({ code: "STORE_MISMATCH", store, differences: differences.join("; ") });
}

/** Names of what an identity has, in the table `meta`. */
const PREFIX = "of ";

/** What a store is of; empty if it has no ledger yet. */
export async function readIdentity({ queries }: StoreDatabase): Promise<StoreIdentity> {
  const rows = await queries
    .selectFrom("meta")
    .selectAll()
    .where("name", "like", `${PREFIX}%`)
    .execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name.slice(PREFIX.length), value]));
}

/** Statements that note what a store is of. */
export function writeIdentity({ queries }: StoreDatabase, identity: StoreIdentity): Statement[] {
  const rows = Object.entries(identity).map(([name, value]) => ({ name: PREFIX + name, value }));
  return [
    queries.deleteFrom("meta").where("name", "like", `${PREFIX}%`).compile(),
    queries.insertInto("meta").values(rows).compile(),
  ];
}
