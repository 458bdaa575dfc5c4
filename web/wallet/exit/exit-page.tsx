/**
 * The emergency exit: everything that it needs is on L1, so it works when the operator and all
 * nodes of the rollup are gone.
 */
import { useState } from "preact/hooks";
import type { PagesConfig } from "../../../src/pages/config.ts";
import { Failure } from "../../components/failure.tsx";
import { Loading } from "../../components/loading.tsx";
import { useStore } from "../../components/store.ts";
import { Title } from "../../components/title.tsx";
import { readConfig } from "../../rollup/connection.tsx";
import { useAnswer } from "../../rollup/use-answer.ts";
import { accountState, type L1Account } from "../account.ts";
import { AccountBar, ConnectPanel, WrongChain } from "../connect.tsx";
import { WalletNav } from "../nav.tsx";
import { ExitOf } from "./exit-of.tsx";
import { type Exodus, ExodusClock, useExodus } from "./exodus-clock.tsx";
import { type L1Reader, type L1Source, l1Sources, openL1 } from "./l1.ts";
import { RestoreGate } from "./restore-gate.tsx";
import "../../styles/wallet.css";

type PinnedConfig = PagesConfig & { readonly rollup: string };

export default function ExitPage() {
  const { value: config, error, refresh } = useAnswer(readConfig, []);
  return (
    <>
      <WalletNav />
      <Title>Emergency exit</Title>
      <p class="lead">
        Take out what you own when the operator does not serve you any more. This page needs no
        operator: it restores the state of the rollup from L1, proves here what you own, and your
        wallet sends the claim.
      </p>
      {error !== undefined && <Failure error={error} onRetry={refresh} />}
      {config === undefined && error === undefined && <Loading what="the address of the rollup" />}
      {config && isPinned(config) && <Sources config={config} />}
      {config && !isPinned(config) && (
        <p class="notice warn">
          These pages name no rollup in their config.json, and no node may name it for an exit. Use
          the command <code>rollup:exit</code> with an address that you trust.
        </p>
      )}
    </>
  );
}

function isPinned(config: PagesConfig): config is PinnedConfig {
  return config.rollup !== undefined;
}

const SOURCE_TEXTS: { readonly [S in L1Source]: string } = {
  pages: "The L1 node of these pages",
  wallet: "The L1 node of your wallet",
  node: "The way to L1 of the rollup's node",
};

function Sources({ config }: { readonly config: PinnedConfig }) {
  const state = useStore(accountState);
  const account = state.status === "connected" ? state.account : undefined;
  const sources = l1Sources(config, account);
  const [chosen, setChosen] = useState<L1Source>();
  const source = chosen !== undefined && sources.includes(chosen) ? chosen : sources[0]!;
  const l1 = useAnswer(
    () => openL1(config, source, account),
    [config, source, source === "wallet" ? account : undefined],
  );
  const exodus = useExodus(l1.value);
  return (
    <>
      <section class="panel" aria-labelledby="l1-heading">
        <h2 id="l1-heading">L1</h2>
        <p>
          Contract <code>{config.rollup}</code>, as these pages pin it.
        </p>
        <fieldset class="radios">
          <legend>What L1 is read from</legend>
          {sources.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="source"
                checked={each === source}
                onChange={() => setChosen(each)}
              />
              {SOURCE_TEXTS[each]}
            </label>
          ))}
        </fieldset>
        {l1.error !== undefined && <Failure error={l1.error} onRetry={l1.refresh} />}
        {l1.value === undefined && l1.error === undefined && <Loading what="L1" />}
        {l1.value && <ExodusClock {...exodus} />}
      </section>
      {account ? <AccountBar account={account} /> : <ConnectPanel accounts={config.accounts} />}
      {account && l1.value && <OnChain {...{ config, account, exodus, l1: l1.value }} />}
    </>
  );
}

interface OnChainProps {
  readonly config: PinnedConfig;
  readonly account: L1Account;
  readonly l1: L1Reader;
  readonly exodus: Exodus;
}

function OnChain({ config, account, l1, exodus }: OnChainProps) {
  const { chainId } = l1.client;
  if (account.chainId !== undefined && account.chainId !== chainId) {
    return <WrongChain account={account} expected={chainId} />;
  }
  return (
    <RestoreGate l1={l1}>
      {(restored, restoreAgain) => (
        <ExitOf
          key={account.address}
          {...{ config, account, l1, exodus, restored, restoreAgain }}
        />
      )}
    </RestoreGate>
  );
}
