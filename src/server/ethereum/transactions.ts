/**
 * Operations of L2 as transactions and receipts of Ethereum. The rollup's address stands for L1:
 * what enters L2 comes from it, what leaves goes to it. A slot is one unit of gas, so gas used
 * times gas price is the fee if it is paid in ETH; other fees are events of their token.
 */
import type { Token } from "../../l1/types.ts";
import type { OperationSpec } from "../../operations/definition.ts";
import { OPERATIONS } from "../../operations/table.ts";
import type { ChainBlock, PlacedOperation } from "./chain.ts";
import { bloomOf, toAddress, toQuantity } from "./encoding.ts";
import { encodeTransferCall, encodeTransferEvent } from "./erc20.ts";
import { requestHash } from "./names.ts";

/** What operations are shown with. */
export interface Surroundings {
  readonly l2ChainId: number;
  /** See `signingDomain`. */
  readonly domain: bigint;
  /** uint160. */
  readonly rollupAddress: bigint;
  readonly tokens: readonly Token[];
  /** @returns The owner of an account, uint160. */
  readonly addressOf: (accountId: number) => bigint;
}

const ETH_TOKEN_ID = 0;
const GAS_PER_OPERATION = 1;
const LEGACY_TYPE = "0x0";

/** Money that an operation moves; addresses in 0x-hex. */
interface Movement {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
}

/** What an operation does, in the terms of Ethereum. */
interface Meaning {
  readonly hash: string;
  readonly sender: string;
  readonly nonce: number;
  /** Address of the token in 0x-hex; undefined for ETH. */
  readonly token: string | undefined;
  readonly movement: Movement | undefined;
  readonly fee: bigint;
  readonly isRefund: boolean;
}

function meaningOf(operation: PlacedOperation, around: Surroundings): Meaning {
  const { type, hash, requestId, fields } = operation;
  const { record, effects, origin, payout }: OperationSpec = OPERATIONS[type];
  const bridge = toAddress(around.rollupAddress);
  const ownerOf = (role: "accountA" | "accountB" | undefined) => {
    const name = role && record[role];
    return name === undefined ? bridge : toAddress(around.addressOf(fields[name] as number));
  };
  const { debits, credits } = effects;
  const isMoving = debits !== undefined || credits !== undefined;
  const tokenId = (fields["tokenId"] ?? ETH_TOKEN_ID) as number;
  const token = tokenId === ETH_TOKEN_ID ? undefined : around.tokens[tokenId];
  return {
    hash: hash ?? requestHash(around.domain, requestId!),
    sender: ownerOf(origin === "l2" ? "accountA" : debits),
    nonce: (fields["nonce"] ?? 0) as number,
    token: token && token.address.toLowerCase(),
    movement: isMoving
      ? { from: ownerOf(debits), to: ownerOf(credits), amount: fields["amount"] as bigint }
      : undefined,
    fee: (fields["fee"] ?? 0n) as bigint,
    isRefund: payout && !isMoving,
  };
}

/** What calls the operation: where it goes, with how much ETH and which data. */
function callOf({ sender, token, movement }: Meaning, { rollupAddress }: Surroundings) {
  if (movement?.from !== sender) {
    return { to: toAddress(rollupAddress), value: "0x0", input: "0x" };
  }
  const { to, amount } = movement;
  if (token === undefined) return { to, value: toQuantity(amount), input: "0x" };
  return { to: token, value: "0x0", input: encodeTransferCall(to, amount) };
}

function gasPriceOf({ token, fee }: Meaning): string {
  return toQuantity(token === undefined ? fee : 0n);
}

export function hashOf({ hash, requestId }: PlacedOperation, { domain }: Surroundings): string {
  return hash ?? requestHash(domain, requestId!);
}

/** @param index - Of the operation in its block. */
export function toTransaction(block: ChainBlock, index: number, around: Surroundings) {
  const meaning = meaningOf(block.operations[index]!, around);
  const isSealed = block.hash !== undefined;
  return {
    type: LEGACY_TYPE,
    hash: meaning.hash,
    blockHash: block.hash ?? null,
    blockNumber: isSealed ? toQuantity(block.blockNumber) : null,
    transactionIndex: isSealed ? toQuantity(index) : null,
    chainId: toQuantity(around.l2ChainId),
    from: meaning.sender,
    nonce: toQuantity(meaning.nonce),
    ...callOf(meaning, around),
    gas: toQuantity(GAS_PER_OPERATION),
    gasPrice: gasPriceOf(meaning),
    // Signatures of L2 are not those of Ethereum.
    v: "0x0",
    r: "0x0",
    s: "0x0",
  };
}

interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** The events that a token of Ethereum would have emitted. */
function logsOf({ token, movement, sender, fee }: Meaning, feeAccountAddress: bigint): Log[] {
  if (token === undefined) return [];
  const feeMovement = { from: sender, to: toAddress(feeAccountAddress), amount: fee };
  return [movement, feeMovement].flatMap((moved) => {
    if (moved === undefined || moved.amount === 0n) return [];
    const { from, to, amount } = moved;
    return [{ address: token, ...encodeTransferEvent(from, to, amount) }];
  });
}

/** The receipts of all operations of a sealed block. */
export function toReceipts(block: ChainBlock, around: Surroundings) {
  const { hash: blockHash, blockNumber, feeAccountAddress } = block;
  let logIndex = 0;
  return block.operations.map((operation, index) => {
    const meaning = meaningOf(operation, around);
    const { hash, sender, isRefund } = meaning;
    const place = {
      transactionHash: hash,
      transactionIndex: toQuantity(index),
      blockHash,
      blockNumber: toQuantity(blockNumber),
    };
    const logs = logsOf(meaning, feeAccountAddress);
    return {
      type: LEGACY_TYPE,
      ...place,
      from: sender,
      to: callOf(meaning, around).to,
      status: isRefund ? "0x0" : "0x1",
      contractAddress: null,
      gasUsed: toQuantity(GAS_PER_OPERATION),
      cumulativeGasUsed: toQuantity(GAS_PER_OPERATION * (index + 1)),
      effectiveGasPrice: gasPriceOf(meaning),
      logsBloom: bloomOf(logs),
      logs: logs.map((log) => ({
        ...log,
        ...place,
        logIndex: toQuantity(logIndex++),
        removed: false,
      })),
    };
  });
}

/** The bloom filter of all events of a block. */
export function blockBloom(
  { operations, feeAccountAddress }: ChainBlock,
  around: Surroundings,
): string {
  return bloomOf(
    operations.flatMap((operation) => logsOf(meaningOf(operation, around), feeAccountAddress)),
  );
}
