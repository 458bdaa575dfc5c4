/** The user's account on L1: of a wallet of the browser, or a public test account of a devnet. */
import { BrowserProvider, getAddress, JsonRpcSigner, type Signer, Wallet } from "ethers";
import type { PagesConfig } from "../../src/pages/config.ts";
import { createStore } from "../components/store.ts";
import type { BrowserWallet } from "./browser-wallets.ts";

export interface L1Account {
  /** Of the wallet. */
  readonly name: string;
  /** With its checksum. */
  readonly address: string;
  /** Chain that the wallet is on; undefined for a test account, which has no connection. */
  readonly chainId: bigint | undefined;
  /** Signs on L1; that of a test account is connected to no node. */
  readonly signer: Signer;
  /** The wallet of the browser; undefined for a test account. */
  readonly wallet: BrowserWallet | undefined;
}

export type AccountState =
  | { readonly status: "none"; readonly reason?: string; readonly error?: unknown }
  | { readonly status: "connecting"; readonly name: string }
  | { readonly status: "connected"; readonly account: L1Account };

/** Whose account it is now. It is in memory only. */
export const accountState = createStore<AccountState>({ status: "none" });

export type TestAccount = NonNullable<PagesConfig["accounts"]>[number];

let stopListening = () => {};
/** Grows with each choice of an account, so that a late answer of an earlier one is dropped. */
let choice = 0;

/** Forgets the account, and with it every key that hangs on it. */
export function disconnect(reason?: string): void {
  choice++;
  stopListening();
  stopListening = () => {};
  accountState.set({ status: "none", ...(reason !== undefined && { reason }) });
}

export function connectTestAccount({ address, privateKey }: TestAccount): void {
  disconnect();
  const signer = toSigner(privateKey);
  if (signer?.address !== getAddress(address)) {
    accountState.set({ status: "none", error: new Error("The key of this account is wrong.") });
    return;
  }
  const account = { name: "Public test key", address: signer.address, chainId: undefined, signer };
  accountState.set({ status: "connected", account: { ...account, wallet: undefined } });
}

/** @returns Undefined for what is no key: an error could show it. */
function toSigner(privateKey: string): Wallet | undefined {
  try {
    return new Wallet(privateKey);
  } catch {
    return undefined;
  }
}

/** Asks a wallet for its account, and follows it from then on. */
export async function connectBrowserWallet(wallet: BrowserWallet): Promise<void> {
  disconnect();
  const own = choice;
  const { provider, name } = wallet;
  accountState.set({ status: "connecting", name });
  try {
    const accounts = await provider.request({ method: "eth_requestAccounts" });
    const chainId = await provider.request({ method: "eth_chainId" });
    if (own !== choice) return;
    listen(wallet);
    takeAccounts(wallet, accounts, chainId);
  } catch (error) {
    if (own !== choice) return;
    disconnect();
    accountState.set({ status: "none", error });
  }
}

/** Stops to wait for a wallet that does not answer. */
export function cancelConnecting(): void {
  if (accountState.get().status === "connecting") disconnect();
}

function listen(wallet: BrowserWallet): void {
  const { provider } = wallet;
  const again = () => void readAgain(wallet);
  const changed = (accounts: unknown) => {
    forgetUnless(accounts, wallet);
    again();
  };
  const gone = () => disconnect(`${wallet.name} has closed the connection.`);
  const listeners = [
    ["accountsChanged", changed],
    ["chainChanged", again],
    ["disconnect", gone],
  ] as const;
  for (const [event, listener] of listeners) provider.on?.(event, listener);
  stopListening = () => {
    for (const [event, listener] of listeners) provider.removeListener?.(event, listener);
  };
}

/** Forgets an account that is the wallet's no longer, even if the wallet then does not answer. */
function forgetUnless(accounts: unknown, { name }: BrowserWallet): void {
  const state = accountState.get();
  if (state.status !== "connected") return;
  const [first] = Array.isArray(accounts) ? (accounts as unknown[]) : [];
  const isSame =
    typeof first === "string" && first.toLowerCase() === state.account.address.toLowerCase();
  if (!isSame) accountState.set({ status: "connecting", name });
}

/** Reads account and chain of a wallet after it has said that one of them is another. */
async function readAgain(wallet: BrowserWallet): Promise<void> {
  const own = ++choice;
  const { provider } = wallet;
  try {
    const accounts = await provider.request({ method: "eth_accounts" });
    const chainId = await provider.request({ method: "eth_chainId" });
    if (own === choice) takeAccounts(wallet, accounts, chainId);
  } catch (error) {
    if (own !== choice) return;
    disconnect();
    accountState.set({ status: "none", error });
  }
}

function takeAccounts(wallet: BrowserWallet, accounts: unknown, chain: unknown): void {
  const [first] = Array.isArray(accounts) ? (accounts as unknown[]) : [];
  if (typeof first !== "string" || typeof chain !== "string") {
    disconnect(`${wallet.name} allows no account.`);
    return;
  }
  const [address, chainId] = [getAddress(first), BigInt(chain)];
  // A new one for each chain: it keeps the first chain that it sees.
  const eip1193 = {
    request: ({ method, params }: { method: string; params?: unknown }) =>
      wallet.provider.request({
        method,
        ...(params !== undefined && { params: params as unknown[] }),
      }),
  };
  // What was true before a transaction is not true after it.
  const provider = new BrowserProvider(eip1193, undefined, { cacheTimeout: -1 });
  const signer = new JsonRpcSigner(provider, address);
  const account = { name: wallet.name, address, chainId, signer, wallet };
  accountState.set({ status: "connected", account });
}

/** Asks a wallet to change to a chain; its event `chainChanged` follows. */
export async function switchChain({ provider }: BrowserWallet, chainId: bigint): Promise<void> {
  const params = [{ chainId: `0x${chainId.toString(16)}` }];
  await provider.request({ method: "wallet_switchEthereumChain", params });
}
