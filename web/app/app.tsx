/** The frame of every page: header, routes, and what is shown while there is no connection. */
import { lazy, Suspense } from "preact/compat";
import { Route, Router, Switch } from "wouter-preact";
import { useHashLocation } from "wouter-preact/use-hash-location";
import { Failure } from "../components/failure.tsx";
import { Loading } from "../components/loading.tsx";
import { ConnectionProvider, useConnectionState } from "../rollup/connection.tsx";
import { Header } from "./header.tsx";
import { NotFound } from "./not-found.tsx";

const ExplorerRoutes = lazy(() => import("../explorer/routes.tsx"));
const WalletRoutes = lazy(() => import("../wallet/routes.tsx"));

/** Paths are in the URL's fragment, so that any server of static files has every page. */
export function App() {
  return (
    <Router hook={useHashLocation}>
      <ConnectionProvider>
        <Header />
        <main id="content" tabIndex={-1}>
          <Pages />
        </main>
      </ConnectionProvider>
    </Router>
  );
}

function Pages() {
  const state = useConnectionState();
  if (state.status === "failed") return <Failure error={state.error} onRetry={state.retry} />;
  if (state.status === "connecting") return <Loading what="the rollup" />;
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/wallet/*?" component={WalletRoutes} />
        <Route path="/*?" component={ExplorerRoutes} />
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  );
}
