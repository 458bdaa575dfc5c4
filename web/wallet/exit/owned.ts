/** What an owner can take out of the rollup, as L1 alone says. */
import type { RestoredRollup, RollupClient } from "../../../src/exit.ts";
import { openDeposits } from "../../../src/exit/exit.ts";
import type { Token } from "../../../src/l1/types.ts";
import { completeHistory, readTokens } from "../../../src/restore/history.ts";

export interface OwnedToken {
  readonly token: Token;
  /** In the last executed state, and not claimed yet. */
  readonly claimable: bigint;
  /** In the last executed state, and paid out by an exit. */
  readonly claimed: bigint;
  /** In deposits that no executed block serves. */
  readonly queued: bigint;
  /** What L1 owes the owner already. */
  readonly pending: bigint;
}

export interface Owned {
  readonly accountIds: readonly number[];
  /** Those of which the owner has anything. */
  readonly tokens: readonly OwnedToken[];
}

/** @throws L1_REQUEST_FAILED, L1_LOGS_REFUSED, RESTORE_EVENTS_MISSING */
export async function readOwned(
  client: RollupClient,
  { executed, history: known }: RestoredRollup,
  owner: string,
): Promise<Owned> {
  const { state } = executed;
  const { contract } = client;
  const history = await completeHistory(client, known);
  const accountIds = state.accountIdsOf(BigInt(owner));
  const tokens: OwnedToken[] = [];
  for (const token of await readTokens(client, history)) {
    let [claimable, claimed] = [0n, 0n];
    for (const id of accountIds) {
      const balance = state.balance(id, token.id);
      if (balance === 0n) continue;
      if (await contract.hasExited(id, token.id)) claimed += balance;
      else claimable += balance;
    }
    const request = { owner, accountIds, token, executed };
    const deposits = await openDeposits(client, request, history);
    const queued = deposits.reduce((sum, { amount }) => sum + amount, 0n);
    const pending = await contract.pendingBalance(owner, token.address);
    if (claimable + claimed + queued + pending > 0n) {
      tokens.push({ token, claimable, claimed, queued, pending });
    }
  }
  return { accountIds, tokens };
}
