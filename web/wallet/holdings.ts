/** What the connected account holds on L2 and on L1, kept up to date. */
import { useEffect, useState } from "preact/hooks";
import { type AccountInfo, isRollupError, type OwnerWallet, type Token } from "../../src/sdk.ts";
import { useStore } from "../components/store.ts";
import { useConnection } from "../rollup/connection.tsx";
import { follow } from "../rollup/follow.ts";
import { useSteadyAnswer } from "../rollup/use-live.ts";
import { activities } from "./activity.ts";

/** Of more tokens, those that the owner holds on L2 are shown first. */
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
    const count = () => setCount((before) => before + 1);
    return follow(rollup, { account: address }, count);
  }, [rollup, address]);
  const stages = known.map(({ id, status }) => `${id} ${status}`).join();
  useEffect(() => setCount((before) => before + 1), [stages]);
  return count;
}

/** Asks again after each change, and keeps what it has meanwhile. */
export function useHoldings(owner: OwnerWallet) {
  const { rollup, tokens } = useConnection();
  const changes = useChanges(owner.address);
  const answer = useSteadyAnswer(() => readHoldings(owner, tokens), [rollup, owner]);
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
  const held = [accepted, committed, finalized].flatMap((info) => info?.balances ?? []);
  const isHeld = new Set(held.map(({ tokenId }) => tokenId));
  // ETH stays the first: it pays for gas and, by default, fees.
  const ids = listed.map(({ id }) => id);
  const order = [...ids.slice(0, 1), ...ids.filter((id) => isHeld.has(id)), ...ids];
  const shown = [...new Set(order)].slice(0, TOKENS_MAX).toSorted((one, other) => one - other);
  const tokens = await Promise.all(
    shown.map(async (id) => ({
      token: await owner.getToken(id),
      accepted: amountOf(accepted, id),
      committed: amountOf(committed, id),
      finalized: amountOf(finalized, id),
      onL1: await readL1Balance(owner, id),
      pending: await owner.getPendingBalance(id),
    })),
  );
  return { account: accepted ?? null, tokens };
}

/** A token's contract may refuse to answer, which must not keep the others from being shown. */
async function readL1Balance(owner: OwnerWallet, id: number): Promise<bigint> {
  try {
    return await owner.getL1Balance(id);
  } catch (error) {
    if (isRollupError(error) && error.code === "L1_REVERTED") return 0n;
    throw error;
  }
}
