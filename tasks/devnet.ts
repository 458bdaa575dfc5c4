/** `hardhat rollup:devnet`: L1, rollup, operator and prover on one port, until interrupted. */
import { styleText } from "node:util";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { HardhatConfig } from "hardhat/types/config";
import type { Devnet } from "../src/plugin/devnet/devnet.ts";
import type { ReplayProgress } from "../src/plugin/devnet/replay.ts";
import type { StateFiles } from "../src/plugin/devnet/state-files.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { createQuietProgress } from "../src/plugin/progress.ts";
import { isLoopback } from "../src/server/origins.ts";
import {
  buildFor,
  type CommonArguments,
  createNodeLog,
  defineAction,
  printJson,
  row,
  toPlan,
  serveUntilInterrupted,
  throughSignals,
} from "./common.ts";

interface DevnetArguments extends CommonArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
  readonly fees: boolean;
  readonly pagesPort: number;
  readonly load?: string | undefined;
  readonly dump?: string | undefined;
  readonly state?: string | undefined;
}

interface Announcement {
  readonly preset: string;
  readonly prover: string;
  readonly consoleCommand: string;
  /** URL of the pages. */
  readonly pages: string | undefined;
  /** Where the devnet comes from, and where it is kept at the end. */
  readonly files: StateFiles;
}

function printDevnet(
  devnet: Devnet,
  { preset, prover, consoleCommand, pages, files }: Announcement,
): void {
  const { url, chainId, rollup, verifier, bond, tokens, accounts } = devnet.description;
  console.log(
    formatTable([
      { type: "section-header", text: `Rollup ${preset}, prover ${prover}` },
      { type: "header", cells: ["JSON-RPC, L1 and rollup_*", url] },
      row("Explorer and wallet", pages ?? NO_PAGES),
      row("Chain id", String(chainId)),
      row("Rollup", rollup),
      row("Verifier", verifier),
      row("Bond of its promises", bond),
      ...tokens.map(({ id, symbol, address }) => row(`Token ${id}, ${symbol}`, address)),
      ...(files.loaded === undefined ? [] : [row("Continued from", files.loaded.file)]),
      ...(files.output === undefined ? [] : [row("Kept at the end in", files.output.file)]),
    ]),
  );
  console.log(
    formatTable([
      { type: "section-header", text: "Accounts, each with ETH and tokens on L1" },
      { type: "header", cells: ["address", "private key"] },
      ...accounts.map(({ address, privateKey }) => row(address, privateKey ?? "")),
    ]),
  );
  console.log(styleText("yellow", "Everybody knows these keys and the key of the proofs:"));
  console.log(styleText("yellow", "send nothing of value to any of these addresses."));
  console.log(`\n${consoleCommand}, then`);
  console.log("  const { rollup } = await network.create();");
  console.log("  const [operator, alice] = await rollup.getWallets();");
  console.log("Stop with Ctrl-C.");
}

const NO_PAGES = "not served (build them: npm run build:web)";

/** Returns how a second terminal reaches the devnet: by a network of the config with its URL. */
async function toConsoleCommand({ networks }: HardhatConfig, url: string): Promise<string> {
  const { localhost } = networks;
  const isLocalhost = localhost?.type === "http" && isSameServer(await localhost.url.get(), url);
  const command = (name: string) => `From a second terminal: hardhat console --network ${name}`;
  if (isLocalhost) return command("localhost");
  const entry = `devnet: { type: "http", url: "${url}" }`;
  return `Add to the networks of your config: ${entry}\n${command("devnet")}`;
}

function isSameServer(one: string, other: string): boolean {
  const [first, second] = [new URL(one), new URL(other)];
  const isSameHost = first.hostname === second.hostname || isLoopback(first.hostname);
  return first.port === second.port && isSameHost;
}

function warnOfStrangers(hostname: string | undefined): void {
  if (hostname === undefined || isLoopback(hostname)) return;
  const warning =
    `Everybody who reaches this address (${hostname}) and port can use the devnet's ` +
    "keys and change its chain.";
  console.warn(styleText("yellow", warning));
}

/** Prints the progress of a replay once a second, if it takes longer than two. */
function createReplayReporter({ json }: Pick<CommonArguments, "json">): ReplayProgress {
  const stream = json ? process.stderr : process.stdout;
  let nextMs = performance.now() + FIRST_REPORT_MS;
  return (mined, total) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + REPORT_INTERVAL_MS;
    const percent = Math.floor((100 * mined) / total);
    stream.write(`Replayed ${mined} of ${total} L1 blocks: ${percent}%\n`);
  };
}

const FIRST_REPORT_MS = 2_000;
const REPORT_INTERVAL_MS = 1_000;

/** Keeps the devnet in its file, if it has one. */
async function save(
  devnet: Devnet,
  { output }: StateFiles,
  { json }: Pick<CommonArguments, "json">,
): Promise<void> {
  if (output === undefined) return;
  const stream = json ? process.stderr : process.stdout;
  const progress = createQuietProgress(stream);
  await progress("Saving the devnet", () =>
    throughSignals(async () => output.save(await devnet.save())),
  );
  stream.write(`The devnet is kept in ${output.file}\n`);
}

const action = defineAction<DevnetArguments>(async (args, hre) => {
  const { hostname, port, pagesPort } = args;
  const { network } = hre.globalOptions as { readonly network?: string };
  if (network !== undefined) throw pluginError({ code: "NETWORK_NOT_CHOSEN", network });
  const { assertDevnetPortFree, startDevnet } = await import("../src/plugin/devnet/devnet.ts");
  await assertDevnetPortFree({ hostname, port });
  const plan = toPlan(args, hre);
  const { preset, prover } = plan;
  const { openStateFiles } = await import("../src/plugin/devnet/state-files.ts");
  const files = await openStateFiles(args, hre.config, { preset, prover });
  await buildFor(plan, hre);
  const logger = createNodeLog(args, hre.config.rollup.node.monitoring.logLevel);
  // A devnet is free unless asked: people who try it have other questions first.
  const fees = args.fees && { fees: hre.config.rollup.node.fees ?? {} };
  const saved = { load: files.loaded, onProgress: createReplayReporter(args) };
  const devnet = await startDevnet(hre, {
    ...{ hostname, port, preset, prover, logger },
    ...saved,
    ...fees,
  });
  const consoleCommand = await toConsoleCommand(hre.config, devnet.description.url);
  const { serveDevnetPages } = await import("../src/plugin/pages/devnet-pages.ts");
  const where = { preset, hostname, port: pagesPort };
  const pages = await serveDevnetPages(hre.config, devnet.description, where);
  const announce = () => {
    if (args.json) printJson({ ...devnet.description, ...(pages && { pages: pages.url }) });
    else printDevnet(devnet, { preset, prover, consoleCommand, pages: pages?.url, files });
    warnOfStrangers(hostname);
  };
  const close = async () => {
    await pages?.close();
    await devnet.close();
  };
  await serveUntilInterrupted(announce, close, () => save(devnet, files, args));
});

export default action;
