/** Build of the pages: static files that work at any path and on any server. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
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
