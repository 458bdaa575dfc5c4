/** The site of the documents: `npm run docs` builds it, and fails at a dead link. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { slugify } from "../../src/generate/markdown.ts";
import { useSiteLinks } from "./links.ts";

/** The reports that `npm run generate` writes, one for each entry point without Hardhat. */
function apiReports() {
  const files = readdirSync(join(import.meta.dirname, "../api")).sort();
  const names = files.filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -3));
  return names.map((name) => ({ text: name, link: `/api/${name}` }));
}

/** Pages that `scripts/render-api-docs.ts` has written before the build. */
function apiPages() {
  const folder = join(import.meta.dirname, "../reference");
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.map((file) => {
    const name = file.replace(/\.md$/, "");
    const text = name === "index" ? "hardhat-zkrollup" : `hardhat-zkrollup/${name}`;
    return { text, link: `/reference/${name}` };
  });
}

const sidebar = [
  {
    text: "Guide",
    items: [
      { text: "What it is", link: "/" },
      { text: "Getting started", link: "/guide/getting-started" },
      { text: "Testing with a rollup", link: "/guide/testing-rollups" },
      { text: "The SDK", link: "/guide/sdk" },
      { text: "Explorer and wallet", link: "/guide/pages" },
      { text: "The explorer", link: "/guide/explorer" },
      { text: "The wallet in the browser", link: "/guide/wallet-pages" },
      { text: "Circuits of your own", link: "/guide/circuits" },
      { text: "Proof systems", link: "/guide/proof-systems" },
      { text: "Proofs in the browser", link: "/guide/browser" },
      { text: "Testing circuits", link: "/guide/testing-circuits" },
      { text: "Coverage of circuits", link: "/guide/coverage" },
      { text: "Debugging circuits", link: "/guide/debugging" },
      { text: "Checking circuits", link: "/guide/checking-circuits" },
      { text: "Profiling circuits", link: "/guide/profiling" },
      { text: "Circuits on the command line", link: "/guide/command-line" },
      { text: "A devnet and an operator", link: "/guide/devnet" },
      { text: "Running a node", link: "/guide/running-a-node" },
      { text: "Keys", link: "/guide/keys" },
      { text: "Accounts with several signers", link: "/guide/multisig" },
      { text: "Examples", link: "/project/examples" },
      { text: "From circomkit", link: "/guide/from-circomkit" },
      { text: "From hardhat-zkit", link: "/guide/from-hardhat-zkit" },
      { text: "From hardhat-circom", link: "/guide/from-hardhat-circom" },
      { text: "Features next to both", link: "/guide/feature-table" },
    ],
  },
  {
    text: "Concepts",
    items: [
      { text: "Comparison with other L2s", link: "/comparison" },
      { text: "Architecture", link: "/project/architecture" },
      { text: "Security", link: "/security" },
      { text: "Restore and exit", link: "/restore-and-exit" },
      { text: "Operations", link: "/operations" },
      { text: "Batches", link: "/batches" },
      { text: "Second factor", link: "/second-factor" },
      { text: "Operator", link: "/operator" },
      { text: "Fees", link: "/fees" },
      { text: "Monitoring", link: "/monitoring" },
      { text: "Runbook", link: "/runbook" },
      { text: "Bonded promises", link: "/receipts" },
      { text: "The store of a node", link: "/store" },
      { text: "A farm of provers", link: "/farm" },
      { text: "Contracts", link: "/contracts" },
      { text: "State", link: "/state" },
      { text: "L1", link: "/l1" },
      { text: "Soundness and ceremony", link: "/soundness" },
      { text: "Kernel", link: "/kernel" },
      { text: "Simulation", link: "/simulation" },
      { text: "Performance", link: "/performance" },
      { text: "2,000 transfers a second", link: "/scaling" },
      { text: "One operator at a time", link: "/lease" },
      { text: "Circuits of public packages", link: "/corpus" },
      { text: "Glossary", link: "/glossary" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Tasks", link: "/tasks" },
      { text: "Config", link: "/config" },
      { text: "JSON-RPC", link: "/rpc" },
      { text: "Subscriptions", link: "/stream" },
      { text: "L2 for Ethereum tools", link: "/ethereum" },
      { text: "Public data", link: "/pubdata" },
      { text: "Errors", link: "/errors" },
      { text: "Metrics", link: "/monitoring/metrics" },
      { text: "API", collapsed: true, items: apiPages() },
      { text: "API reports", collapsed: true, items: apiReports() },
    ],
  },
  {
    text: "Project",
    items: [
      { text: "Contributing", link: "/project/contributing" },
      { text: "Security policy", link: "/project/security-policy" },
      { text: "Changelog", link: "/project/changelog" },
    ],
  },
];

/** Tables and printed reports are wider than VitePress's column, where the window has the room. */
const STYLE = `@media (min-width: 1440px) {
  .VPDoc.has-aside .content-container { max-width: 1000px !important }
}
@media (min-width: 1760px) {
  :root { --vp-layout-max-width: 1760px }
}`;

export default defineConfig({
  title: "hardhat-zkrollup",
  description: "Build, test and run a zkRollup with Hardhat 3",
  cleanUrls: true,
  head: [["style", {}, STYLE]],
  markdown: {
    anchor: { slugify },
    config: useSiteLinks,
    languageAlias: { circom: "rust" },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar,
    nav: [
      { text: "Guide", link: "/guide/getting-started" },
      { text: "Tasks", link: "/tasks" },
      { text: "Config", link: "/config" },
      { text: "Errors", link: "/errors" },
    ],
  },
});
