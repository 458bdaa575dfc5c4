/**
 * Reads committed blocks from the calldata of `commitBlocks`. The contract refuses calls by other
 * contracts, so the calldata is that of the transaction.
 *
 * The decoder accepts every encoding that the EVM accepts. The contract requires the canonical one,
 * but a restore must not depend on that.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { getBytes } from "ethers";
import type { Rollup } from "./generated/rollup.ts";
import { l1Error } from "./errors.ts";
import { providerOf, type RollupEvent, toStoredBlock } from "./events.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { readMinedTransaction } from "./requests.ts";
import {
  arrayArgument,
  arrayAt,
  bytesAt,
  type Position,
  tailAt,
  uintAt,
  wordAt,
  wordOf,
} from "./solidity-calldata.ts";
import type { CommitBlock, BlockOnL1 } from "./types.ts";

const SELECTOR = ROLLUP_INTERFACE.getFunction("commitBlocks")!.selector;
/** Position of the arguments. */
const ARGUMENTS: Position = 4n;
const STORED_BLOCK_WORDS = 6;
const COMMIT_BLOCK_WORDS = 7;
const WORD_BYTES = 32;

/**
 * Reads a committed block with its data.
 *
 * @throws L1_CALLDATA_NOT_FOUND if the node does not have the transaction.
 */
export async function readCommittedBlock(
  contract: Rollup,
  event: RollupEvent<"BlockCommitted">,
): Promise<BlockOnL1> {
  const storedBlock = toStoredBlock(event);
  const { transactionHash } = event;
  const transaction = await readMinedTransaction(providerOf(contract), transactionHash);
  const { blockNumber } = storedBlock;
  if (transaction === undefined) {
    throw l1Error({ code: "L1_CALLDATA_NOT_FOUND", blockNumber, transactionHash });
  }
  const commitBlock = decodeCommitBlock(transaction.data, blockNumber);
  return { storedBlock, commitBlock, transactionHash };
}

/**
 * Decodes one block from a call of `commitBlocks`.
 *
 * @param data - Calldata, 0x-hex.
 * @returns The block, or undefined if the call does not contain it or the contract would revert.
 */
export function decodeCommitBlock(data: string, blockNumber: number): CommitBlock | undefined {
  if (!data.startsWith(SELECTOR)) return undefined;
  const calldata = getBytes(data);
  if (calldata.length < Number(wordOf(ARGUMENTS, STORED_BLOCK_WORDS + 1))) return undefined;
  const last = uintAt(calldata, ARGUMENTS, 32);
  const blocks = arrayArgument(calldata, ARGUMENTS, wordOf(ARGUMENTS, STORED_BLOCK_WORDS));
  if (last === undefined || blocks === undefined) return undefined;
  const index = BigInt(blockNumber) - last - 1n;
  if (index < 0n || index >= blocks.length) return undefined;
  const pointer = wordOf(blocks.start, index);
  const head = tailAt(calldata, blocks.start, pointer, COMMIT_BLOCK_WORDS * WORD_BYTES);
  return head === undefined ? undefined : decodeStruct(calldata, head);
}

function decodeStruct(calldata: Uint8Array, head: Position): CommitBlock | undefined {
  const timestamp = uintAt(calldata, head, 64);
  const feeAccountId = uintAt(calldata, wordOf(head, 1), 32);
  const kind = uintAt(calldata, wordOf(head, 2), 32);
  const pubdata = bytesAt(calldata, head, wordOf(head, 5));
  const authorizations = decodeAuthorizations(calldata, head, wordOf(head, 6));
  if (timestamp === undefined || feeAccountId === undefined || kind === undefined) {
    return undefined;
  }
  if (pubdata === undefined || authorizations === undefined) return undefined;
  return {
    timestamp,
    feeAccountId: Number(feeAccountId),
    kind: Number(kind),
    newStateRoot: wordAt(calldata, wordOf(head, 3)),
    digest: wordAt(calldata, wordOf(head, 4)),
    pubdata,
    authorizations,
  };
}

function decodeAuthorizations(
  calldata: Uint8Array,
  head: Position,
  pointer: Position,
): string[] | undefined {
  const span = arrayAt(calldata, head, pointer, WORD_BYTES);
  // The contract requires one per ChangePubKey, so there are fewer than bytes of calldata.
  if (span === undefined || span.length > BigInt(calldata.length)) return undefined;
  const authorizations: string[] = [];
  for (let index = 0n; index < span.length; index++) {
    const authorization = bytesAt(calldata, span.start, wordOf(span.start, index));
    if (authorization === undefined) return undefined;
    authorizations.push(`0x${bytesToHex(authorization)}`);
  }
  return authorizations;
}
