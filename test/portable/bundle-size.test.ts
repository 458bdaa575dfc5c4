/** What a page downloads: bundles that need no module of Node, within a committed size. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { build } from "esbuild";
import { bundleBrowser } from "../../src/bench/bundle-browser.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

/** Maximum bytes, minified and compressed by gzip. A larger one needs a reason in its commit. */
const LIMITS = { groth16: 36_000, "groth16-worker": 32_000, sdk: 100_000 } as const;

describe("portable: size of bundles", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bundles-"));
    await bundleBrowser(PROJECT_ROOT, folder);
    await build({
      entryPoints: { sdk: "src/sdk.ts" },
      outdir: folder,
      absWorkingDir: PROJECT_ROOT,
      external: ["ethers"], // the application's own
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, limit] of Object.entries(LIMITS)) {
    it(`${name} has at most ${limit} bytes, and not much less`, async () => {
      const { length } = gzipSync(await readFile(join(folder, `${name}.js`)), { level: 9 });
      expect(length).to.be.within(0.75 * limit, limit);
    });
  }

  it("refuses a module of Node in a bundle", async () => {
    const entry = { entryPoints: ["src/groth16.ts"], absWorkingDir: PROJECT_ROOT, write: false };
    const options = { ...entry, bundle: true, platform: "browser", logLevel: "silent" } as const;
    const error: unknown = await build(options).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('Could not resolve "node:');
  });
});
