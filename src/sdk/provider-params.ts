/** Options of the provider's lists and waits. */
import type { Abort } from "../api/abort.ts";
import { OPERATION_NAMES, type OperationName } from "../operations/table.ts";
import { tokenReference, type TokenReference } from "./fee-params.ts";
import { abortSignal, oneOf, optionsOf } from "./inputs.ts";

/** Options of a wait. */
export interface WaitOptions {
  /** An `AbortSignal`, which ends the wait with ABORTED. Default: none. */
  readonly signal?: Abort;
}

/** Options of a history. */
export interface HistoryOptions extends WaitOptions {
  /** Type of the listed operations, such as "deposit". Default: all. */
  readonly type?: OperationName;
  /** Symbol, L1 address or id of the moved token. Default: any. */
  readonly token?: TokenReference;
}

export const waitOptions = optionsOf<WaitOptions>({ signal: abortSignal.optional() });

export const historyOptions = optionsOf<HistoryOptions>({
  type: oneOf(OPERATION_NAMES).optional(),
  token: tokenReference.optional(),
  signal: abortSignal.optional(),
});
