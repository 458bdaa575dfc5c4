/** Why a promise of the operator is worth nothing. */
import { defineErrors } from "../util/errors.ts";

export type ReceiptErrorFacts =
  | {
      code: "RECEIPT_SIGNATURE_INVALID";
      blockNumber: number;
      signer: string;
      recovered: string | undefined;
    }
  | {
      code: "RECEIPT_ANCHOR_UNKNOWN";
      blockNumber: number;
      anchorNumber: number;
      anchorHash: string;
    }
  | { code: "RECEIPT_PUBDATA_MISMATCH"; blockNumber: number };

export const receiptError = defineErrors<ReceiptErrorFacts>({
  RECEIPT_SIGNATURE_INVALID: {
    message: ({ blockNumber, signer, recovered }) =>
      `The promise about block ${blockNumber} is signed by ${recovered ?? "nobody"}, not by ${signer}.`,
    fix: "Rely on nothing that it says; ask the bond on L1 for its signer.",
  },
  RECEIPT_ANCHOR_UNKNOWN: {
    message: ({ blockNumber, anchorNumber, anchorHash }) =>
      `The promise about block ${blockNumber} is made on L1 block ${anchorNumber} ${anchorHash}, ` +
      "which your L1 node does not have, so it may be void.",
    fix: "Wait until your L1 node has caught up, or ask for a promise on a block that it has.",
  },
  RECEIPT_PUBDATA_MISMATCH: {
    message: ({ blockNumber }) =>
      `The promise about block ${blockNumber} is about other public data than this.`,
    fix: "Ask for the public data that was promised; without it nobody knows what was.",
  },
});
