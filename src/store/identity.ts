/** What a store is of: it is used for the same rollup, protocol and sizes only. */
import type { RollupIdentity } from "../operator/ledger/ledger.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { blockKindName } from "../protocol/kinds.ts";
import type { Preset } from "../protocol/presets.ts";
import type { StoreDatabase } from "./database.ts";
import { storeError } from "./errors.ts";

/** The rollup that a store is opened for. */
export interface StoreOwner {
  readonly rollup: Pick<RollupIdentity, "chainId" | "rollupAddress">;
  readonly preset: Preset;
  /** Hash of L1's block 0, as all local chains have the same id; undefined if L1 has no such. */
  readonly genesisHash: string | undefined;
}

type Identity = Readonly<Record<string, string>>;

/** What is compared, by the words that people read in a difference. */
function toIdentity({ rollup, preset, genesisHash }: StoreOwner): Identity {
  return {
    chain: String(rollup.chainId),
    ...(genesisHash !== undefined && { "genesis of L1": genesisHash }),
    rollup: rollup.rollupAddress,
    preset: preset.name,
    "kinds of blocks": preset.blockKinds.map(blockKindName).join(" "),
    protocol: PROTOCOL_DIGEST,
  };
}

/** Names of what {@link toIdentity} has, in the table `meta`. */
const PREFIX = "of ";

/** Notes what a store is of, unless that is noted; then compares. @throws STORE_MISMATCH */
export async function assertIdentity(
  database: StoreDatabase,
  store: string,
  owner: StoreOwner,
): Promise<void> {
  const { queries } = database;
  const expected = toIdentity(owner);
  const kept = await readIdentity(database);
  if (Object.keys(kept).length === 0) {
    const rows = Object.entries(expected).map(([name, value]) => ({ name: PREFIX + name, value }));
    await database.transact({ statements: [queries.insertInto("meta").values(rows).compile()] });
    return;
  }
  const differences = Object.entries(expected).flatMap(([name, value]) => {
    const known = kept[name];
    const isSame = known === undefined || known === value;
    return isSame ? [] : [`its ${name} is ${known}, and not ${value}`];
  });
  if (differences.length === 0) return;
  throw storeError({ code: "STORE_MISMATCH", store, differences: differences.join("; ") });
}

/** What a store is of, for people; empty if it has no ledger yet. */
export async function readIdentity({ queries }: StoreDatabase): Promise<Identity> {
  const rows = await queries
    .selectFrom("meta")
    .selectAll()
    .where("name", "like", `${PREFIX}%`)
    .execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name.slice(PREFIX.length), value]));
}
