/** The pages of the explorer. */
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../app/not-found.tsx";
import "../styles/explorer.css";
import { BlockPage } from "./block.tsx";
import { BlocksPage } from "./blocks.tsx";
import { HomePage } from "./home.tsx";

export default function ExplorerRoutes() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/blocks" component={BlocksPage} />
      <Route path="/blocks/from/:cursor" component={BlocksPage} />
      <Route path="/blocks/:number" component={BlockPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
