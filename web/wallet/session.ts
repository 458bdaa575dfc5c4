/** The user's account on the rollup: its owner on L1, and the L2 key once it is unlocked. */
import type { OwnerWallet, Rollup, RollupWallet } from "../../src/sdk.ts";
import { createStore, useStore } from "../components/store.ts";
import { useAnswer } from "../rollup/use-answer.ts";
import { accountState, type L1Account } from "./account.ts";

interface Unlocked {
  readonly account: L1Account;
  readonly rollup: Rollup;
  readonly wallet: RollupWallet;
}

/** The L2 key of the connected account. It is in memory only, and goes with the account. */
const unlocked = createStore<Unlocked | undefined>(undefined);
accountState.subscribe(() => {
  const state = accountState.get();
  const isSame = state.status === "connected" && state.account === unlocked.get()?.account;
  if (!isSame && unlocked.get() !== undefined) unlocked.set(undefined);
});

/** The owner on L1, as soon as the contract has been checked there. */
export function useOwner(rollup: Rollup, account: L1Account) {
  return useAnswer<OwnerWallet>(() => rollup.owner(account.signer), [rollup, account]);
}

/** The wallet with its L2 key; undefined while it is locked. */
export function useUnlocked(rollup: Rollup, account: L1Account): RollupWallet | undefined {
  const now = useStore(unlocked);
  return now?.account === account && now.rollup === rollup ? now.wallet : undefined;
}

/** Has the owner sign the text that the L2 key is derived from. */
export async function unlock(rollup: Rollup, account: L1Account): Promise<void> {
  const wallet = await rollup.wallet(account.signer);
  const state = accountState.get();
  if (state.status !== "connected" || state.account !== account) return;
  unlocked.set({ account, rollup, wallet });
}

/** Forgets the L2 key alone. */
export function lock(): void {
  unlocked.set(undefined);
}
