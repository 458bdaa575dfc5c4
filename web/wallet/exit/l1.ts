/** L1 for the emergency exit, which no node of the rollup has a part in unless the user wants it. */
import type { Provider } from "ethers";
import { createHttpRequest } from "../../../src/api/http.ts";
import { connectRollup, type RollupClient } from "../../../src/exit.ts";
import { EthersProvider } from "../../../src/l1/eip1193.ts";
import { assertRollupAt } from "../../../src/l1/presence.ts";
import type { PagesConfig } from "../../../src/pages/config.ts";
import type { L1Account } from "../account.ts";

/** Where L1 is read. */
export type L1Source = "pages" | "wallet" | "node";

const TIMEOUT_MS = 30_000;

/** The sources that there are, the one to be trusted most first. */
export function l1Sources({ l1 }: PagesConfig, account: L1Account | undefined): L1Source[] {
  return [
    ...(l1 === undefined ? [] : (["pages"] as const)),
    ...(account?.wallet === undefined ? [] : (["wallet"] as const)),
    "node",
  ];
}

/** L1 as it is read. */
export interface L1Reader {
  readonly provider: Provider;
  readonly client: RollupClient;
}

/**
 * Connects to the contract that the pages pin.
 *
 * @throws ROLLUP_NOT_FOUND, L1_REQUEST_FAILED, CONNECTION_FAILED
 */
export async function openL1(
  config: PagesConfig & { readonly rollup: string },
  source: L1Source,
  account: L1Account | undefined,
): Promise<L1Reader> {
  const provider = await openProvider(config, source, account);
  await assertRollupAt(provider, config.rollup);
  return { provider, client: await connectRollup({ rollupAddress: config.rollup }, provider) };
}

async function openProvider(
  { l1, rpc }: PagesConfig,
  source: L1Source,
  account: L1Account | undefined,
): Promise<Provider> {
  if (source === "wallet") {
    const provider = account?.signer.provider;
    if (!provider) throw new Error("The wallet is not connected.");
    return provider;
  }
  const url = new URL((source === "pages" ? l1 : undefined) ?? rpc, document.baseURI).href;
  const request = createHttpRequest(url, { timeoutMs: TIMEOUT_MS });
  const chainId = await request("eth_chainId", []);
  if (typeof chainId !== "string" || !/^0x[0-9a-f]{1,16}$/i.test(chainId)) {
    throw new Error("The node of L1 names no chain id.");
  }
  const ask = ({ method, params = [] }: { method: string; params?: readonly unknown[] }) =>
    request(method, [...params]);
  return new EthersProvider({ request: ask }, BigInt(chainId));
}

/** A client that sends by the account. */
export async function openSender({ provider, client }: L1Reader, account: L1Account) {
  const { rollupAddress, deploymentBlock } = client;
  const signer = account.wallet === undefined ? account.signer.connect(provider) : account.signer;
  return connectRollup({ rollupAddress, deploymentBlock }, signer);
}
