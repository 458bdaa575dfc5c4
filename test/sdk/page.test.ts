/** Payments by the sdk from pages in a real Chromium: a script tag, and a Vite application. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { build as bundle } from "esbuild";
import { network } from "hardhat";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { type Content, startSite } from "../../src/bench/site.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { describeWithChromium, waitInPage } from "../helpers/chromium.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const ETHER = 10n ** 18n;
/** The user's wallet is a key of Hardhat's, which every node of Hardhat has. */
const APP = `
  import { HDNodeWallet, JsonRpcProvider } from "ethers";
  import { createRpcClient, RollupProvider, RollupWallet } from "hardhat-zkrollup/sdk";

  const PHRASE = "test test test test test test test test test test test junk";
  globalThis.violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
    violations.push(violatedDirective));
  globalThis.pay = async ({ url, rollupAddress, to, amount }) => {
    const node = new JsonRpcProvider(url);
    const signer = HDNodeWallet.fromPhrase(PHRASE, "", "m/44'/60'/0'/0/1").connect(node);
    const provider = new RollupProvider(createRpcClient((method, params) => node.send(method, params)));
    const wallet = await RollupWallet.create(signer, provider, { rollupAddress });
    const handle = await wallet.transfer({ to, token: "ETH", amount: BigInt(amount) });
    return { from: wallet.address, hash: handle.hash, violations };
  };
`;
const PAGE = '<!doctype html><title>pay</title><script type="module" src="/app.js"></script>';

describeWithChromium("sdk: pages", (launch) => {
  let browser: Browser;
  let folder: string;
  let server: OperatorServer;
  let alice: RollupWallet;
  let bob: RollupWallet;
  let connection: Awaited<ReturnType<typeof network.create>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sdk-page-"));
    connection = await network.create();
    const { ethers, rollup } = connection;
    await rollup.deploy({ prover: "mock", mode: "manual" });
    [, alice, bob] = (await rollup.getWallets()) as [RollupWallet, RollupWallet, RollupWallet];
    await alice.deposit({ token: "ETH", amount: 5n * ETHER });
    await bob.deposit({ token: "ETH", amount: ETHER });
    await rollup.processBlocks();
    await alice.setSigningKey();
    await rollup.processBlocks();
    const askL1 = (method: string, params: unknown[]) =>
      ethers.provider.send(method, params) as Promise<unknown>;
    server = await serveOperator(rollup.operator, askL1, { port: 0, cors: ["*"] });
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await server.close();
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Pays from a page of these files, under a policy. */
  async function payFrom(contents: Readonly<Record<string, Content>>, scripts: string) {
    const { url } = server;
    // Where WebAssembly is forbidden the kernel tries it once, which browsers report.
    const violations = scripts.includes("wasm") ? [] : ["script-src"];
    const policy = `default-src 'none'; script-src ${scripts}; connect-src ${url}`;
    const site = await startSite(contents, { "content-security-policy": policy });
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${site.url}/`);
      await waitInPage(page, "'pay' in globalThis");
      const rollupAddress = await connection.rollup.contracts.rollup.getAddress();
      const payment = { url, rollupAddress, to: bob.address, amount: String(ETHER) };
      const before = await bob.getBalance("ETH");
      const paid = await page.evaluate<object>(`pay(${JSON.stringify(payment)})`);
      await connection.rollup.processBlocks();
      expect(paid).to.deep.include({ from: alice.address, violations });
      expect((await bob.getBalance("ETH")) - before).to.equal(ETHER);
    } finally {
      await context.close();
      await site.close();
    }
  }

  /** With WebAssembly the kernel hashes and signs, without it the reference. */
  for (const scripts of ["'self' 'wasm-unsafe-eval'", "'self'"]) {
    it(`pays by a script tag, under the policy script-src ${scripts}`, async () => {
      const outfile = join(folder, "app.js");
      await bundle({
        stdin: { contents: APP, resolveDir: PROJECT_ROOT, loader: "js" },
        alias: { "hardhat-zkrollup/sdk": join(PROJECT_ROOT, "src/sdk.ts") },
        outfile,
        bundle: true,
        format: "esm",
        platform: "browser",
        logLevel: "error",
      });
      await payFrom({ "/": { text: PAGE }, "/app.js": { file: outfile } }, scripts);
    });
  }

  it("pays in an application that Vite has built", async () => {
    const project = join(folder, "vite");
    await mkdir(project);
    await writeFile(join(project, "app.js"), APP);
    await writeFile(join(project, "index.html"), PAGE);
    const alias = {
      "hardhat-zkrollup/sdk": join(PROJECT_ROOT, "src/sdk.ts"),
      ethers: join(PROJECT_ROOT, "node_modules/ethers/lib.esm/index.js"),
    };
    await build({ root: project, logLevel: "error", configFile: false, resolve: { alias } });
    const contents: Record<string, Content> = { "/": { file: join(project, "dist/index.html") } };
    for (const name of await readdir(join(project, "dist/assets"))) {
      contents[`/assets/${name}`] = { file: join(project, "dist/assets", name) };
    }
    await payFrom(contents, "'self' 'wasm-unsafe-eval'");
  });
});
