/** Reports a block in numbers. */
import { toBeHex } from "ethers";
import type { PerPhase } from "../../bench/l1-cost.ts";
import type { BlockRecord } from "../../operator/ledger/blocks.ts";
import type { OperationName } from "../../operations/table.ts";
import { blockKindName } from "../../protocol/kinds.ts";
import { FIELD_BYTES } from "../../protocol/constants.ts";

/** An executed block of the operator. */
export type ExecutedBlock = Required<Extract<BlockRecord, { status: "executed" }>>;

export function isExecutedBlock(record: BlockRecord): record is ExecutedBlock {
  return record.status === "executed" && record.execute !== undefined;
}

export interface BlockReport {
  readonly number: number;
  /** Name of its kind. */
  readonly kind: string;
  readonly slots: number;
  readonly operations: readonly OperationName[];
  readonly proofMs: number;
  /** Gas of its L1 transactions. */
  readonly gas: PerPhase<number>;
  readonly pubdataBytes: number;
  /** 32 bytes, 0x-hex. */
  readonly oldStateRoot: string;
  readonly newStateRoot: string;
}

export function reportBlock(record: ExecutedBlock): BlockReport {
  const { applied, commitment, proof, commit, prove, execute } = record;
  const { blockNumber, kind, operations } = applied.block;
  return {
    number: blockNumber,
    kind: blockKindName(kind),
    slots: kind.slots,
    operations: operations.map(({ type }) => type),
    proofMs: Math.round(proof.proofMs),
    gas: {
      commit: Number(commit.gasUsed),
      prove: Number(prove.gasUsed),
      execute: Number(execute.gasUsed),
    },
    pubdataBytes: commitment.pubdata.length,
    oldStateRoot: toBeHex(commitment.oldStateRoot, FIELD_BYTES),
    newStateRoot: toBeHex(commitment.newStateRoot, FIELD_BYTES),
  };
}
