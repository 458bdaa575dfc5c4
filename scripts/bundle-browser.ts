/** Bundles the prover of pages to `dist/browser`, for the package. */
import { join } from "node:path";
import { bundleBrowser } from "../src/bench/bundle-browser.ts";

const root = join(import.meta.dirname, "..");
await bundleBrowser(root, join(root, "dist/browser"));
