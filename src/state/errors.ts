/** Errors of `src/state`. */
import { defineErrors } from "../util/errors.ts";

export type StateErrorFacts =
  | { code: "ACCOUNT_ID_OUT_OF_RANGE"; accountId: number; capacity: number }
  | { code: "TOKEN_ID_OUT_OF_RANGE"; tokenId: number; capacity: number }
  | { code: "FEE_ACCOUNT_ADDRESS_ZERO" }
  | { code: "SNAPSHOT_MALFORMED"; reason: string }
  | { code: "SNAPSHOT_PRESET_MISMATCH"; expected: string; actual: string }
  | { code: "SNAPSHOT_ROOT_MISMATCH"; expected: bigint; actual: bigint };

export const stateError = defineErrors<StateErrorFacts>({
  ACCOUNT_ID_OUT_OF_RANGE: {
    message: ({ accountId, capacity }) =>
      `Account ${accountId} cannot exist: the ids of this rollup end at ${capacity - 1}.`,
    fix: "Use the id of an existing account, or deploy the rollup with a larger preset.",
  },
  TOKEN_ID_OUT_OF_RANGE: {
    message: ({ tokenId, capacity }) =>
      `Token ${tokenId} cannot exist: the ids of this rollup end at ${capacity - 1}.`,
    fix: "Use the id of a listed token, or deploy the rollup with a larger preset.",
  },
  FEE_ACCOUNT_ADDRESS_ZERO: {
    message: () => "The fee account of a rollup needs an L1 owner other than the zero address.",
    fix: "Name the address that will own the collected fees.",
  },
  SNAPSHOT_MALFORMED: {
    message: ({ reason }) => `The state snapshot is malformed: ${reason}.`,
    fix: "Take a new snapshot, or restore the state from the public data on L1.",
  },
  SNAPSHOT_PRESET_MISMATCH: {
    message: ({ expected, actual }) =>
      `The state snapshot was taken with the preset "${actual}", not with "${expected}".`,
    fix: "Load the snapshot with the preset of its rollup.",
  },
  SNAPSHOT_ROOT_MISMATCH: {
    message: ({ expected, actual }) =>
      `The snapshot names the state root ${expected}, but its accounts hash to ${actual}.`,
    fix: "The file is damaged: take a new snapshot, or restore the state from L1.",
  },
});
