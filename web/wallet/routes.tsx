/** The pages of the wallet that need a node; the emergency exit is beside them. */
import type { ComponentType } from "preact";
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../app/not-found.tsx";
import { Title } from "../components/title.tsx";
import { useStore } from "../components/store.ts";
import { accountState } from "./account.ts";
import { ActivatePage } from "./forms/activate.tsx";
import { BatchPage } from "./forms/batch.tsx";
import { DepositPage } from "./forms/deposit.tsx";
import { FullExitPage } from "./forms/full-exit.tsx";
import { TransferPage } from "./forms/transfer.tsx";
import { WithdrawPage } from "./forms/withdraw.tsx";
import { WalletGate } from "./gate.tsx";
import { MultisigPage } from "./multisig/multisig-page.tsx";
import { WalletNav } from "./nav.tsx";
import { OverviewPage } from "./overview.tsx";
import "../styles/wallet.css";

/** By their path; each needs an account. */
const PAGES: readonly (readonly [path: string, Page: ComponentType])[] = [
  ["/wallet", OverviewPage],
  ["/wallet/deposit", DepositPage],
  ["/wallet/transfer", TransferPage],
  ["/wallet/batch", BatchPage],
  ["/wallet/withdraw", WithdrawPage],
  ["/wallet/activate", ActivatePage],
  ["/wallet/full-exit", FullExitPage],
];

export default function WalletRoutes() {
  return (
    <>
      <WalletNav />
      <Switch>
        {PAGES.map(([path, Page]) => (
          <Route key={path} path={path}>
            <Gated Page={Page} />
          </Route>
        ))}
        <Route path="/wallet/multisig" component={MultisigPage} />
        <Route component={NotFound} />
      </Switch>
    </>
  );
}

/** A page has its own heading; without an account there is one for the question after it. */
function Gated({ Page }: { readonly Page: ComponentType }) {
  const { status } = useStore(accountState);
  return (
    <>
      {status !== "connected" && <Title>Connect your wallet</Title>}
      <WalletGate>
        <Page />
      </WalletGate>
    </>
  );
}
