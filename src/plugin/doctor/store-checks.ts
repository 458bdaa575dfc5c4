/** Checks of the store: against its owner, its own checksums, and L1. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { createBatchCrypto } from "../../kernel/batch.ts";
import type { RollupClient } from "../../l1/client.ts";
import { hashStoredBlock } from "../../l1/stored-block.ts";
import type { L1Progress, StoredBlock } from "../../l1/types.ts";
import { operatorError } from "../../operator/errors.ts";
import { isPrepared } from "../../operator/ledger/blocks.ts";
import type { Ledger } from "../../operator/ledger/ledger.ts";
import { assertSame, type StoreOwner, toIdentity } from "../../store/identity.ts";
import type { SqlTarget } from "../../store/sql/executor.ts";
import {
  type CheckedStore,
  checkStore,
  readServerVersion,
  type StoreView,
} from "../../store/store-view.ts";
import { counted } from "../../util/counted.ts";
import { checkDisk, failed, type Finding, passed, skipped, warned } from "./checks.ts";

/** What the package's queries need, and `pg-boss`. */
const POSTGRES_VERSION_MIN = 13;

/**
 * Whether the store is of this rollup.
 *
 * @param owner - Undefined if L1 cannot say it.
 * @throws STORE_MISMATCH
 */
export async function checkOwner(view: StoreView, owner: StoreOwner | undefined): Promise<Finding> {
  const { name, identity, preset } = view;
  if (owner !== undefined) assertSame(name, identity, toIdentity(owner, preset));
  const version = await readServerVersion(view);
  const where = version === undefined ? name : `${name}, PostgreSQL ${version}`;
  if (version !== undefined && Number.parseInt(version, 10) < POSTGRES_VERSION_MIN) {
    const fix = `Use PostgreSQL ${POSTGRES_VERSION_MIN} or later.`;
    return warned(`${where} is older than what this package is tested with.`, fix);
  }
  if (Object.keys(identity).length === 0) return passed(`${where}, without a ledger yet`);
  return passed(where);
}

/** @throws STORE_CORRUPT and others, if the ledger cannot be read */
export async function checkRecords(
  view: StoreView,
  finalReceiptsMax: number,
): Promise<{ readonly finding: Finding; readonly checked: CheckedStore }> {
  const checked = await checkStore(view, finalReceiptsMax);
  const { records, damaged, sequence } = checked;
  const [first] = damaged;
  const finding =
    first === undefined
      ? passed(`${counted(records, "record")}, replayed up to event ${sequence}`)
      : warned(`${counted(damaged.length, "record")} damaged: ${first.sentence}`, first.fix);
  return { finding, checked };
}

/**
 * Computes the hashes of all accounts that a ledger starts with: a checksum finds no damage that
 * was written with it.
 */
export async function checkAccounts(
  { start: { state } }: Ledger,
  threads: number,
): Promise<Finding> {
  const crypto = createBatchCrypto(threads);
  try {
    for await (const accountId of state.findDamage(crypto.hashMany)) {
      if (accountId === undefined) continue;
      const { sentence, fix } = operatorError({ code: "STATE_DAMAGED", accountId });
      return failed(sentence, fix);
    }
    return passed("each is what its hash says");
  } finally {
    await crypto.close();
  }
}

/**
 * Compares the blocks of a ledger with those of L1.
 *
 * @param progress - Read before the ledger, so that a running operator does not look behind; with
 * hashes from the start of the ledger on, if it had that already.
 */
export async function checkBlocks(
  client: RollupClient,
  { start, blocks }: Ledger,
  { committed, proven, ...read }: L1Progress,
): Promise<Finding> {
  const known: StoredBlock[] = [start.storedBlock];
  for (const block of blocks) if (isPrepared(block)) known.push(block.storedBlock);
  const onL1 = known.filter(({ blockNumber }) => blockNumber <= committed);
  for (const stored of onL1) {
    const { blockNumber } = stored;
    const hash =
      read.storedBlockHashes[blockNumber - read.firstBlockNumber] ??
      (await client.contract.storedBlockHash(blockNumber));
    if (hash === hashStoredBlock(stored)) continue;
    return failed(
      `Block ${blockNumber} is another one on L1 than in the store.`,
      "If another operator has committed it, stop one of the two; otherwise move the store away, so " +
        "that the operator starts from L1.",
    );
  }
  const last = onL1.at(-1);
  if (last === undefined) {
    return warned(
      `The store begins at block ${start.storedBlock.blockNumber}, and L1 has ${committed}.`,
      "Wait until the L1 node has all blocks: the operator may have been ahead of it.",
    );
  }
  if (last.blockNumber < committed) {
    const what = last.blockNumber < proven ? "proven" : "committed";
    return warned(
      `L1 has ${what} blocks after ${last.blockNumber}, which the store lacks.`,
      "The store is a backup, or another operator runs. A start begins with what L1 has proven.",
    );
  }
  return passed(`Block ${last.blockNumber} has the state root ${last.stateRoot} here and on L1`);
}

export async function checkFolder(target: SqlTarget): Promise<Finding> {
  if (target.type === "postgres") return skipped("The database has a disk of its own");
  const folder = dirname(target.path);
  const { bavail, bsize } = await statfs(folder);
  return checkDisk(folder, bavail * bsize);
}
