/**
 * Bundles the entry point `hardhat-zkrollup/groth16` for pages, and the script of its worker: two
 * files that need no others. `npm run build` writes them to `dist/browser`.
 */
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** The bundles by their names. */
const BUNDLES = { groth16: "src/groth16-browser.ts", "groth16-worker": "src/portable/worker.ts" };

/** Writes the bundles to a folder, and fails if one of them reaches a module of Node. */
export async function bundleBrowser(folder: string): Promise<void> {
  await build({
    entryPoints: BUNDLES,
    outdir: folder,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
}

if (import.meta.main) await bundleBrowser(join(ROOT, "dist/browser"));
