/** What is said of a block when its operations are not needed any more. Pure. */
import type { L1Transaction } from "../../l1/types.ts";
import { OPERATIONS, type OperationName } from "../../operations/table.ts";
import type { OperationSpec } from "../../operations/definition.ts";
import type { Operation } from "../../operations/operation.ts";
import { blockKindName } from "../../protocol/kinds.ts";
import type { BlockRecord } from "./blocks.ts";

/** A block without its content, as plain data. */
export interface BlockSummary {
  readonly blockNumber: number;
  readonly status: BlockRecord["status"];
  /** Name of its kind, such as `64-main-6`. */
  readonly kind: string;
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly feeAccountId: number;
  readonly oldStateRoot: bigint;
  readonly newStateRoot: bigint;
  /** Types of the operations, in the order of the slots. */
  readonly operations: OperationName[];
  /** Bytes of its public data, once they are computed. */
  readonly pubdataBytes?: number;
  /** Wall time of witness and proof. */
  readonly proofMs?: number;
  /** The L1 transactions of its stages, as far as the operator has seen them. */
  readonly commit?: L1Transaction;
  readonly prove?: L1Transaction;
  readonly execute?: L1Transaction;
}

export function summarizeBlock(record: BlockRecord): BlockSummary {
  const { status, applied } = record;
  const { blockNumber, timestamp, feeAccountId, kind, operations } = applied.block;
  return {
    blockNumber,
    status,
    kind: blockKindName(kind),
    timestamp,
    feeAccountId,
    oldStateRoot: applied.before.root,
    newStateRoot: applied.state.root,
    operations: operations.map(({ type }) => type),
    ...("commitment" in record && { pubdataBytes: record.commitment.pubdata.length }),
    ...("proof" in record && { proofMs: record.proof.proofMs }),
    ...("commit" in record && { commit: record.commit }),
    ...("prove" in record && { prove: record.prove }),
    ...("execute" in record && { execute: record.execute }),
  };
}

/** Ids of the accounts that an operation touches, each once. */
export function accountsOf(operation: Operation): number[] {
  const { record }: OperationSpec = OPERATIONS[operation.type];
  const values = operation as unknown as Readonly<Record<string, number>>;
  const names = [record.accountA, record.accountB].filter((name) => name !== undefined);
  return [...new Set(names.map((name) => values[name]!))];
}
