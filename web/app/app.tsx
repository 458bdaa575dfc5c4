/** The frame of every page: header, routes, and what is shown while there is no connection. */
import { lazy, Suspense } from "preact/compat";
import { Route, Router, Switch } from "wouter-preact";
import { useHashLocation } from "wouter-preact/use-hash-location";
import { Failure } from "../components/failure.tsx";
import { Loading } from "../components/loading.tsx";
import { ConnectionProvider, useConnectionState } from "../rollup/connection.tsx";
import { Boundary } from "./boundary.tsx";
import { Header } from "./header.tsx";
import { NotFound } from "./not-found.tsx";
import { LateWayOut, WayOut } from "./way-out.tsx";

const ExplorerRoutes = lazy(() => import("../explorer/routes.tsx"));
const WalletRoutes = lazy(() => import("../wallet/routes.tsx"));
const ExitPage = lazy(() => import("../wallet/exit/exit-page.tsx"));

/** Paths are in the URL's fragment, so that any server of static files has every page. */
export function App() {
  return (
    <Router hook={useHashLocation}>
      <ConnectionProvider>
        <Header />
        <main id="content" tabIndex={-1}>
          <Boundary>
            <Pages />
          </Boundary>
        </main>
      </ConnectionProvider>
    </Router>
  );
}

function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        {/* It works without any node of the rollup. */}
        <Route path="/wallet/exit" component={ExitPage} />
        <Route component={ConnectedPages} />
      </Switch>
    </Suspense>
  );
}

function ConnectedPages() {
  const state = useConnectionState();
  if (state.status === "failed") {
    return (
      <>
        <Failure error={state.error} onRetry={state.retry} />
        <WayOut />
      </>
    );
  }
  if (state.status === "connecting") {
    return (
      <>
        <Loading what="the rollup" />
        <LateWayOut />
      </>
    );
  }
  return (
    <Switch>
      <Route path="/wallet/*?" component={WalletRoutes} />
      <Route path="/*?" component={ExplorerRoutes} />
      <Route component={NotFound} />
    </Switch>
  );
}
