/** A wallet as an extension of a browser: it announces itself (EIP-6963), and a devnet signs. */

/** Where the tests reach it in the page. */
export const FAKE_WALLET = "globalThis.fakeWallet";

/** Text, because loaders of TypeScript change functions so that they run nowhere else. */
const INSTALL = `(settings) => {
  const listeners = {};
  const state = {
    accounts: [settings.address],
    chainId: settings.chainId,
    rejected: [], // methods that the user rejects
    asked: [],
    emit: (event, value) => {
      for (const listener of listeners[event] ?? []) listener(value);
    },
  };
  const request = async ({ method, params = [] }) => {
    state.asked.push(method);
    if (state.rejected.includes(method)) {
      throw Object.assign(new Error("User rejected the request."), { code: 4001 });
    }
    if (method === "eth_requestAccounts" || method === "eth_accounts") return state.accounts;
    if (method === "eth_chainId") return "0x" + state.chainId.toString(16);
    if (method === "wallet_switchEthereumChain") {
      state.chainId = Number(params[0].chainId);
      state.emit("chainChanged", params[0].chainId);
      return null;
    }
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch("./rpc", { method: "POST", headers, body });
    const { result, error } = await response.json();
    if (error === undefined) return result;
    throw Object.assign(new Error(error.message), error);
  };
  const provider = {
    request,
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    removeListener: (event, listener) => {
      listeners[event] = (listeners[event] ?? []).filter((each) => each !== listener);
    },
  };
  const info = {
    uuid: "fake", name: "Fake Wallet", icon: "data:image/svg+xml," + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" rx="2" fill="#c60"/></svg>'), rdns: "example.fake",
  };
  const announce = () => {
    const detail = Object.freeze({ info, provider });
    dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  addEventListener("eip6963:requestProvider", announce);
  globalThis.fakeWallet = state;
}`;

/**
 * Script that runs before those of a page.
 *
 * @param address - Of an account whose key the devnet has.
 * @param chainId - Chain that the wallet is on at first.
 */
export function fakeWalletScript(address: string, chainId: number): string {
  return `(${INSTALL})(${JSON.stringify({ address, chainId })})`;
}
