/** An L1 node, a rollup on it and its operator, each in a separate process, and users. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, JsonRpcProvider, Mnemonic, NonceManager } from "ethers";
import { createRpcClient } from "../../src/api/client.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { type RunningHardhat, startHardhatWith } from "../helpers/hardhat-cli.ts";
import { callRpc } from "../helpers/json-rpc.ts";
import { L1_URL_VARIABLE } from "./hardhat.config.ts";

export interface OperatorProcess {
  readonly url: string;
  /** Of the port with all methods, health and metrics. */
  readonly adminUrl: string;
  /** URL that no answer may contain. */
  readonly l1Url: string;
  readonly provider: RollupProvider;
  /** Users with money and signing keys on L2. */
  readonly wallets: readonly RollupWallet[];
  /** Resident memory in bytes. @throws If the process has ended. */
  memory(): number;
  isAlive(): boolean;
  /** Ends the process. @returns Its output on standard error. */
  close(): Promise<string>;
}

const MNEMONIC = "test test test test test test test test test test test junk";
const CONFIG = ["--config", "test/fuzz/hardhat.config.ts"];
const SIZE = ["--preset", "minimal", "--prover", "mock"];
const ETHER = 10n ** 18n;
const CALL_LIMIT_MS = 120_000;
const ATTEMPTS_MAX = 5;
/** Options for a small heap, so that garbage is no growth, and a leak ends the process. */
const OPERATOR_NODE_OPTIONS = "--max-old-space-size=300 --max-semi-space-size=16";

/** @param userCount - At most 19: the first account of L1 is the operator's. */
export async function startOperatorProcess(userCount: number): Promise<OperatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), "rollup-fuzz-"));
  const deployment = join(folder, "deployment.json");
  const checkpoint = join(folder, "checkpoint.json");
  const running: RunningHardhat[] = [];
  const start = (l1Url: string, ...args: string[]) => {
    const nodeOptions = args[0] === "rollup:operator" && { NODE_OPTIONS: OPERATOR_NODE_OPTIONS };
    const env = { [L1_URL_VARIABLE]: l1Url, ...nodeOptions };
    const started = startHardhatWith(env, ...CONFIG, ...args);
    running.push(started);
    return started;
  };
  const l1Url = await urlOf(start("", "node", "--hostname", "127.0.0.1", "--port", "0"));
  const onL1 = ["--network", "fuzz", "--json", ...SIZE];
  const deployed = await start(l1Url, "rollup:deploy", ...onL1, "--output", deployment).outcome;
  if (deployed.exitCode !== 0) throw new Error(deployed.stderr);
  const { rollup } = JSON.parse(deployed.stdout) as { rollup: string };
  const operator = start(
    l1Url,
    ...["rollup:operator", "--network", "fuzz", "--json", "--prover", "mock"],
    ...["--rollup", rollup, "--port", "0", "--rate-limit", "0", "--output", checkpoint],
    ...["--admin-port", "0", "--store", `sqlite:${join(folder, "node.sqlite")}`],
  );
  const [url, adminUrl] = await urlsOf(operator);
  const { pid } = operator.process;
  const provider = new RollupProvider(
    createRpcClient((...call) => whileCutOff(() => callRpc(url, ...call, CALL_LIMIT_MS))),
  );
  const l1 = new JsonRpcProvider(l1Url, undefined, { pollingInterval: 100, cacheTimeout: -1 });
  return {
    url,
    adminUrl,
    l1Url,
    provider,
    wallets: await createWallets(l1, provider, userCount),
    memory: () => 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)])),
    isAlive: operator.isAlive,
    close: async () => {
      l1.destroy();
      for (const started of running.toReversed()) started.process.kill("SIGTERM");
      await Promise.all(running.map(({ outcome }) => outcome));
      await rm(folder, { recursive: true, force: true });
      return (await operator.outcome).stderr;
    },
  };
}

async function urlOf(started: RunningHardhat): Promise<string> {
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(await started.printed(/127\.0\.0\.1:\d+\D/))!;
  return url;
}

/**
 * Asks again if the connection was closed for others, as it may be when it is idle, or if the
 * answer is none: a request that takes too long to arrive gets HTTP 408 without a body.
 */
async function whileCutOff<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const { cause } = error as { readonly cause?: { readonly code?: string } };
      const isCutOff = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(cause?.code ?? "");
      const isNone = error instanceof SyntaxError;
      if (!(isCutOff || isNone) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** Of both ports, in the JSON that an operator prints once it serves. */
async function urlsOf(started: RunningHardhat): Promise<readonly [string, string]> {
  const printed = await started.printed(/"adminUrl":\s*"[^"]+"/);
  const find = (name: string) =>
    new RegExp(`"${name}":\\s*"(http://127\\.0\\.0\\.1:\\d+)`).exec(printed)![1]!;
  return [find("url"), find("adminUrl")];
}

async function createWallets(
  l1: JsonRpcProvider,
  provider: RollupProvider,
  count: number,
): Promise<RollupWallet[]> {
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0");
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const signer = new NonceManager(root.deriveChild(index + 1).connect(l1));
      const wallet = await RollupWallet.create(signer, provider);
      await (await wallet.deposit({ token: "ETH", amount: 100n * ETHER })).wait("accepted");
      await wallet.setSigningKey();
      return wallet;
    }),
  );
}
