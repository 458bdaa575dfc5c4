/** The built pages, a devnet, and a server of both, for tests in Chromium. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { type PagesServer, servePages } from "../../src/pages/serve-pages.ts";
import { type Devnet, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import { publicAccounts } from "../../src/plugin/pages/devnet-pages.ts";
import { writeExitFiles } from "../../src/plugin/pages/exit-files.ts";
import { once } from "../../src/util/once.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

/** What the suites of the pages share. */
export interface PagesWorld {
  readonly devnet: Devnet;
  readonly server: PagesServer;
  /** Opens a page; fails the test later if it has logged an error. */
  open(browser: Browser, path: string, options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

/** How the page is shown. */
export interface OpenOptions {
  readonly colorScheme?: "light" | "dark";
  /** CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Script that runs before those of the page. */
  readonly initScript?: string;
}

/** Milliseconds that a page may take, proofs of blocks included, on a slow machine. */
const PAGE_MS = 120_000;

/** Builds the pages, once for all suites of a run. @returns Their folder. */
export const buildPages = once(async () => {
  const folder = await mkdtemp(join(tmpdir(), "pages-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const configFile = join(PROJECT_ROOT, "web/vite.config.ts");
  await build({ configFile, logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  return folder;
});

/** Starts a devnet, and serves the built pages for it. */
export async function createPagesWorld(prover: "mock" | "kernel"): Promise<PagesWorld> {
  const folder = await buildPages();
  const devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover });
  const { preset } = hre.config.rollup;
  const { url, rollup, accounts } = devnet.description;
  const files = await mkdtemp(join(tmpdir(), "pages-files-"));
  const exit = prover === "mock" ? undefined : await writeExitFiles(hre.config, preset, files);
  const config = { rollup, accounts: publicAccounts(accounts), ...(exit && { exit }) };
  const server = await servePages({ folder, files, node: url, config, port: 0 });
  return {
    devnet,
    server,
    open: async (browser, path, { initScript, ...options } = {}) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.setDefaultTimeout(PAGE_MS);
      if (initScript !== undefined) await page.addInitScript(initScript);
      page.on("pageerror", (error) => {
        throw error;
      });
      await page.goto(`${server.url}/#${path}`);
      return page;
    },
    close: async () => {
      await server.close();
      await devnet.close();
      await rm(files, { recursive: true, force: true });
    },
  };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** WCAG 2.2, levels A and AA, and what axe's authors recommend. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Asserts that axe finds no violation in what a page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate("'axe' in globalThis"))) {
    await page.evaluate(await readFile(AXE, "utf8"));
  }
  const options = JSON.stringify({ runOnly: { type: "tag", values: RULES } });
  const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run(document, ${options}).then(({ violations }) => violations)`,
  );
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  expect(found).to.deep.equal([]);
}

/** Asserts that nothing is wider than the page. */
export async function expectNoSideways(page: Page): Promise<void> {
  const excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate<number>(excess)).to.equal(0);
}

/** Height of a screenshot at most, in CSS pixels. */
const SCREENSHOT_HEIGHT = 1000;

/**
 * Writes what a page shows to the folder of `ROLLUP_SCREENSHOTS`, for the docs.
 *
 * @param part - Selector of the shown part; default: the page from its top on.
 */
export async function takeScreenshot(page: Page, name: string, part?: string): Promise<void> {
  const folder = process.env["ROLLUP_SCREENSHOTS"];
  if (folder === undefined) return;
  const path = join(folder, `${name}.png`);
  if (part !== undefined) {
    await page.locator(part).screenshot({ path });
    return;
  }
  const size = "({ width: innerWidth, height: document.documentElement.scrollHeight })";
  const { width, height } = await page.evaluate<{ width: number; height: number }>(size);
  const clip = { x: 0, y: 0, width, height: Math.min(height, SCREENSHOT_HEIGHT) };
  await page.screenshot({ path, fullPage: true, clip });
}
