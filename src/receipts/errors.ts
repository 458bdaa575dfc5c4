/** Why a promise of the operator is worth nothing. */
import { defineErrors } from "../util/errors.ts";

export type ReceiptErrorFacts =
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
      `it must be due at ${dueAtMax} at the latest, and before these blocks end.`,
    fix: "Wait until the transaction is executed, or allow it more time and sign it for longer.",
  },
});
