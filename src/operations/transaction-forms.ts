/** Forms of signed transactions, from which the API makes its schemas. */
import type { OperationSpec, TransactionOf, TransactionSignature } from "./definition.ts";
import { OPERATIONS, type Specs, TRANSACTION_TYPES, type TransactionType } from "./table.ts";

/** Fields of a type of transaction besides account, token, fee, nonce, validity and signature. */
export interface TransactionForm {
  readonly type: TransactionType;
  readonly columns: readonly ("recipient" | "amount")[];
  /** Whether it contains the owner's consent on L1, as `authorization`. */
  readonly needsConsent: boolean;
}

type ConsentOf<S extends OperationSpec> = S extends { l1: { consent: true } }
  ? { readonly authorization: string }
  : unknown;

/** What the owner of the account adds, if its second factor asks for it. */
interface SecondSignature {
  /**
   * The Ethereum signature of the transaction's text, or of its whole batch's, 65 bytes of 0x-hex;
   * see docs/second-factor.md.
   */
  readonly ethereumSignature?: string;
}

/** A signed transaction with everything that its operator needs. */
export type SubmittedTransaction = {
  [N in TransactionType]: TransactionOf<Specs[N]> &
    TransactionSignature &
    ConsentOf<Specs[N]> &
    SecondSignature;
}[TransactionType];

export const TRANSACTION_FORMS: readonly TransactionForm[] = TRANSACTION_TYPES.map((type) => {
  const { message, l1 }: OperationSpec = OPERATIONS[type];
  return { type, columns: message.columns, needsConsent: l1.consent === true };
});
