/** `hardhat rollup:explorer`: the pages of explorer and wallet for a node, or as static files. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { PagesConfig } from "../src/pages/config.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { type CommonArguments, defineAction, printJson, serveUntilInterrupted } from "./common.ts";

interface ExplorerArguments extends CommonArguments {
  readonly rpc?: string | undefined;
  readonly rollup?: string | undefined;
  readonly l1?: string | undefined;
  readonly l1Explorer?: string | undefined;
  readonly hostname?: string | undefined;
  readonly port: number;
  readonly output?: string | undefined;
}

/** @returns The URL of the option, or of the chosen network. @throws OPTION_MISSING */
async function toNode(
  { rpc }: ExplorerArguments,
  { config, globalOptions }: HardhatRuntimeEnvironment,
): Promise<string> {
  if (rpc !== undefined) return rpc;
  const { network } = globalOptions as { readonly network?: string };
  const chosen = network === undefined ? undefined : config.networks[network];
  if (chosen?.type === "http") return chosen.url.get();
  throw pluginError({ code: "OPTION_MISSING", option: "rpc", task: "rollup:explorer" });
}

/** @throws OPTION_INVALID, ADDRESS_INVALID */
async function toConfig({
  rollup,
  l1Explorer,
}: ExplorerArguments): Promise<Omit<PagesConfig, "rpc" | "l1">> {
  const { httpUrl } = await import("../src/sdk/connection-params.ts");
  const { nonZeroAddress, readInput } = await import("../src/sdk/inputs.ts");
  return {
    ...(rollup !== undefined && { rollup: readInput(nonZeroAddress, rollup, "--rollup") }),
    ...(l1Explorer !== undefined && {
      l1Explorer: readInput(httpUrl, l1Explorer, "--l1-explorer"),
    }),
  };
}

/** @throws FILE_NOT_ACCESSIBLE */
async function write(folder: string, output: string, config: PagesConfig): Promise<void> {
  const { writePages } = await import("../src/pages/write-pages.ts");
  try {
    await writePages(folder, output, config);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw pluginError({ code: "FILE_NOT_ACCESSIBLE", path: output, reason }, { cause });
  }
}

const action = defineAction<ExplorerArguments>(async (args, hre) => {
  const { httpUrl } = await import("../src/sdk/connection-params.ts");
  const { readInput } = await import("../src/sdk/inputs.ts");
  const { hostname, port, output } = args;
  const node = readInput(httpUrl, await toNode(args, hre), "--rpc");
  const l1 = args.l1 === undefined ? undefined : readInput(httpUrl, args.l1, "--l1");
  const config = await toConfig(args);
  const { pagesFolder } = await import("../src/plugin/pages/pages-folder.ts");
  const folder = pagesFolder();
  if (output !== undefined) {
    await write(folder, output, { ...config, rpc: node, ...(l1 !== undefined && { l1 }) });
    if (args.json) printJson({ output });
    else console.log(`The pages are in ${output}. Their config.json may be edited.`);
    return;
  }
  const { servePages } = await import("../src/pages/serve-pages.ts");
  const server = await servePages({ folder, node, l1, config, hostname, port });
  const announce = () => {
    if (args.json) printJson({ url: server.url });
    else console.log(`Explorer and wallet: ${server.url}\nStop with Ctrl-C.`);
  };
  await serveUntilInterrupted(announce, () => server.close());
});

export default action;
