/** The connection of the pages to one node, for every component. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { type AbortableRequest, createRpcClient, type RpcClient } from "../../src/api/client.ts";
import { createHttpRequest } from "../../src/api/http.ts";
import { withRetries } from "../../src/api/retry.ts";
import { connect, type ListedToken, type Rollup, type RollupInfo } from "../../src/sdk.ts";
import { type PagesConfig, pagesConfig } from "../../src/pages/config.ts";

/** What every page can use once the node has answered. */
export interface Connection {
  readonly rollup: Rollup;
  /** For lists page by page, which the SDK iterates over as a whole. */
  readonly client: RpcClient;
  readonly info: RollupInfo;
  /** All tokens that are listed when the page is loaded, by id. */
  readonly tokens: readonly ListedToken[];
  readonly config: PagesConfig;
}

export type ConnectionState =
  | { readonly status: "connecting" }
  | { readonly status: "failed"; readonly error: unknown; readonly retry: () => void }
  | { readonly status: "connected"; readonly connection: Connection };

const State = createContext<ConnectionState>({ status: "connecting" });

export function ConnectionProvider({ children }: { readonly children: ComponentChildren }) {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<ConnectionState>({ status: "connecting" });
  const retry = useMemo(() => () => setAttempt((count) => count + 1), []);
  useEffect(() => {
    let isCurrent = true;
    let opened: Connection | undefined;
    setState({ status: "connecting" });
    openConnection().then(
      (connection) => {
        if (!isCurrent) return connection.rollup.close();
        opened = connection;
        setState({ status: "connected", connection });
      },
      (error: unknown) => {
        if (isCurrent) setState({ status: "failed", error, retry });
      },
    );
    return () => {
      isCurrent = false;
      opened?.rollup.close();
    };
  }, [attempt]);
  return <State.Provider value={state}>{children}</State.Provider>;
}

export function useConnectionState(): ConnectionState {
  return useContext(State);
}

/** The connection, on pages, which are rendered only with one. */
export function useConnection(): Connection {
  const state = useConnectionState();
  if (state.status !== "connected") throw new Error("A page is rendered without a connection.");
  return state.connection;
}

/** Connects to the node of the pages, with their contract and their L1. */
export function connectToNode({ rpc, rollup: rollupAddress, l1 }: PagesConfig): Promise<Rollup> {
  return connect(toAbsolute(rpc), {
    ...(rollupAddress !== undefined && { rollupAddress }),
    ...(l1 !== undefined && { l1: toAbsolute(l1) }),
  });
}

function toAbsolute(url: string): string {
  return new URL(url, document.baseURI).href;
}

async function openConnection(): Promise<Connection> {
  const config = await readConfig();
  const rollup = await connectToNode(config);
  try {
    const [info, tokens] = await Promise.all([rollup.getConfig(), rollup.getTokens()]);
    return { rollup, client: createClient(toAbsolute(config.rpc)), info, tokens, config };
  } catch (error) {
    rollup.close();
    throw error;
  }
}

/** Milliseconds for an answer, and how often a question without one is asked again. */
const TIMEOUT_MS = 30_000;
const RETRIES = 3;

function createClient(url: string): RpcClient {
  const request: AbortableRequest = createHttpRequest(url, { timeoutMs: TIMEOUT_MS });
  return createRpcClient(withRetries(request, RETRIES));
}

async function readConfig(): Promise<PagesConfig> {
  const response = await fetch(new URL("config.json", document.baseURI));
  if (!response.ok) throw new Error("There is no config.json beside the pages, or it is empty.");
  const content: unknown = await response.json().catch(() => undefined);
  const { data, error } = pagesConfig.safeParse(content);
  if (data !== undefined) return data;
  const [{ path, message }] = error.issues as [(typeof error.issues)[number]];
  throw new Error(
    `The file config.json beside the pages is wrong at ${path.join(".")}: ${message}.`,
  );
}

/** The emergency exit needs nothing else. */
export { readConfig };
