/** A rollup as actions of a client of viem: `client.extend(rollupActions())`. */
import type { Stage } from "../protocol/stages.ts";
import { openWhile } from "../util/once.ts";
import { connect } from "./connect.ts";
import { type ConnectionOptions, isHttpUrl, toStreamUrl } from "./connection-params.ts";
import { sdkError } from "./errors.ts";
import type { BlockEvent } from "./events.ts";
import type { FeeParams, TokenReference } from "./fee-params.ts";
import type { ViemClient } from "./l1-signers.ts";
import { report } from "./listeners.ts";
import type { WalletOptions } from "./params.ts";
import type { WaitOptions } from "./provider-params.ts";
import type {
  AccountInfo,
  Balances,
  FeeEstimate,
  TransactionDetails,
  TransactionReceipt,
} from "./provider.ts";
import type { Rollup } from "./rollup.ts";
import type { RollupWallet } from "./wallet.ts";

/** Whose balance in which token is asked for. */
export interface RollupBalanceParams {
  /** L1 address of the owner. */
  readonly address: string;
  /** Symbol, L1 address or id. Default ETH. */
  readonly token?: TokenReference;
}

/** What is waited for. */
export interface RollupWaitParams extends WaitOptions {
  /** Of the L2 transaction. */
  readonly hash: string;
  /** Default "executed", which is final. */
  readonly stage?: Stage;
}

/** What is watched. */
export interface RollupWatchParams {
  /** Is called with each status that a block reaches; an async one is waited for. */
  readonly onBlock: (event: BlockEvent) => unknown;
  /**
   * Is called if the subscription cannot go on, and with what `onBlock` throws. Default: the
   * console.
   */
  readonly onError?: (error: unknown) => unknown;
}

/** The actions that a client gets; a type, because viem wants an index signature. */
export type RollupActions = {
  /** Returns the rollup, with everything else that it has; another one after it was closed. */
  getRollup(): Promise<Rollup>;
  /** Returns the wallet of the client's account; the account signs once for its L2 key. */
  getRollupWallet(options?: WalletOptions): Promise<RollupWallet>;
  /** Returns an account of L2; null if there is none. */
  getRollupAccount(params: { readonly address: string }): Promise<AccountInfo | null>;
  /** Returns a balance on L2: accepted, committed and finalized. */
  getRollupBalance(params: RollupBalanceParams): Promise<Balances>;
  /** Returns a transaction of L2; null if it is not known. */
  getRollupTransaction(params: { readonly hash: string }): Promise<TransactionDetails | null>;
  /** Asks for the fee of a transaction of L2. */
  estimateRollupFee(params: FeeParams): Promise<FeeEstimate>;
  /** Waits until a transaction of L2 has reached a stage. */
  waitForRollupReceipt(params: RollupWaitParams): Promise<TransactionReceipt>;
  /** Calls back with each status that a block reaches. Returns a function that ends it. */
  watchRollupBlocks(params: RollupWatchParams): () => void;
};

/**
 * Makes a decorator of viem's clients. A public client gets reads and events; a wallet client also
 * a wallet. viem itself is not imported.
 *
 * @param options - As of `connect`: what is pinned, and the user's own L1.
 * @returns For `client.extend`.
 *
 * @example
 * const request = ({ method, params }) => ethers.provider.send(method, params ?? []);
 * const actions = rollupActions({ chainId: 31337 })({ request }); // client.extend(rollupActions())
 * const { address } = alice;
 * (await actions.getRollupBalance({ address })).finalized; // 10_000_000_000_000_000_000n
 */
export function rollupActions(
  options: ConnectionOptions = {},
): (client: ViemClient) => RollupActions {
  return (client) => {
    const streamUrl = options.streamUrl ?? streamUrlOf(client);
    const open = () =>
      connect(client, { ...options, ...(streamUrl !== undefined && { streamUrl }) });
    // Who closes the rollup goes on to use the client.
    const getRollup = openWhile(open, ({ closing }) => !closing.aborted);
    return {
      getRollup,
      async getRollupWallet(walletOptions = {}) {
        const { account } = client;
        if (account !== undefined) return (await getRollup()).wallet(client, walletOptions);
        throw sdkError({ code: "VIEM_ACCOUNT_MISSING" });
      },
      getRollupAccount: async ({ address }) => (await getRollup()).getAccount(address),
      getRollupBalance: async ({ address, token = "ETH" }) =>
        (await getRollup()).getBalances(address, token),
      getRollupTransaction: async ({ hash }) => (await getRollup()).getTransaction(hash),
      estimateRollupFee: async (params) => (await getRollup()).estimateFee(params),
      waitForRollupReceipt: async ({ hash, stage = "executed", ...wait }) =>
        (await getRollup()).waitForReceipt(hash, stage, wait),
      watchRollupBlocks: (params) => watchBlocks(getRollup, params),
    };
  };
}

/** @returns Ends it. */
function watchBlocks(
  getRollup: () => Promise<Rollup>,
  { onBlock, onError = (error) => console.error(error) }: RollupWatchParams,
): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const onFailure = (error: unknown) => {
    if (!signal.aborted) report(error, onError);
  };
  const watch = async () => {
    const rollup = await getRollup();
    for await (const event of rollup.followBlocks({ signal })) {
      await (async () => onBlock(event))().catch(onFailure);
    }
  };
  void watch().catch(onFailure);
  return () => ending.abort();
}

/** Of viem's `http` transport. */
function streamUrlOf(client: ViemClient): string | undefined {
  const transport: unknown = Reflect.get(client, "transport");
  if (typeof transport !== "object" || transport === null) return undefined;
  const url: unknown = Reflect.get(transport, "url");
  return isHttpUrl(url) ? toStreamUrl(url) : undefined;
}
