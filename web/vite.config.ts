/** Build of the pages: static files that work at any path and on any server. */
import { defineConfig, type Plugin } from "vite";

/** In the sources the worker of the prover has another name than beside its bundle. */
const proverWorker: Plugin = {
  name: "prover-worker",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/src/portable/page.ts")
      ? code.replace("./groth16-worker.js", "./worker.ts")
      : undefined,
};

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [proverWorker],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // A policy without `data:` for scripts and styles is kept.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Ethers, the schemas and the kernel are needed at once; test/web limits their size.
    chunkSizeWarningLimit: 1_000,
  },
  worker: { format: "es" },
});
