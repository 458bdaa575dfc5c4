/**
 * An exit from a page: a static site, an RPC node of L1 and the user's wallet. The operator is
 * gone, and nothing else answers the page.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { build } from "esbuild";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import type { Browser } from "playwright-core";
import { bundleBrowser } from "../../src/bench/bundle-browser.ts";
import { ISOLATED, type Site, startSite } from "../../src/bench/site.ts";
import { readVerificationKey } from "../../src/groth16/formats/verification-key.ts";
import plugin from "../../src/index.ts";
import { openRollupCircuits, type RollupCircuits } from "../../src/plugin/rollup/prover.ts";
import { EXIT_KEY_ID } from "../../src/protocol/public-inputs.ts";
import { describeWithChromium, waitInPage } from "../helpers/chromium.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const ETHER = 10n ** 18n;
const EXPIRATION_SECONDS = 3600;

/** The page's application. The wallet is as an extension of a browser gives it: EIP-1193. */
const APP = `
  import { BrowserProvider, JsonRpcProvider } from "ethers";
  import * as rollup from "./src/exit.ts";
  import { groth16 } from "./src/groth16-browser.ts";

  globalThis.exit = async ({ rpcUrl, rollupAddress, owner, verificationKey }) => {
    const asked = [];
    const node = new JsonRpcProvider(rpcUrl);
    const request = async ({ method, params }) => {
      asked.push(method);
      return method === "eth_requestAccounts" || method === "eth_accounts"
        ? [owner] : node.send(method, params ?? []);
    };
    const wallet = await new BrowserProvider({ request }).getSigner(owner);
    const reader = await rollup.connectRollup({ rollupAddress }, node);
    const restored = await rollup.restoreRollup(rollup.createRestoreSource(reader));
    const exitRequest = await rollup.toExitRequest(reader, restored, owner, "ETH");
    const prover = rollup.createExitProver(groth16, {
      wasm: "/exit.wasm", zkey: "/exit.zkey", verificationKey });
    const client = await rollup.connectRollup({ rollupAddress }, wallet);
    const steps = [];
    const report = await rollup.exitRollup(client, prover, exitRequest, (step) => steps.push(step));
    await prover.close();
    return {
      steps,
      by: report.exits.map(({ by, proofFailure }) => [by, String(proofFailure)]),
      amounts: report.exits.map(({ claim }) => String(claim.amount)),
      failures: report.failures.map(({ error }) => String(error)),
      isSigned: asked.includes("eth_sendTransaction"),
    };
  };
`;
const PAGE = '<!doctype html><title>exit</title><script type="module" src="/app.js"></script>';

interface PageReport {
  readonly steps: readonly string[];
  readonly by: readonly (readonly [string, string])[];
  readonly amounts: readonly string[];
  readonly failures: readonly string[];
  readonly isSigned: boolean;
}

describeWithChromium("exit from a page", (launch) => {
  let browser: Browser;
  let folder: string;
  let server: JsonRpcServer;
  let l1: NetworkConnection;
  let circuits: RollupCircuits;
  let site: Site;
  let rpcUrl: string;
  let exitKey: RollupCircuits["keys"][number];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "exit-page-"));
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    rpcUrl = `http://${address}:${port}`;
    const networks = { node1: { type: "http" as const, url: rpcUrl } };
    const user = await createHardhatRuntimeEnvironment(
      { plugins: [plugin], networks, paths: { sources: "contracts" } },
      { network: "node1" },
      PROJECT_ROOT,
    );
    l1 = await user.network.create();
    await l1.rollup.deploy({ mode: "manual", priorityExpirationSeconds: EXPIRATION_SECONDS });
    circuits = await openRollupCircuits(hre.config, hre.config.rollup.preset, "kernel");
    exitKey = circuits.keys.find(({ keyId }) => keyId === EXIT_KEY_ID)!;
    await bundleBrowser(PROJECT_ROOT, folder);
    await build({
      stdin: { contents: APP, resolveDir: PROJECT_ROOT, loader: "js" },
      outfile: join(folder, "app.js"),
      bundle: true,
      format: "esm",
      platform: "browser",
      logLevel: "error",
    });
    const contents = {
      "/": { text: PAGE },
      "/app.js": { file: join(folder, "app.js") },
      "/groth16-worker.js": { file: join(folder, "groth16-worker.js") },
      "/exit.wasm": { file: exitKey.loaded.wasmPath },
      "/exit.zkey": { file: exitKey.zkeyPath },
    };
    site = await startSite(contents, ISOLATED);
    browser = await launch();
  });

  after(async () => {
    await browser.close();
    await site.close();
    await circuits.prover.close();
    await l1.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("restores from L1, proves in the page, and is paid through the user's wallet", async () => {
    const { ethers, networkHelpers, rollup } = l1;
    const [, alice, bob] = await rollup.getWallets();
    await alice!.deposit({ token: "ETH", amount: 3n * ETHER });
    await rollup.processBlocks();
    await bob!.deposit({ token: "ETH", amount: ETHER }); // which nobody serves
    const rollupAddress = await rollup.contracts.rollup.getAddress();
    await rollup.operator.close();
    await networkHelpers.time.increase(EXPIRATION_SECONDS + 1);

    const before = await ethers.provider.getBalance(rollupAddress);
    const page = await browser.newPage();
    await page.goto(`${site.url}/`);
    await waitInPage(page, "'exit' in globalThis");
    const verificationKey = await readVerificationKey(exitKey.zkeyPath);
    const request = { rpcUrl, rollupAddress, owner: alice!.address, verificationKey };
    const report = await page.evaluate<PageReport>(`exit(${JSON.stringify(request)})`);
    expect(report).to.deep.equal({
      steps: ["activate", "prove", "exit"],
      by: [["proof", "undefined"]],
      amounts: [String(3n * ETHER)],
      failures: [],
      isSigned: true,
    });
    expect(before - (await ethers.provider.getBalance(rollupAddress))).to.equal(3n * ETHER);
  });
});
