/**
 * Operations of L2 as transactions and receipts of Ethereum. The rollup's address stands for L1:
 * what enters L2 comes from it, what leaves goes to it. A slot is one unit of gas, so gas used
 * times gas price is the fee if it is paid in ETH; other fees are events of their token.
 */
import type { Token } from "../../l1/types.ts";
import type { OperationSpec } from "../../operations/definition.ts";
import { OPERATIONS } from "../../operations/table.ts";
import type { ChainBlock, PlacedOperation } from "./chain.ts";
import { EMPTY_BLOOM, FULL_BLOOM, toAddress, toQuantity } from "./encoding.ts";
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

/** Money that an operation moves; addresses as uint160. */
interface Movement {
  readonly from: bigint;
  readonly to: bigint;
  readonly amount: bigint;
}

/** What an operation does, in the terms of Ethereum. */
interface Meaning {
  /** uint160. */
  readonly sender: bigint;
  readonly nonce: number;
  /** Address of the token in 0x-hex; undefined for ETH. */
  readonly token: string | undefined;
  readonly movement: Movement | undefined;
  readonly fee: bigint;
  readonly isRefund: boolean;
}

function meaningOf(operation: PlacedOperation, around: Surroundings): Meaning {
  const { type, fields } = operation;
  const { record, effects, origin, payout }: OperationSpec = OPERATIONS[type];
  const ownerOf = (role: "accountA" | "accountB" | undefined) => {
    const name = role && record[role];
    return name === undefined ? around.rollupAddress : around.addressOf(fields[name] as number);
  };
  const { debits, credits } = effects;
  const isMoving = debits !== undefined || credits !== undefined;
  const tokenId = (fields["tokenId"] ?? ETH_TOKEN_ID) as number;
  const token = tokenId === ETH_TOKEN_ID ? undefined : around.tokens[tokenId];
  return {
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
  if (token === undefined) return { to: toAddress(to), value: toQuantity(amount), input: "0x" };
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
  const operation = block.operations[index]!;
  const meaning = meaningOf(operation, around);
  const isSealed = block.hash !== undefined;
  return {
    type: LEGACY_TYPE,
    hash: hashOf(operation, around),
    blockHash: block.hash ?? null,
    blockNumber: isSealed ? toQuantity(block.blockNumber) : null,
    transactionIndex: isSealed ? toQuantity(index) : null,
    chainId: toQuantity(around.l2ChainId),
    from: toAddress(meaning.sender),
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

/** What a token moves in an operation, the fee included; nothing of ETH. */
function tokenMovements(
  { token, movement, sender, fee }: Meaning,
  feeAccountAddress: bigint,
): Movement[] {
  if (token === undefined) return [];
  const ofFee = { from: sender, to: feeAccountAddress, amount: fee };
  const all = movement === undefined ? [ofFee] : [movement, ofFee];
  return all.filter(({ amount }) => amount > 0n);
}

/**
 * The receipt of an operation of a sealed block.
 *
 * @param logIndex - Of its first event in the block.
 */
function toReceipt(block: ChainBlock, index: number, logIndex: number, around: Surroundings) {
  const operation = block.operations[index]!;
  const meaning = meaningOf(operation, around);
  const place = {
    transactionHash: hashOf(operation, around),
    transactionIndex: toQuantity(index),
    blockHash: block.hash,
    blockNumber: toQuantity(block.blockNumber),
  };
  const logs = tokenMovements(meaning, block.feeAccountAddress).map(
    ({ from, to, amount }, offset) => ({
      address: meaning.token,
      ...encodeTransferEvent(from, to, amount),
      ...place,
      logIndex: toQuantity(logIndex + offset),
      removed: false,
    }),
  );
  return {
    type: LEGACY_TYPE,
    ...place,
    from: toAddress(meaning.sender),
    to: callOf(meaning, around).to,
    status: meaning.isRefund ? "0x0" : "0x1",
    contractAddress: null,
    gasUsed: toQuantity(GAS_PER_OPERATION),
    cumulativeGasUsed: toQuantity(GAS_PER_OPERATION * (index + 1)),
    effectiveGasPrice: gasPriceOf(meaning),
    logsBloom: logs.length === 0 ? EMPTY_BLOOM : FULL_BLOOM,
    logs,
  };
}

type Receipt = ReturnType<typeof toReceipt>;
export type EthereumLog = Receipt["logs"][number];

/** The receipts of all operations of a sealed block. */
export function toReceipts(block: ChainBlock, around: Surroundings): Receipt[] {
  let logIndex = 0;
  return block.operations.map((_, index) => {
    const receipt = toReceipt(block, index, logIndex, around);
    logIndex += receipt.logs.length;
    return receipt;
  });
}

/** The receipt of one operation of a sealed block. */
export function toReceiptAt(block: ChainBlock, index: number, around: Surroundings): Receipt {
  const { operations, feeAccountAddress } = block;
  const before = operations.slice(0, index).reduce((count, operation) => {
    const meaning = meaningOf(operation, around);
    return count + tokenMovements(meaning, feeAccountAddress).length;
  }, 0);
  return toReceipt(block, index, before, around);
}
