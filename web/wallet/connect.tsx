/** Chooses an account, and says what a connection means. */
import { useEffect } from "preact/hooks";
import { hasCode } from "../../src/l1/refusals.ts";
import type { PagesConfig } from "../../src/pages/config.ts";
import { useWork } from "../components/use-work.ts";
import { useStore } from "../components/store.ts";
import {
  accountState,
  cancelConnecting,
  connectBrowserWallet,
  connectTestAccount,
  disconnect,
  type L1Account,
  switchChain,
  type TestAccount,
} from "./account.ts";
import { browserWallets, findBrowserWallets } from "./browser-wallets.ts";
import { Problem } from "./problem.tsx";
import { shorten } from "../components/text.ts";
import { CopyButton } from "../components/copyable.tsx";

/** As wallets answer to wallet_switchEthereumChain. */
const UNKNOWN_CHAIN = 4902;

let isSearching = false;

interface TestAccounts {
  readonly accounts?: PagesConfig["accounts"];
}

/** Asks for an account while there is none. */
export function ConnectPanel({ accounts = [] }: TestAccounts) {
  const state = useStore(accountState);
  const wallets = useStore(browserWallets);
  useEffect(() => {
    if (!isSearching) findBrowserWallets();
    isSearching = true;
  }, []);
  if (state.status === "connecting") {
    return (
      <div class="panel narrow">
        <p role="status">Confirm the connection in {state.name}.</p>
        <button type="button" class="quiet" onClick={cancelConnecting}>
          Cancel
        </button>
      </div>
    );
  }
  return (
    <>
      {state.status === "none" && state.error !== undefined && <Problem error={state.error} />}
      {state.status === "none" && state.reason && (
        <p class="notice" role="status">
          {state.reason}
        </p>
      )}
      <section class="panel narrow" aria-labelledby="wallets-heading">
        <h2 id="wallets-heading">Connect a wallet</h2>
        <p class="hint">
          The page learns your address. Nothing is signed or sent until you confirm it.
        </p>
        {wallets.length === 0 && (
          <p>This browser has no wallet. Install one for Ethereum, and load the page again.</p>
        )}
        <ul class="choices" hidden={wallets.length === 0}>
          {wallets.map((wallet) => (
            <li key={wallet.id}>
              <button
                type="button"
                class="choice"
                onClick={() => void connectBrowserWallet(wallet)}
              >
                {wallet.icon && <img src={wallet.icon} alt="" width="24" height="24" />}
                {wallet.name}
              </button>
            </li>
          ))}
        </ul>
      </section>
      {accounts.length > 0 && <TestAccountList accounts={accounts} />}
    </>
  );
}

function TestAccountList({ accounts }: { readonly accounts: readonly TestAccount[] }) {
  return (
    <section class="panel narrow" aria-labelledby="keys-heading">
      <h2 id="keys-heading">Test accounts of this devnet</h2>
      <p class="notice warn">
        Everybody knows these keys. Send nothing of value to any of these addresses.
      </p>
      <ul class="choices">
        {accounts.map((account, index) => (
          <li key={account.address}>
            <button type="button" class="choice" onClick={() => connectTestAccount(account)}>
              <span class="mark">{index}</span>
              <code>{shorten(account.address)}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says who is connected, and ends it. */
export function AccountBar({ account }: { readonly account: L1Account }) {
  const { name, address, wallet } = account;
  return (
    <div class="account-bar">
      {wallet?.icon && <img src={wallet.icon} alt="" width="20" height="20" />}
      <span class={wallet ? undefined : "mark warn"}>{name}</span>
      <code title={address}>{shorten(address)}</code>
      <CopyButton text={address} what="the address" />
      <button type="button" class="quiet small" onClick={() => disconnect()}>
        Disconnect
      </button>
    </div>
  );
}

interface WrongChainProps {
  readonly account: L1Account;
  readonly expected: bigint;
}

/** Says that the wallet is on another chain, and offers to change it. */
export function WrongChain({ account, expected }: WrongChainProps) {
  const { isWorking, problem, run } = useWork();
  const change = () => run(() => switchChain(account.wallet!, expected));
  return (
    <section class="panel narrow" aria-labelledby="chain-heading">
      <h2 id="chain-heading">Your wallet is on another chain</h2>
      <p>
        {account.name} is on chain {String(account.chainId)}, but this rollup is on chain{" "}
        {String(expected)}. Nothing can be sent from here until you switch.
      </p>
      <button type="button" disabled={isWorking} onClick={change}>
        Switch to chain {String(expected)}
      </button>
      {problem && hasCode(problem.error, UNKNOWN_CHAIN) && (
        <p class="notice warn" role="alert">
          {account.name} does not know chain {String(expected)}. Add it there first.
        </p>
      )}
      {problem && !hasCode(problem.error, UNKNOWN_CHAIN) && <Problem error={problem.error} />}
    </section>
  );
}
