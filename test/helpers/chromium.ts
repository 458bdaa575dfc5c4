/**
 * A real Chromium for tests. `ROLLUP_TEST_CHROMIUM` is its path; otherwise it is looked for in the
 * PATH. Without one, the suites are skipped with a line that says so, but not if the variable is
 * set: CI sets it, so that nothing is skipped there.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

export const CHROMIUM_VARIABLE = "ROLLUP_TEST_CHROMIUM";
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const HOW = `install Debian's package chromium, or set ${CHROMIUM_VARIABLE} to the path of one`;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Finds a Chromium in the PATH. */
function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

/** As mocha's `describe`, of tests that use a Chromium. */
export function describeWithChromium(
  title: string,
  define: (launch: () => Promise<Browser>) => void,
): void {
  const chosen = process.env[CHROMIUM_VARIABLE];
  const path = chosen === undefined || chosen === "" ? findChromium() : chosen;
  if (path !== undefined && isExecutable(path)) {
    describe(title, () => define(() => launch(path)));
  } else if (path !== undefined) {
    describe(title, () => {
      it("needs Chromium", () => {
        throw new Error(`${path} is no program: ${HOW}`);
      });
    });
  } else {
    describe.skip(`${title} (skipped: ${HOW})`, () => it("needs Chromium"));
  }
}

/** The sandbox of Chromium needs rights that containers do not give, and the pages are ours. */
function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
