/** Why a promise of the operator is worth nothing. */
import { defineErrors } from "../util/errors.ts";

export type ReceiptErrorFacts =
  | { code: "BOND_NOT_FOUND"; bondAddress: string; chainId: bigint }
  | { code: "BOND_OF_OTHER_ROLLUP"; bondAddress: string; expected: string; actual: string }
  | { code: "BOND_SIGNER_MISMATCH"; bondAddress: string; expected: string; actual: string }
  | { code: "BOND_UNDERFUNDED"; bondAddress: string; balanceWei: bigint; penaltyWei: bigint }
  | { code: "BOND_WITHDRAWAL_ANNOUNCED"; bondAddress: string; withdrawableAt: bigint }
  | {
      code: "RECEIPT_SIGNATURE_INVALID";
      about: string;
      signer: string;
      recovered: string | undefined;
    }
  | {
      code: "RECEIPT_ANCHOR_UNKNOWN";
      about: string;
      anchorNumber: number;
      anchorHash: string;
    }
  | { code: "RECEIPT_OF_OTHER_BLOCK"; blockNumber: number; promised: number }
  | {
      code: "RECEIPT_WITHOUT_TRANSACTION";
      blockNumber: number;
      slotIndex: number;
      hash: string;
    }
  | { code: "RECEIPT_PUBDATA_MISMATCH"; blockNumber: number }
  | {
      code: "RECEIPT_INCLUSION_MISMATCH";
      about: string;
      field: string;
      promised: string;
      expected: string;
    }
  | {
      code: "RECEIPT_DUE_LATE";
      about: string;
      dueAt: bigint;
      dueAtMax: bigint;
      validUntil: bigint;
    };

export const receiptError = defineErrors<ReceiptErrorFacts>({
  BOND_NOT_FOUND: {
    message: ({ bondAddress, chainId }) =>
      `There is no ReceiptBond at ${bondAddress} on chain ${chainId}.`,
    fix: "Check the address and the chain; hardhat rollup:bond --deploy makes a bond.",
  },
  BOND_OF_OTHER_ROLLUP: {
    message: ({ bondAddress, expected, actual }) =>
      `The bond ${bondAddress} is about the rollup ${actual}, not about ${expected}.`,
    fix: "Use the bond of this rollup; each bond names one for good.",
  },
  BOND_SIGNER_MISMATCH: {
    message: ({ bondAddress, expected, actual }) =>
      `The bond ${bondAddress} takes promises by ${expected}, but the key is that of ${actual}.`,
    fix: "Configure the key that the bond names, or deploy a bond that names this one.",
  },
  BOND_UNDERFUNDED: {
    message: ({ bondAddress, balanceWei, penaltyWei }) =>
      `The bond ${bondAddress} has ${balanceWei} wei, less than one penalty of ${penaltyWei} wei.`,
    fix: "Pay into it with hardhat rollup:bond --fund; until then its promises are worth little.",
  },
  BOND_WITHDRAWAL_ANNOUNCED: {
    message: ({ bondAddress, withdrawableAt }) =>
      `The bond ${bondAddress} can be withdrawn from ${withdrawableAt} on (Unix seconds).`,
    fix: "Cancel the withdrawal (cancelWithdrawal), or rely on no new promise of this bond.",
  },
  RECEIPT_SIGNATURE_INVALID: {
    message: ({ about, signer, recovered }) =>
      `The promise about ${about} is signed by ${recovered ?? "nobody"}, not by ${signer}.`,
    fix: "Rely on nothing that it says; ask the bond on L1 for its signer.",
  },
  RECEIPT_ANCHOR_UNKNOWN: {
    message: ({ about, anchorNumber, anchorHash }) =>
      `The promise about ${about} is made on L1 block ${anchorNumber} ${anchorHash}, ` +
      "which your L1 node does not have, so it may be void.",
    fix: "Wait until your L1 node has caught up, or ask for a promise on a block that it has.",
  },
  RECEIPT_OF_OTHER_BLOCK: {
    message: ({ blockNumber, promised }) =>
      `The promise is about block ${promised}, not about block ${blockNumber}.`,
    fix: "Rely on nothing that this operator says; ask another one, or wait for L1.",
  },
  RECEIPT_WITHOUT_TRANSACTION: {
    message: ({ blockNumber, slotIndex, hash }) =>
      `Slot ${slotIndex} of the promised block ${blockNumber} has something else than the ` +
      `transaction ${hash}.`,
    fix: "Ask again; if it stays so, the operator has signed something else than it says: wait for L1.",
  },
  RECEIPT_PUBDATA_MISMATCH: {
    message: ({ blockNumber }) =>
      `The promise about block ${blockNumber} is about other public data than this.`,
    fix: "Ask for the public data that was promised; without it nobody knows what was.",
  },
  RECEIPT_INCLUSION_MISMATCH: {
    message: ({ about, field, promised, expected }) =>
      `The promise about ${about} has ${field} ${promised}, not ${expected}.`,
    fix: "Rely on it for nothing else than it says, or ask for a promise about the transaction.",
  },
  RECEIPT_DUE_LATE: {
    message: ({ about, dueAt, dueAtMax, validUntil }) =>
      `The promise about ${about} is due at ${dueAt}, for blocks until ${validUntil}; ` +
      `it must be due at ${dueAtMax} at the latest, and two days before these blocks end.`,
    fix: "Wait until the transaction is executed, or allow it more time and sign it for longer.",
  },
});
