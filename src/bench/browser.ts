/**
 * Compares this package's prover with snarkjs in one page of one Chromium, on the same key and
 * witness, in turns; snarkjs verifies each proof in Node.
 */

import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { withTemporaryFolder } from "../groth16/files/files.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { type ProofWithSignals, withSnarkjs } from "../groth16/snarkjs.ts";
import { assert } from "../util/errors.ts";
import { bundleBrowser } from "./bundle-browser.ts";
import { makeKey } from "./setup.ts";
import { ISOLATED, type Site, startSite } from "./site.ts";

export interface BrowserBenchOptions {
  /** Base-2 logarithm of the size of the key's domain, from 5 to 22. */
  readonly power: number;
  /** Path of a Chromium. */
  readonly chromium: string;
  /** Folder of this package. */
  readonly root: string;
}

/** The best of all rounds of one prover. */
export interface BrowserTimes {
  /**
   * The best proof: this package's prover has the key in memory then, and snarkjs, which reads it
   * each time, may be as fast with new workers.
   */
  readonly wallSeconds: number;
  /** Ratio of its time to that of `kernel`. */
  readonly wallRatio: number;
  /** One proof from nothing: workers that start, and the key that is read. */
  readonly firstSeconds: number;
  readonly firstRatio: number;
}

export interface BrowserBench {
  readonly constraints: number;
  readonly zkeyBytes: number;
  /** Version of Chromium. */
  readonly version: string;
  /** The page's number of cores. */
  readonly cores: number;
  readonly rounds: number;
  /** `kernel` with all cores, `kernel, 1 thread` as in a page without isolation, and `snarkjs`. */
  readonly provers: Readonly<Record<string, BrowserTimes>>;
}

const ROUNDS = 4;

/** The page: it fetches the files once, and keeps a function for each prover. */
const PAGE =
  '<!doctype html><script src="/snarkjs.js"></script><script type="module" src="/page.js"></script>';
const PAGE_SCRIPT = `
  import { createGroth16 } from "/groth16.js";
  const get = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const [zkey, witness] = [await get("/a.zkey"), await get("/a.wtns")];
  const [all, one] = [{}, { threads: 1 }].map((options) => createGroth16(options));
  const memory = (data) => ({ type: "mem", data });
  const endSnarkjs = async () => {
    await globalThis.curve_bn128?.terminate();
    globalThis.curve_bn128 = null;
  };
  globalThis.provers = {
    kernel: { prove: () => all.prove(zkey, witness), end: () => all.terminate() },
    "kernel, 1 thread": { prove: () => one.prove(zkey, witness), end: () => one.terminate() },
    snarkjs: {
      prove: () => snarkjs.groth16.prove(memory(zkey), memory(witness)),
      end: endSnarkjs,
    },
  };
`;

type Timed = { readonly ms: number; readonly proven: ProofWithSignals };

/** Runs in the page. @param isFirst - Whether to end the prover's workers before. */
function measureCode(name: string, isFirst: boolean): string {
  return `(async () => {
    const { prove, end } = provers[${JSON.stringify(name)}];
    if (${isFirst}) await end();
    const start = performance.now();
    const proven = await prove();
    return { ms: performance.now() - start, proven };
  })()`;
}

/** Measures both provers. */
export async function benchBrowser(options: BrowserBenchOptions): Promise<BrowserBench> {
  return withTemporaryFolder("bench", async (folder) => {
    const { circuit, constraints, zkeyPath, zkeyBytes } = await makeKey(folder, options.power);
    const witnessPath = join(folder, "a.wtns");
    await writeFile(witnessPath, circuit.witness);
    await bundleBrowser(options.root, folder);
    const key = await readVerificationKey(zkeyPath);
    const site = await startSite(contentsOf(folder), ISOLATED);
    const browser = await chromium.launch({
      executablePath: options.chromium,
      args: ["--no-sandbox"], // containers do not give its rights, and the page is ours
    });
    try {
      return await withSnarkjs(async (snarkjs) => {
        const check = async ({ proven }: Timed) =>
          assert(await snarkjs.verify(key, proven), "snarkjs accepts the proof of a page");
        const measured = await measureIn(browser, site, check);
        return { constraints, zkeyBytes, version: browser.version(), rounds: ROUNDS, ...measured };
      });
    } finally {
      await browser.close();
      await site.close();
    }
  });
}

function contentsOf(folder: string) {
  const snarkjs = dirname(createRequire(import.meta.url).resolve("snarkjs"));
  return {
    "/": { text: PAGE },
    "/page.js": { text: PAGE_SCRIPT },
    "/snarkjs.js": { file: join(snarkjs, "snarkjs.min.js") },
    "/groth16.js": { file: join(folder, "groth16.js") },
    "/groth16-worker.js": { file: join(folder, "groth16-worker.js") },
    "/a.zkey": { file: join(folder, "a.zkey") },
    "/a.wtns": { file: join(folder, "a.wtns") },
  };
}

/** Measures in turns, so that a slow phase of the machine affects all provers. */
async function measureIn(
  browser: Browser,
  { url }: Site,
  check: (timed: Timed) => Promise<void>,
): Promise<Pick<BrowserBench, "cores" | "provers">> {
  const page = await browser.newPage();
  await page.goto(`${url}/`);
  await page.waitForFunction("globalThis.provers", undefined, { timeout: 120_000 });
  const cores = await page.evaluate<number>("navigator.hardwareConcurrency");
  const names = await page.evaluate<string[]>("Object.keys(provers)");
  const measured = new Map(names.map((name) => [name, { first: Infinity, best: Infinity }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, times] of measured) {
      const first = await page.evaluate<Timed>(measureCode(name, true));
      const later = await page.evaluate<Timed>(measureCode(name, false));
      for (const timed of [first, later]) await check(timed);
      times.first = Math.min(times.first, first.ms / 1000);
      times.best = Math.min(times.best, times.first, later.ms / 1000);
    }
  }
  const kernel = measured.get("kernel")!;
  const rows = [...measured].map(([name, { first, best }]): [string, BrowserTimes] => [
    name,
    {
      wallSeconds: best,
      wallRatio: best / kernel.best,
      firstSeconds: first,
      firstRatio: first / kernel.first,
    },
  ]);
  return { cores, provers: Object.fromEntries(rows) };
}
