/** A journal as text, to go on from when the restore was interrupted. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import type { BlockEvent, StoredBlock } from "../l1/types.ts";
import { PROTOCOL_DIGEST } from "../protocol/digest.ts";
import type { Preset } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { fromSnapshot, toSnapshot } from "../state/snapshot.ts";
import { isRollupError } from "../util/errors.ts";
import { restoreError } from "./errors.ts";
import { type Journal, openJournal, record } from "./journal.ts";

/** The rollup that a checkpoint is of. */
export interface CheckpointIdentity {
  readonly chainId: bigint;
  readonly rollupAddress: string;
}

const bigint = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));
const count = z.number().int().nonnegative();
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);

const l1Block = z.object({ number: count, hash });

const storedBlock = z.object({
  blockNumber: count,
  priorityRequests: count,
  timestamp: bigint,
  payoutsHash: hash,
  stateRoot: bigint,
  commitment: hash,
});

const commitBlock = z.object({
  timestamp: bigint,
  feeAccountId: count,
  slots: count,
  newStateRoot: bigint,
  digest: bigint,
  pubdata: z
    .string()
    .regex(/^([0-9a-f]{2})*$/)
    .transform((text) => hexToBytes(text)),
  authorizations: z.array(z.string()),
});

const committed = z
  .object({ type: z.literal("committed"), storedBlock, commitBlock: commitBlock.nullable() })
  .transform(({ commitBlock, ...rest }) => ({ ...rest, commitBlock: commitBlock ?? undefined }));

const blockEvent = z.union([
  committed,
  z.object({ type: z.literal("proven"), provenBlocks: count }),
  z.object({ type: z.literal("executed"), blockNumber: count }),
  z.object({ type: z.literal("reverted"), committedBlocks: count }),
]);

const accountSnapshot = z.object({
  id: count,
  nonce: count,
  address: z.string(),
  pubKeyHash: z.string(),
  balances: z.array(z.tuple([count, z.string()])),
});

const checkpoint = z.object({
  protocolDigest: z.string(),
  chainId: z.string(),
  rollupAddress: z.string(),
  storedBlock,
  nextRequestId: count,
  state: z.object({ preset: z.string(), root: z.string(), accounts: z.array(accountSnapshot) }),
  baseL1Block: l1Block,
  events: z.array(z.object({ l1Block, event: blockEvent })),
  l1Block,
});

export function encodeCheckpoint(journal: Journal, identity: CheckpointIdentity): string {
  const { base, baseL1Block, entries, l1Block } = journal;
  const content: z.input<typeof checkpoint> = {
    protocolDigest: PROTOCOL_DIGEST,
    chainId: identity.chainId.toString(),
    rollupAddress: identity.rollupAddress,
    storedBlock: encodeStoredBlock(base.storedBlock),
    nextRequestId: base.nextRequestId,
    state: encodeState(base.state),
    baseL1Block,
    events: entries.map(({ l1Block, event }) => ({ l1Block, event: encodeEvent(event) })),
    l1Block,
  };
  return JSON.stringify(content);
}

/**
 * Reads a checkpoint; all roots in it are computed again. Whether its base is a block that L1 has
 * executed is for the caller to ask.
 *
 * @throws CHECKPOINT_MALFORMED, CHECKPOINT_OF_OTHER_ROLLUP
 */
export function decodeCheckpoint(
  text: string,
  preset: Preset,
  identity: CheckpointIdentity,
): Journal {
  const content = parse(text);
  assertSame("chain", identity.chainId.toString(), content.chainId);
  assertSame("address", identity.rollupAddress, content.rollupAddress);
  assertSame("protocol", PROTOCOL_DIGEST, content.protocolDigest);
  assertSame("preset", preset.name, content.state.preset);
  const { storedBlock, nextRequestId, baseL1Block, l1Block, events } = content;
  try {
    const state = fromSnapshot(preset, content.state);
    if (state.root !== storedBlock.stateRoot) throw malformed("its state is not of its block");
    const journal = openJournal({ storedBlock, state, nextRequestId }, baseL1Block);
    return record(journal, events, l1Block);
  } catch (cause) {
    if (!isRollupError(cause) || cause.code === "CHECKPOINT_MALFORMED") throw cause;
    throw malformed(cause.message, cause);
  }
}

function parse(text: string): z.output<typeof checkpoint> {
  try {
    return checkpoint.parse(JSON.parse(text));
  } catch (cause) {
    throw malformed("it is not what this version writes", cause);
  }
}

function malformed(reason: string, cause?: unknown): Error {
  return restoreError({ code: "CHECKPOINT_MALFORMED", reason }, { cause });
}

function assertSame(what: string, expected: string, actual: string): void {
  if (actual === expected) return;
  throw restoreError({ code: "CHECKPOINT_OF_OTHER_ROLLUP", what, expected, actual });
}

function encodeState(state: RollupState): z.input<typeof checkpoint>["state"] {
  const { accounts, ...rest } = toSnapshot(state);
  const mutable = accounts.map(({ balances, ...account }) => ({
    ...account,
    balances: balances.map(([tokenId, amount]): [number, string] => [tokenId, amount]),
  }));
  return { ...rest, accounts: mutable };
}

function encodeStoredBlock(stored: StoredBlock): z.input<typeof storedBlock> {
  const { timestamp, stateRoot } = stored;
  return { ...stored, timestamp: timestamp.toString(), stateRoot: stateRoot.toString() };
}

function encodeEvent(event: BlockEvent): z.input<typeof blockEvent> {
  if (event.type !== "committed") return event;
  const { type, commitBlock } = event;
  const storedBlock = encodeStoredBlock(event.storedBlock);
  if (commitBlock === undefined) return { type, storedBlock, commitBlock: null };
  const { timestamp, newStateRoot, digest, pubdata, authorizations, ...rest } = commitBlock;
  return {
    type,
    storedBlock,
    commitBlock: {
      ...rest,
      timestamp: timestamp.toString(),
      newStateRoot: newStateRoot.toString(),
      digest: digest.toString(),
      pubdata: bytesToHex(pubdata),
      authorizations: [...authorizations],
    },
  };
}
