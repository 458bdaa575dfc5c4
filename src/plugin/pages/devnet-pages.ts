/** The pages of explorer and wallet of a devnet. */
import { join } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import type { PresetName } from "../../protocol/presets.ts";
import { isRollupError } from "../../util/errors.ts";
import type { PagesConfig } from "../../pages/config.ts";
import { type PagesServer, servePages } from "../../pages/serve-pages.ts";
import type { DevnetDescription } from "../devnet/devnet.ts";
import { writeExitFiles } from "./exit-files.ts";
import { findPagesFolder } from "./pages-folder.ts";
import { PAGES_PORT } from "./pages-port.ts";

/** How a devnet's pages are served. */
export interface DevnetPagesOptions {
  readonly preset: PresetName;
  /** Address that they listen on, as the devnet. */
  readonly hostname?: string | undefined;
  /** Negative for no pages; the default port is only a wish, so that a second devnet starts. */
  readonly port: number;
}

/** The accounts whose keys everybody knows. */
export function publicAccounts(
  accounts: DevnetDescription["accounts"],
): NonNullable<PagesConfig["accounts"]> {
  return accounts.flatMap(({ address, privateKey }) =>
    privateKey === undefined ? [] : [{ address, privateKey }],
  );
}

/**
 * Serves the pages of a devnet, which know its public accounts, and prove exits with its circuit.
 *
 * @returns Undefined if none are wanted, or built.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export async function serveDevnetPages(
  config: Pick<HardhatConfig, "rollup">,
  { url: node, rollup, accounts }: DevnetDescription,
  { preset, hostname, port }: DevnetPagesOptions,
): Promise<PagesServer | undefined> {
  const folder = findPagesFolder();
  if (port < 0 || folder === undefined) return undefined;
  const files = join(config.rollup.paths.cache, "pages");
  const exit = await writeExitFiles(config, preset, files);
  const description = { rollup, accounts: publicAccounts(accounts), ...(exit && { exit }) };
  const options = { folder, node, config: description, files, hostname };
  try {
    return await servePages({ ...options, port });
  } catch (error) {
    const isTaken = isRollupError(error) && error.code === "PORT_IN_USE";
    if (!isTaken || port !== PAGES_PORT) throw error;
    return servePages({ ...options, port: 0 });
  }
}
