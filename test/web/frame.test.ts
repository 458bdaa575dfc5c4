/** The frame of all pages in Chromium: navigation, themes, and accessibility. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { describeWithChromium } from "../helpers/chromium.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";
import { buildPages, createPagesWorld, expectAccessible, type PagesWorld } from "./world.ts";

/** Ethers, the schemas of the API and the kernel, and some room. */
const START_BYTES_MAX = 275_000;

describeWithChromium("web: the frame of the pages", (launch) => {
  let browser: Browser;
  let world: PagesWorld;
  before(async () => {
    world = await createPagesWorld("mock");
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await world.close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no violation of accessibility, ${colorScheme}`, async () => {
      const page = await world.open(browser, "/", { colorScheme });
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      await expectAccessible(page);
      await page.context().close();
    });
  }

  it(`loads at most ${START_BYTES_MAX} bytes of scripts to start, compressed`, async () => {
    const folder = await buildPages();
    const html = await readFile(join(folder, "index.html"), "utf8");
    const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)];
    const sizes = await Promise.all(
      scripts.map(async ([, path]) => gzipSync(await readFile(join(folder, path!))).length),
    );
    expect(sizes.length).to.be.above(0);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.within(1, START_BYTES_MAX);
  });

  it("pays in the browser's console, as the guide does", async () => {
    const guide = await readFile(join(PROJECT_ROOT, "docs/guide/pages.md"), "utf8");
    const [, script] = /```js\n(const rollup = [\s\S]*?)```/.exec(guide)!;
    const page = await world.open(browser, "/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    const keep = "console.log = (...values) => (globalThis.logged = values.map(String))";
    await page.evaluate(`(async () => {${keep};${script}})()`);
    expect(await page.evaluate("logged")).to.deep.equal(["executed", "900000000000000000"]);
    await page.context().close();
  });

  it("moves the focus past the navigation", async () => {
    const page = await world.open(browser, "/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).to.equal("content");
    await page.context().close();
  });
});
