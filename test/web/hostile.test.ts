/** The pages against a hostile node, configuration, site and wallet of the browser. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { getBytes, hexlify, parseEther, sha256, Wallet } from "ethers";
import type { Browser, Page } from "playwright-core";
import { connect, keyDerivationMessage, type Rollup } from "../../src/sdk.ts";
import { deriveSigningKey } from "../../src/sdk/key-derivation.ts";
import { describeWithChromium } from "../helpers/chromium.ts";
import { createRandom, type Random } from "../helpers/random.ts";
import { FAKE_WALLET, fakeWalletScript } from "./fake-wallet.ts";
import { createPagesWorld, type PagesWorld } from "./world.ts";

const CHAIN = 31337;
const PATHS = [
  "/",
  "/blocks",
  "/blocks/1",
  "/tokens",
  "/tokens/1",
  "/accounts/1",
  "/requests",
  "/requests/0",
  "/provers",
  "/search/1",
  "/wallet",
  "/wallet/transfer",
];
/** Lies of a run. */
const LIES = 24;

describeWithChromium("web: hostile surroundings", (launch) => {
  let browser: Browser;
  let world: PagesWorld;
  let rollup: Rollup;
  let transfer: string;
  const random = createRandom();
  before(async () => {
    world = await createPagesWorld("mock");
    rollup = await connect(world.devnet.description.url, { pollMs: 50 });
    browser = await launch();
    const alice = await rollup.fromPrivateKey(accountOf(1).privateKey!);
    await (await alice.deposit({ token: "ETH", amount: parseEther("3") })).wait("accepted");
    await alice.setSigningKey();
    const payment = { to: accountOf(2).address, token: "ETH", amount: parseEther("0.5") };
    const sent = await alice.transfer(payment);
    await sent.wait("executed");
    transfer = sent.hash;
  });
  after(async () => {
    await browser.close();
    rollup.close();
    await world.close();
  });
  afterEach(async function () {
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        if (this.currentTest?.state === "failed") console.log(await page.innerText("body"));
      }
      await context.close();
    }
  });

  const accountOf = (index: number) => world.devnet.description.accounts[index]!;
  const connectTestAccount = async (page: Page, index: number) => {
    const list = page.getByRole("region", { name: "Test accounts of this devnet" });
    await list.getByRole("button").nth(index).click();
  };

  it("shows why a page cannot be shown, and goes on with others", async () => {
    const page = await world.open(browser, "/blocks");
    await answerWith(page, (method, result) =>
      method === "rollup_getTransaction"
        ? replaced(result, "recipient", `0x${"f".repeat(64)}`)
        : result,
    );
    await page.evaluate(`location.hash = "/transactions/${transfer}"`);
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByRole("heading", { level: 1, name: "Tokens" }).waitFor();
    expect(await page.getByRole("alert").count()).to.equal(0);
  });

  it(`survives values that no node answers (${random.title})`, async () => {
    for (let lie = 0; lie < LIES; lie++) {
      const path = [...PATHS, `/transactions/${transfer}`][lie % (PATHS.length + 1)]!;
      const page = await world.open(browser, "/");
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      if (path.startsWith("/wallet")) {
        await page.evaluate('location.hash = "/wallet"');
        await connectTestAccount(page, 1);
      }
      await answerWith(page, (_method, result) => distorted(result, random));
      await page.evaluate(`location.hash = "${path}"`);
      // A heading, a failure, or that something is on its way: never nothing.
      await page.locator("main :is(h1, [role=alert], [role=status])").first().waitFor();
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.getByRole("link", { name: "Blocks", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: "Blocks" }).waitFor();
      expect(await page.title(), `lie ${lie}`).to.equal("Blocks · Rollup");
      await page.context().close();
    }
  });

  it("shows the way out while a node hangs", async () => {
    const page = await world.open(browser, "/tokens");
    await page.route("**/rpc", () => {});
    await page.reload();
    await page.getByRole("link", { name: "emergency exit" }).click();
    await page.getByRole("heading", { level: 1, name: "Emergency exit" }).waitFor();
  });

  it("takes no link of config.json that would run in the page", async () => {
    for (const l1Explorer of ["javascript:alert(1)//https://", "data:text/html,x", " https://x"]) {
      const page = await world.open(browser, "/");
      await page.route("**/config.json", async (route) => {
        const response = await route.fetch();
        const config = (await response.json()) as object;
        await route.fulfill({ response, json: { ...config, l1Explorer } });
      });
      await page.reload();
      const problem = page.getByText("config.json beside the pages is wrong at l1Explorer");
      await problem.waitFor();
      await page.evaluate('location.hash = "/wallet/exit"');
      await problem.waitFor();
      await page.context().close();
    }
  });

  it("shows nothing inside of another site, also without the headers of its server", async () => {
    const site = createServer((asked, response) => {
      if (asked.url === "/outer") {
        response.setHeader("content-type", "text/html");
        response.end('<iframe src="/index.html#/wallet" width="900" height="900"></iframe>');
        return;
      }
      void fetch(`${world.server.url}${asked.url}`).then(async (answer) => {
        response.setHeader("content-type", answer.headers.get("content-type") ?? "text/plain");
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const { port } = site.address() as AddressInfo;
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/outer`);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("link", { name: "Open them in a tab of their own" }).waitFor();
    expect(await frame.getByRole("navigation").count()).to.equal(0);
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });

  it("connects no wallet whose answers have wrong types, and believes no announcement", async () => {
    const { address } = accountOf(3);
    const initScript = `${fakeWalletScript(address, CHAIN)};
      for (const info of [
        { uuid: "1", name: "Meta\\u202eksaM\\u0000  wallet", icon: "javascript:alert(1)" },
        { uuid: "2", name: "x".repeat(1000), icon: "https://evil.example/i.svg" },
        { uuid: "3", name: "", icon: 5 },
        { uuid: 4, name: "numeric" },
        null,
      ]) {
        addEventListener("eip6963:requestProvider", () => {
          const detail = { info, provider: { request: async () => null } };
          dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
        });
      }`;
    const page = await world.open(browser, "/wallet", { initScript });
    const wallets = page.getByRole("region", { name: "Connect a wallet" });
    await wallets.getByRole("button", { name: "Unnamed wallet" }).waitFor();
    const names = await wallets.getByRole("listitem").allInnerTexts();
    const expected = ["Fake Wallet", "Meta ksaM wallet", "x".repeat(40), "Unnamed wallet"];
    expect(names.map((name) => name.trim())).to.deep.equal(expected);
    const images = wallets.locator("img");
    expect(await images.count()).to.equal(1);
    expect(await images.getAttribute("src")).to.match(/^data:image\//);
    for (const wrong of [
      "accounts = null",
      "accounts = [5]",
      "accounts = ['0x12']",
      "chainId = 'x'",
    ]) {
      await page.evaluate(`${FAKE_WALLET}.${wrong}`);
      await page.getByRole("button", { name: "Fake Wallet" }).click();
      await page.locator("[role=alert], p.notice[role=status]").first().waitFor();
      await page.evaluate(`${FAKE_WALLET}.accounts = ["${address}"]`);
    }
    // It was not connected, so nothing that it says later connects it.
    await page.evaluate(`${FAKE_WALLET}.chainId = ${CHAIN}`);
    await page.evaluate(`${FAKE_WALLET}.emit("chainChanged", "0x7a69")`);
    expect(await page.getByRole("button", { name: "Disconnect" }).count()).to.equal(0);
  });

  it("forgets an account that a wallet gives up, also if the wallet then hangs", async () => {
    const initScript = fakeWalletScript(accountOf(1).address, CHAIN);
    const page = await world.open(browser, "/wallet/transfer", { initScript });
    await page.getByRole("button", { name: "Fake Wallet" }).click();
    await page.getByRole("button", { name: "Sign the text" }).click();
    await page.getByLabel("Amount").waitFor();
    await page.evaluate(`Object.defineProperty(${FAKE_WALLET}, "accounts", {
      get: () => new Promise(() => {}),
    })`);
    await page.evaluate(`${FAKE_WALLET}.emit("accountsChanged", ["${accountOf(4).address}"])`);
    await page.getByText("Confirm the connection in Fake Wallet").waitFor();
    expect(await page.getByLabel("Amount").count()).to.equal(0);
  });

  it("has secrets neither in its text nor in its address, storage or console", async () => {
    const page = await world.open(browser, "/wallet");
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    await connectTestAccount(page, 1);
    const secrets = await secretsOf(accountOf(1).privateKey!, rollup);
    for (const path of [...PATHS, "/wallet/activate", "/wallet/batch", "/wallet/exit"]) {
      await page.evaluate(`location.hash = "${path}"`);
      await page.locator("h1").first().waitFor();
      const text = await page.evaluate<string>(
        "document.documentElement.outerHTML + location + document.cookie + document.title +" +
          "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])",
      );
      const fields = await page
        .locator("input, textarea")
        .evaluateAll("(all) => all.map((e) => e.value)");
      const all = `${text} ${JSON.stringify(fields)} ${said.join()}`.toLowerCase();
      for (const secret of secrets)
        expect(all.includes(secret.toLowerCase()), path).to.equal(false);
    }
    expect(await page.evaluate("indexedDB.databases()")).to.deep.equal([]);
  });

  it("has copy buttons in the tables of a phone", async () => {
    const viewport = { width: 360, height: 740 };
    const page = await world.open(browser, "/blocks/1", { viewport });
    const button = page.locator("td").getByRole("button", { name: /^Copy/ }).first();
    await button.scrollIntoViewIfNeeded();
    expect(await button.isVisible()).to.equal(true);
  });
});

/** What derives the L2 key of an account, and the key itself, in the forms of texts. */
async function secretsOf(privateKey: string, rollup: Rollup): Promise<string[]> {
  const signer = new Wallet(privateKey);
  const signature = await signer.signMessage(keyDerivationMessage(rollup));
  const { scalar, nonceKey } = await deriveSigningKey(signer, rollup);
  const texts = [privateKey, signature, sha256(getBytes(signature).slice(0, 64))];
  return [
    ...texts.map((text) => text.slice(2)),
    scalar.toString(),
    scalar.toString(16),
    hexlify(nonceKey).slice(2),
  ];
}

/** Changes results of the node's methods. */
async function answerWith(
  page: Page,
  change: (method: string, result: unknown) => unknown,
): Promise<void> {
  await page.route("**/rpc", async (route) => {
    const { method } = JSON.parse(route.request().postData() ?? "{}") as { method: string };
    const response = await route.fetch();
    const { result, ...answer } = (await response.json()) as { result: unknown };
    await route.fulfill({ response, json: { ...answer, result: change(method, result) } });
  });
}

/** The same value with another one wherever an object has a name. */
function replaced(value: unknown, name: string, other: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, name, other));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, key === name ? other : replaced(each, name, other)]),
  );
}

const STRANGE = [
  null,
  -1,
  1e308,
  2 ** 53 + 2,
  0.5,
  "",
  "0x",
  `0x${"f".repeat(64)}`,
  `-0x${"f".repeat(16)}`,
  "\u202e\u0000<img src=x onerror=alert(1)>".repeat(500),
  "__proto__",
  [],
  {},
  true,
];

/** The same value with some parts of it replaced, and some lists much longer. */
function distorted(value: unknown, random: Random): unknown {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject || random.int(20) === 0) {
    return random.int(6) === 0 ? random.pick(STRANGE) : value;
  }
  if (Array.isArray(value)) {
    const list = value.map((each: unknown) => distorted(each, random));
    const isLong = random.int(4) === 0;
    return isLong ? Array.from({ length: 200 }, () => list).flat() : list;
  }
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, each]) => [name, distorted(each, random)]));
}
