/** Bundles the prover of pages, and the script of its worker: two files that need no others. */
import { build } from "esbuild";

/** The bundles by their names. */
const BUNDLES = { groth16: "src/groth16-browser.ts", "groth16-worker": "src/portable/worker.ts" };

/**
 * Writes the bundles to a folder. Fails if one of them reaches a module of Node.
 *
 * @param root - Folder of this package, which has `src`.
 */
export async function bundleBrowser(root: string, folder: string): Promise<void> {
  await build({
    entryPoints: BUNDLES,
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
}
