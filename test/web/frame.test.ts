/** The frame of all pages in Chromium: navigation, themes, and accessibility. */
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { describeWithChromium } from "../helpers/chromium.ts";
import { createPagesWorld, expectAccessible, type PagesWorld } from "./world.ts";

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

  it("moves the focus past the navigation", async () => {
    const page = await world.open(browser, "/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).to.equal("content");
    await page.context().close();
  });
});
