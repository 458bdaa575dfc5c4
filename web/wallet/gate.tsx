/** Lets a page of the wallet appear once there is an account, on the right chain. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";
import { keyDerivationMessage, type OwnerWallet, type RollupWallet } from "../../src/sdk.ts";
import { Failure } from "../components/failure.tsx";
import { Loading } from "../components/loading.tsx";
import { useWork } from "../components/use-work.ts";
import { useStore } from "../components/store.ts";
import { Title } from "../components/title.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { accountState, type L1Account } from "./account.ts";
import { AccountBar, ConnectPanel, WrongChain } from "./connect.tsx";
import { guarded } from "./activity.ts";
import { Problem } from "./problem.tsx";
import { unlock, useOwner, useUnlocked } from "./session.ts";

/** What the pages of a connected account use. */
export interface WalletContext {
  readonly account: L1Account;
  /** Deposits, and asks for exits, on L1. */
  readonly owner: OwnerWallet;
  /** Signs on L2; undefined while the key is locked. */
  readonly wallet: RollupWallet | undefined;
}

const Context = createContext<WalletContext | undefined>(undefined);

/** The account, in pages inside of a {@link WalletGate}. */
export function useWallet(): WalletContext {
  const context = useContext(Context);
  if (context === undefined) throw new Error("A page of the wallet is outside of its gate.");
  return context;
}

export function WalletGate({ children }: { readonly children: ComponentChildren }) {
  const { rollup, config } = useConnection();
  const state = useStore(accountState);
  if (state.status !== "connected") return <ConnectPanel accounts={config.accounts} />;
  const { account } = state;
  const isElsewhere = account.chainId !== undefined && account.chainId !== rollup.chainId;
  return (
    <>
      <AccountBar account={account} />
      {isElsewhere ? (
        <>
          <Title>Wrong chain</Title>
          <WrongChain account={account} expected={rollup.chainId} />
        </>
      ) : (
        // What was typed for one account is not sent by another.
        <Connected key={`${account.address} ${account.chainId ?? ""}`} account={account}>
          {children}
        </Connected>
      )}
    </>
  );
}

interface ConnectedProps {
  readonly account: L1Account;
  readonly children: ComponentChildren;
}

function Connected({ account, children }: ConnectedProps) {
  const { rollup } = useConnection();
  const { value: owner, error, refresh } = useOwner(rollup, account);
  const wallet = useUnlocked(rollup, account);
  useEffect(() => {
    // A public key needs nobody's consent. Pages that need the key show why it failed.
    if (account.wallet === undefined) unlock(rollup, account).catch(() => undefined);
  }, [rollup, account]);
  if (error !== undefined) {
    return (
      <>
        <Title>Wallet</Title>
        <Failure error={error} onRetry={refresh} />
      </>
    );
  }
  if (owner === undefined) return <Loading what="the account" />;
  return <Context.Provider value={{ account, owner, wallet }}>{children}</Context.Provider>;
}

/** Shows a page that signs on L2 only with the key; without it, how to unlock it. */
export function KeyGate({
  children,
}: {
  readonly children: (wallet: RollupWallet) => ComponentChildren;
}) {
  const { wallet } = useWallet();
  return wallet === undefined ? <Unlock /> : <>{children(wallet)}</>;
}

/** Shows the text that the key is derived from, and has it signed. */
export function Unlock() {
  const { rollup } = useConnection();
  const { account } = useWallet();
  const { isWorking, problem, run } = useWork();
  const isTestKey = account.wallet === undefined;
  const ask = () => run(() => guarded(() => unlock(rollup, account)));
  useEffect(() => {
    // A public key needs nobody's consent.
    if (isTestKey) ask();
  }, []);
  if (isTestKey && !problem) return <Loading what="the key" />;
  return (
    <section class="panel" aria-labelledby="unlock-heading">
      <h2 id="unlock-heading">Unlock your L2 key</h2>
      <p>
        Transactions on L2 are signed by a key that is derived from one signature of your wallet. It
        stays in the memory of this page until you disconnect or close it. Your wallet shows this
        text; it is no transaction and costs nothing:
      </p>
      <pre class="signed-text" tabIndex={0} aria-label="Text to sign">
        {keyDerivationMessage(rollup)}
      </pre>
      <p class="hint">
        Sign this text on pages that you trust alone: whoever has it, has the L2 key.
      </p>
      <button type="button" disabled={isWorking} onClick={ask}>
        {isWorking ? "Waiting for your wallet…" : "Sign the text"}
      </button>
      {problem && <Problem error={problem.error} />}
    </section>
  );
}
