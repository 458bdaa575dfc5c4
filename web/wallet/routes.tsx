/** The pages of the wallet. */
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../app/not-found.tsx";
import { WalletPage } from "./wallet.tsx";

export default function WalletRoutes() {
  return (
    <Switch>
      <Route path="/wallet" component={WalletPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
