/** The pages of the explorer. */
import { Route, Switch } from "wouter-preact";
import { NotFound } from "../app/not-found.tsx";
import { HomePage } from "./home.tsx";

export default function ExplorerRoutes() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route component={NotFound} />
    </Switch>
  );
}
