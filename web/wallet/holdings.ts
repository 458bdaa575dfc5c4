/** What the connected account holds on L2 and on L1, kept up to date. */
import { useEffect, useState } from "preact/hooks";
import type { AccountInfo, OwnerWallet, Token } from "../../src/sdk.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { useStore } from "../components/store.ts";
import { useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";
import { activities } from "./activity.ts";

/** More tokens than these are found on the page of tokens, not here. */
const TOKENS_MAX = 40;

export interface TokenHoldings {
  /** As L1 lists it. */
  readonly token: Token;
  readonly accepted: bigint;
  readonly committed: bigint;
  readonly finalized: bigint;
  readonly onL1: bigint;
  /** What L1 owes the owner. */
  readonly pending: bigint;
}

export interface Holdings {
  /** Null before the first deposit or transfer to the owner. */
  readonly account: AccountInfo | null;
  readonly tokens: readonly TokenHoldings[];
}

/** Grows whenever something has happened to an account. */
export function useChanges(address: string): number {
  const { rollup } = useConnection();
  const [count, setCount] = useState(0);
  const known = useStore(activities);
  useEffect(() => {
    const abort = new AbortController();
    const follow = async () => {
      while (!abort.signal.aborted) {
        try {
          const events = rollup.followAccount(address, { signal: abort.signal });
          while ((await events.next()).done !== true) setCount((before) => before + 1);
          return;
        } catch (error) {
          // A node that was started again has forgotten what it has said: ask for all of it.
          if (!isRollupError(error) || error.code !== "RPC_CURSOR_GONE") return;
          setCount((before) => before + 1);
        }
      }
    };
    void follow();
    return () => abort.abort();
  }, [rollup, address]);
  const stages = known.map(({ id, status }) => `${id} ${status}`).join();
  useEffect(() => setCount((before) => before + 1), [stages]);
  return count;
}

/** Asks again after each change, and keeps what it has meanwhile. */
export function useHoldings(owner: OwnerWallet) {
  const { rollup, tokens } = useConnection();
  const changes = useChanges(owner.address);
  const answer = useAnswer(() => readHoldings(owner, tokens), [rollup, owner]);
  const { refresh } = answer;
  useEffect(() => {
    if (changes > 0) refresh();
  }, [changes, refresh]);
  return { ...answer, changes };
}

async function readHoldings(
  owner: OwnerWallet,
  listed: readonly { readonly id: number }[],
): Promise<Holdings> {
  const { provider, address } = owner;
  const names = ["accepted", "committed", "finalized"] as const;
  const [accepted, committed, finalized] = await Promise.all(
    names.map((name) => provider.getAccountState(address, name)),
  );
  const amountOf = (info: AccountInfo | null | undefined, id: number) =>
    info?.balances.find(({ tokenId }) => tokenId === id)?.amount ?? 0n;
  const tokens = await Promise.all(
    listed.slice(0, TOKENS_MAX).map(async ({ id }) => ({
      token: await owner.getToken(id),
      accepted: amountOf(accepted, id),
      committed: amountOf(committed, id),
      finalized: amountOf(finalized, id),
      onL1: await owner.getL1Balance(id),
      pending: await owner.getPendingBalance(id),
    })),
  );
  return { account: accepted ?? null, tokens };
}
