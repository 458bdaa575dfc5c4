/**
 * A real Chromium for tests. `ROLLUP_CHROMIUM` is its path; otherwise it is looked for in the
 * PATH. Without one, the suites are skipped with a line that says so. With the variable they fail
 * instead: CI sets it, so that nothing is skipped there.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_VARIABLE, findChromium, isProgram } from "../../src/bench/find-chromium.ts";

/** Milliseconds between two looks, and the maximum of them. */
const LOOK_MS = 20;
const LOOKS_MAX = 1500;

const HOW = `install Debian's package chromium, or set ${CHROMIUM_VARIABLE} to the path of one`;

/** As mocha's `describe`, of tests that use a Chromium. */
export function describeWithChromium(
  title: string,
  define: (launch: () => Promise<Browser>) => void,
): void {
  const path = findChromium();
  if (path === undefined) {
    describe.skip(`${title} (skipped: ${HOW})`, () => it("needs Chromium"));
  } else if (isProgram(path)) {
    describe(title, () => define(() => launch(path)));
  } else {
    describe(title, () => {
      it("needs Chromium", () => {
        throw new Error(`${path} is no program: ${HOW}`);
      });
    });
  }
}

/** The sandbox of Chromium needs rights that containers do not give, and the pages are ours. */
function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/**
 * Waits until an expression is true in a page, in another way than Playwright's, which evaluates
 * text where a page's policy forbids it.
 */
export async function waitInPage(page: Page, condition: string): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    if (await page.evaluate<boolean>(condition)) return;
    await delay(LOOK_MS);
  }
  throw new Error(`The page does not get ready: ${condition}`);
}
