/** Blocks of transfers whose signatures nobody verifies, for tests of what follows from them. */
import { appendOperation, type AppliedBlock, openBlock, sealBlock } from "../../src/block/block.ts";
import { BASE8 } from "../../src/crypto/baby-jubjub.ts";
import { hashPublicKey } from "../../src/crypto/eddsa.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { LEAF_KIND, TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";

/** Balance of every account in every token that it has. */
export const FUNDS = 1_000_000n;

/** A transfer; the nonce is the sender's next. */
export interface HandMadeTransfer {
  readonly from: number;
  readonly to: number;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly fee?: bigint;
}

/** Creates a state with a fee account of id 0 and other accounts, all with balances of tokens. */
export function fundedState(
  preset: Preset,
  { accountIds, tokens }: { accountIds: readonly number[]; tokens: readonly number[] },
): RollupState {
  const pubKeyHash = hashPublicKey(BASE8);
  let state = createGenesisState(preset, { feeAccountAddress: 0xfeen });
  for (const id of [0, ...accountIds]) {
    const account = { kind: LEAF_KIND.account, nonce: 0, address: 0xfeen + BigInt(id), pubKeyHash };
    state = state.update(id, 0, { account });
    for (const tokenId of tokens) state = state.update(id, tokenId, { balance: FUNDS });
  }
  return state;
}

/** Applies transfers as one block of account 0; the kind is the cheapest unless one is named. */
export function transferBlock(
  state: RollupState,
  transfers: readonly HandMadeTransfer[],
  { kind, feeAccountId = 0 }: { kind?: BlockKind | undefined; feeAccountId?: number } = {},
): AppliedBlock {
  let open = openBlock(state, { blockNumber: 1, timestamp: 1000n, feeAccountId });
  for (const { from, to, tokenId, amount, fee = 0n } of transfers) {
    const operation: Operation<"transfer"> = {
      type: "transfer",
      fromAccountId: from,
      toAccountId: to,
      tokenId,
      amount,
      fee,
      nonce: open.state.account(from).nonce,
      recipient: open.state.account(to).address,
      validFrom: 0n,
      validUntil: TIMESTAMP_MAX,
      publicKey: BASE8,
      signature: { r8: BASE8, s: 0n },
    };
    open = appendOperation(open, operation);
  }
  return sealBlock(open, kind);
}
