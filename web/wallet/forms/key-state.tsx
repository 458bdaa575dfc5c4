/** Whether the account can sign on L2, and what to do if it cannot. */
import { Link } from "wouter-preact";
import type { AccountInfo, RollupWallet } from "../../../src/sdk.ts";

export type KeyState = "none" | "unset" | "other" | "set" | "locked";

export function keyStateOf(
  account: AccountInfo | null,
  wallet: RollupWallet | undefined,
): KeyState {
  if (account === null) return "none";
  if (account.pubKeyHash === 0n) return "unset";
  if (wallet === undefined) return "locked";
  return account.pubKeyHash === wallet.signer.pubKeyHash ? "set" : "other";
}

const TEXTS: { readonly [S in Exclude<KeyState, "set" | "locked">]: string } = {
  none: "There is no account for your address yet. A first deposit or transfer to it makes one.",
  unset: "Your account has no signing key yet, so nothing can be sent from it on L2.",
  other: "Your account has another signing key than the one that your wallet derives.",
};

/** Says what keeps an account from signing; nothing if nothing does. */
export function KeyNotice({ state }: { readonly state: KeyState }) {
  if (state === "set" || state === "locked") return null;
  return (
    <p class="notice warn">
      {TEXTS[state]}{" "}
      {state === "none" ? (
        <Link href="/wallet/deposit">Deposit</Link>
      ) : (
        <Link href="/wallet/activate">Activate the key</Link>
      )}
    </p>
  );
}
