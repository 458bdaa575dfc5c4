/** Signed transactions as the API takes them: what their schemas are made of. */
import type { OperationSpec, TransactionOf, TransactionSignature } from "./definition.ts";
import { OPERATIONS, type Specs, TRANSACTION_TYPES, type TransactionType } from "./table.ts";

/** What a kind of transaction has beside account, token, fee, nonce, validity and signature. */
export interface TransactionForm {
  readonly type: TransactionType;
  readonly columns: readonly ("recipient" | "amount")[];
  /** Whether the consent of the owner on L1 comes with it, as `authorization`. */
  readonly needsConsent: boolean;
}

type ConsentOf<S extends OperationSpec> = S extends { l1: { consent: true } }
  ? { readonly authorization: string }
  : unknown;

/** A signed transaction with all that its operator needs for it. */
export type SubmittedTransaction = {
  [N in TransactionType]: TransactionOf<Specs[N]> & TransactionSignature & ConsentOf<Specs[N]>;
}[TransactionType];

export const TRANSACTION_FORMS: readonly TransactionForm[] = TRANSACTION_TYPES.map((type) => {
  const { message, l1 }: OperationSpec = OPERATIONS[type];
  return { type, columns: message.columns, needsConsent: l1.consent === true };
});
