/** A journal as text, to go on from when the restore was interrupted. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { decodePubdata } from "../block/pubdata.ts";
import { hashPayouts } from "../l1/stored-block.ts";
import type { BlockEvent, StoredBlock } from "../l1/types.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { payoutsOf } from "../operations/payouts.ts";
import { PROTOCOL_DIGEST, OPERATIONS } from "../operations/table.ts";
import type { Preset } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { fromSnapshot, toSnapshot } from "../state/snapshot.ts";
import { assert, isRollupError } from "../util/errors.ts";
import { BIGINT_JSON, bigintFromJson, bigintToJson } from "../util/json.ts";
import { restoreError } from "./errors.ts";
import { partialHistory } from "./history.ts";
import { type Journal, openJournal, record } from "./journal.ts";

/** The rollup that a checkpoint is of. */
export interface CheckpointIdentity {
  readonly chainId: bigint;
  readonly rollupAddress: string;
}

/** Where a checkpoint was read from. */
export interface CheckpointText {
  readonly text: string;
  /** Path, for messages. */
  readonly file: string;
}

type CommittedEvent = Extract<BlockEvent, { type: "committed" }>;

const bigint = z
  .string()
  .regex(BIGINT_JSON)
  .transform((text) => bigintFromJson(text));
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
  kind: count,
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
  chainId: bigint,
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
    chainId: bigintToJson(identity.chainId),
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
 * Reads a checkpoint; all roots in it are computed again. Whether L1 has what it leads to is for
 * the caller to ask.
 *
 * @throws CHECKPOINT_MALFORMED, CHECKPOINT_OF_OTHER_ROLLUP
 */
export function decodeCheckpoint(
  { text, file }: CheckpointText,
  preset: Preset,
  identity: CheckpointIdentity,
): Journal {
  const content = parse(text, file);
  assertSame(file, "chain", String(identity.chainId), String(content.chainId));
  assertSame(file, "address", identity.rollupAddress, content.rollupAddress);
  assertSame(file, "protocol", PROTOCOL_DIGEST, content.protocolDigest);
  assertSame(file, "preset", preset.name, content.state.preset);
  const { storedBlock, nextRequestId, baseL1Block, l1Block, events } = content;
  try {
    const state = fromSnapshot(preset, content.state);
    assert(state.root === storedBlock.stateRoot, "its state is that of its block");
    for (const { event } of events) if (event.type === "committed") assertBlockWhole(event);
    const journal = openJournal({ storedBlock, state, nextRequestId }, baseL1Block);
    // A checkpoint holds no side events; `completeHistory` reads those before it again.
    return { ...record(journal, events, l1Block), history: partialHistory(l1Block.number + 1) };
  } catch (cause) {
    // Whatever breaks while it is read is the fault of what is read.
    const reason = isRollupError(cause) ? cause.message : "it contradicts itself";
    throw malformed(file, reason, cause);
  }
}

/** Whether a block is what L1 has made of its public data, apart from the commitment. */
function assertBlockWhole({ storedBlock, commitBlock }: CommittedEvent): void {
  if (commitBlock === undefined) return;
  const { timestamp, newStateRoot, pubdata } = commitBlock;
  assert(timestamp === storedBlock.timestamp, "a block has one timestamp");
  assert(newStateRoot === storedBlock.stateRoot, "a block has one state root");
  const operations = decodeIfPossible(pubdata);
  if (operations === undefined) return;
  const requests = operations.filter(({ type }) => OPERATIONS[type].origin === "l1");
  assert(requests.length === storedBlock.priorityRequests, "a block serves its requests");
  assert(hashPayouts(payoutsOf(operations)) === storedBlock.payoutsHash, "a block has its payouts");
}

/** A faulty block may have public data that means nothing. */
function decodeIfPossible(pubdata: Uint8Array): PublicOperation[] | undefined {
  try {
    return decodePubdata(pubdata);
  } catch {
    return undefined;
  }
}

function parse(text: string, file: string): z.output<typeof checkpoint> {
  try {
    return checkpoint.parse(JSON.parse(text));
  } catch (cause) {
    throw malformed(file, "it is damaged, or not what this version writes", cause);
  }
}

function malformed(file: string, reason: string, cause: unknown): Error {
  return restoreError({ code: "CHECKPOINT_MALFORMED", file, reason }, { cause });
}

function assertSame(file: string, what: string, expected: string, actual: string): void {
  if (actual === expected) return;
  throw restoreError({ code: "CHECKPOINT_OF_OTHER_ROLLUP", file, what, expected, actual });
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
  return {
    ...stored,
    timestamp: bigintToJson(timestamp),
    stateRoot: bigintToJson(stateRoot),
  };
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
      timestamp: bigintToJson(timestamp),
      newStateRoot: bigintToJson(newStateRoot),
      digest: bigintToJson(digest),
      pubdata: bytesToHex(pubdata),
      authorizations: [...authorizations],
    },
  };
}
