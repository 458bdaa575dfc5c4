/** The pages of the explorer. */
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../app/not-found.tsx";
import "../styles/explorer.css";
import { AccountPage } from "./account.tsx";
import { BlockPage } from "./block.tsx";
import { BlocksPage } from "./blocks.tsx";
import { HomePage } from "./home.tsx";
import { ProversPage } from "./provers.tsx";
import { RequestPage } from "./request.tsx";
import { RequestsPage } from "./requests.tsx";
import { SearchPage } from "./search.tsx";
import { TokenPage, TokensPage } from "./tokens.tsx";
import { TransactionPage } from "./transaction.tsx";

export default function ExplorerRoutes() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/blocks" component={BlocksPage} />
      <Route path="/blocks/from/:cursor" component={BlocksPage} />
      <Route path="/blocks/:number" component={BlockPage} />
      <Route path="/transactions/:hash" component={TransactionPage} />
      <Route path="/accounts/:account" component={AccountPage} />
      <Route path="/accounts/:account/history/:type/:token/:cursor?" component={AccountPage} />
      <Route path="/tokens" component={TokensPage} />
      <Route path="/tokens/:id" component={TokenPage} />
      <Route path="/requests" component={RequestsPage} />
      <Route path="/requests/:id" component={RequestPage} />
      <Route path="/provers" component={ProversPage} />
      <Route path="/search/:query" component={SearchPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
