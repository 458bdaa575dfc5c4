/** What the wallet does with money, against a node, an L1 and a wallet of the browser that lie. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { parseEther, Wallet } from "ethers";
import type { Browser, Page } from "playwright-core";
import { dealFrostShares } from "../../src/multisig.ts";
import { servePages } from "../../src/pages/serve-pages.ts";
import { publicAccounts } from "../../src/plugin/pages/devnet-pages.ts";
import { connect, type Rollup, type RollupWallet } from "../../src/sdk.ts";
import { bigintToJson } from "../../src/util/json.ts";
import { describeWithChromium } from "../helpers/chromium.ts";
import { FAKE_WALLET, fakeWalletScript } from "./fake-wallet.ts";
import { buildPages, createPagesWorld, type PagesWorld } from "./world.ts";

const CHAIN = 31337;
const ETHER = parseEther("1");
/** Changes what the node answers to a method. */
type Lies = Readonly<Record<string, (result: never, params: readonly unknown[]) => unknown>>;

describeWithChromium("web: the wallet and money", (launch) => {
  let browser: Browser;
  let world: PagesWorld;
  let rollup: Rollup;
  let alice: RollupWallet;
  before(async () => {
    world = await createPagesWorld("mock");
    rollup = await connect(world.devnet.description.url, { pollMs: 50 });
    browser = await launch();
    alice = await rollup.fromPrivateKey(accountOf(1).privateKey!);
    for (const token of ["ETH", "TUSD"]) {
      await (await alice.deposit({ token, amount: 5n * ETHER })).wait("accepted");
    }
    await alice.setSigningKey();
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
  const open = async (account: number, path: string) => {
    const page = await world.open(browser, path);
    const list = page.getByRole("region", { name: "Test accounts of this devnet" });
    await list.getByRole("button").nth(account).click();
    return page;
  };
  /** Opens a page with a wallet of the browser. */
  const openWithWallet = async (account: number, path: string) => {
    const initScript = fakeWalletScript(accountOf(account).address, CHAIN);
    const page = await world.open(browser, path, { initScript });
    await page.getByRole("button", { name: "Fake Wallet" }).click();
    return page;
  };

  it("names each approval of an ERC-20, and says what a rejection leaves", async () => {
    const owner = await rollup.fromPrivateKey(accountOf(3).privateKey!);
    await owner.approveDeposits({ token: "TUSD", amount: 5n });
    const page = await openWithWallet(3, "/wallet/deposit");
    await page.getByLabel("Token").selectOption({ label: "TUSD (token 1)" });
    await page.getByLabel("Amount").fill("2.5");
    await page.getByRole("button", { name: "Review" }).click();
    const review = page.getByRole("region", { name: "Review" });
    await review.waitFor();
    expect(await review.getByRole("listitem").allInnerTexts()).to.deep.equal([
      "Fake Wallet signs the end of an earlier approval of 0.000000000000000005 TUSD (token 1).",
      "Fake Wallet signs an approval: the contract may take 2.5 TUSD (token 1).",
      "Fake Wallet signs the deposit, a transaction on L1. Gas is paid in ETH.",
    ]);
    await page.evaluate(rejectAfter(1));
    await confirm(page);
    await page.getByText("You have rejected the request").waitFor();
    // The earlier approval has ended, so it would be wrong that nothing was sent.
    expect(await page.getByText("Nothing was sent").count()).to.equal(0);
    expect(await owner.getDepositAllowance("TUSD")).to.equal(0n);
    expect(await sentBy(page)).to.equal(2);
  });

  it("approves an ERC-20 and deposits it, after an earlier approval", async () => {
    const owner = await rollup.fromPrivateKey(accountOf(3).privateKey!);
    await owner.approveDeposits({ token: "TUSD", amount: 5n });
    const page = await openWithWallet(3, "/wallet/deposit");
    await page.getByLabel("Token").selectOption({ label: "TUSD (token 1)" });
    await page.getByLabel("Amount").fill("2.5");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("region", { name: "Review" }).waitFor();
    await confirm(page);
    await accepted(page);
    expect(await owner.getDepositAllowance("TUSD")).to.equal(0n);
    expect(await sentBy(page)).to.equal(3);
  });

  it("takes no unusual fee without consent, and consent in one token for no other", async () => {
    const page = await open(1, "/wallet/batch");
    const fees: Record<number, bigint> = { 0: 0n, 1: parseEther("2") };
    await lie(page, { rollup_getFee: (result: object, [, token]) => priced(result, token, fees) });
    for (const [index, token] of ["0", "1"].entries()) {
      const row = page.getByRole("group", { name: `Transfer ${index + 1}` });
      await row.getByLabel("To", { exact: true }).fill(accountOf(2).address);
      await row.getByLabel("Token").selectOption(token);
      await row.getByLabel("Amount").fill("0.5");
    }
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("The operator asks for 2.0 TUSD (token 1)").waitFor();
    await page.getByRole("button", { name: "Use 2.0" }).click();
    fees[0] = parseEther("1.5");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("The operator asks for 1.5 ETH").waitFor();
    const inEther = page.getByLabel("Highest fee that you agree to, in ETH");
    expect(await inEther.inputValue()).to.equal("");
    await page.getByRole("button", { name: "Use 1.5" }).click();
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("region", { name: "Review" }).getByText("fee 1.5 ETH").waitFor();
  });

  it("asks again for each transaction, and for the activation of a key", async () => {
    const fees: Record<number, bigint> = { 0: parseEther("0.75") };
    const lies: Lies = { rollup_getFee: (result, [, token]) => priced(result, token, fees) };
    const consent = "The operator asks for 0.75 ETH, which is unusually much.";
    const owner = await rollup.fromPrivateKey(accountOf(4).privateKey!);
    await (await owner.deposit({ token: "ETH", amount: ETHER })).wait("accepted");
    const key = await open(4, "/wallet/activate");
    await lie(key, lies);
    await key.getByRole("button", { name: "Review" }).click();
    await key.getByText(consent).waitFor();
    await key.getByRole("button", { name: "Use 0.75" }).click();
    await key.getByRole("button", { name: "Review" }).click();
    await key.getByRole("region", { name: "Review" }).getByText("0.75 ETH").first().waitFor();
    const page = await open(1, "/wallet/withdraw");
    await lie(page, lies);
    await page.getByLabel("Amount").fill("0.125");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("button", { name: "Use 0.75" }).click();
    await page.getByRole("button", { name: "Review" }).click();
    await confirm(page);
    await accepted(page);
    await page.getByRole("button", { name: "Send another one" }).click();
    await page.getByLabel("Amount").fill("0.125");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText(consent).waitFor();
  });

  it("withdraws what L1 owes, token by token, and says what was paid before a rejection", async () => {
    const { address, privateKey } = accountOf(6);
    const owner = await rollup.fromPrivateKey(privateKey!);
    const { contracts } = world.devnet.connection.rollup;
    const odd = await listOddToken(world, address);
    await (await owner.deposit({ token: "ODD", amount: 9n })).wait("accepted");
    await owner.setSigningKey({ feeToken: "ODD" });
    await odd.setBehavior(1);
    await (await owner.withdraw({ token: "ODD", amount: 9n })).wait("executed");
    await odd.setBehavior(0);
    const l1 = await world.devnet.connection.ethers.getSigner(address);
    const tusd = world.devnet.description.tokens[1]!.address;
    await owner.approveDeposits({ token: "TUSD", amount: 1n });
    // What is above the fee is owed to who has sent it.
    await contracts.rollup.connect(l1).depositErc20(tusd, 1n, address, { value: ETHER });
    const page = await openWithWallet(6, "/wallet");
    const panel = page.getByRole("region", { name: "Waiting for you on L1" });
    await panel.getByText("1.0 ETH, 0.000000000000000009 ODD").waitFor();
    await page.evaluate(rejectAfter(1));
    await panel.getByRole("button", { name: "Withdraw it" }).click();
    await panel.getByText("You have rejected the request").waitFor();
    await panel.getByText("L1 has paid 1.0 ETH.").waitFor();
    await panel.getByText("The contract owes you 0.000000000000000009 ODD").waitFor();
    await page.evaluate(`${FAKE_WALLET}.rejected = []`);
    await panel.getByRole("button", { name: "Withdraw it" }).click();
    await panel.getByText("L1 has paid 0.000000000000000009 ODD").waitFor();
    expect(await owner.getPendingBalance("ODD")).to.equal(0n);
  });

  it("requests a full exit of the account that was reviewed, at the fee of L1", async () => {
    const { contracts } = world.devnet.connection.rollup;
    await contracts.rollup.setRequestFee(parseEther("0.005"));
    const page = await open(1, "/wallet/full-exit");
    await page.getByRole("button", { name: "Review" }).click();
    const review = page.getByRole("region", { name: "Review" });
    await review.getByText("0.005 ETH").waitFor();
    const { id } = (await alice.getAccount())!;
    await lie(page, { rollup_getAccount: (result: object) => ({ ...result, id: id + 1 }) });
    await confirm(page);
    await accepted(page);
    await contracts.rollup.setRequestFee(0n);
    await waitUntil(async () => (await alice.getBalance("ETH")) === 0n);
    await (await alice.deposit({ token: "ETH", amount: ETHER })).wait("accepted");
  });

  it("shows a payment that arrives before the page is subscribed", async () => {
    const page = await world.open(browser, "/wallet");
    let release = () => {};
    const paid = new Promise<void>((resolve) => (release = resolve));
    // A subscription to a node without a stream begins with the account's history.
    await page.route("**/rpc", async (route) => {
      const text = route.request().postData() ?? "";
      if (/rollup_get(?:Status|AccountTransactions)/.test(text)) await paid;
      await route.fallback();
    });
    const list = page.getByRole("region", { name: "Test accounts of this devnet" });
    await list.getByRole("button").nth(7).click();
    const shown = page.locator('[data-token="0"] [data-state="Accepted"]');
    await shown.getByText("0.0", { exact: true }).waitFor();
    const payment = { to: accountOf(7).address, token: "ETH", amount: ETHER / 8n };
    await (await alice.transfer(payment)).wait("executed");
    release();
    await shown.getByText("0.125").waitFor();
  });

  it("signs for a group on no live chain whose contract only the node names", async () => {
    const page = await world.open(browser, "/wallet/multisig");
    await page.route("**/config.json", async (route) => {
      const response = await route.fetch();
      const { rollup: pinned, ...config } = (await response.json()) as Record<string, unknown>;
      expect(pinned).to.be.a("string");
      await route.fulfill({ response, json: config });
    });
    await lie(page, {
      rollup_getConfig: (result: object) => ({ ...result, chainId: "0x1" }),
      eth_chainId: () => "0x1",
    });
    await page.reload();
    const [member] = dealFrostShares({ threshold: 2, members: 3 });
    await page.getByLabel("Secret").fill(JSON.stringify(member!.exportSecret()));
    await page.getByLabel("Owner of the account on L1").fill(Wallet.createRandom().address);
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("ROLLUP_NOT_PINNED").waitFor();
  });

  it("leads from a node that is gone to the emergency exit by the L1 of config.json", async () => {
    const { url, rollup: address, accounts } = world.devnet.description;
    const config = { rollup: address, accounts: publicAccounts(accounts) };
    const served = { folder: await buildPages(), node: await urlOfNobody(), l1: url };
    const server = await servePages({ ...served, config, port: 0 });
    const page = await browser.newPage();
    await page.goto(`${server.url}/#/wallet`);
    await page.getByRole("link", { name: "emergency exit" }).click();
    const source = page.getByRole("radio", { name: "The L1 node of these pages" });
    expect(await source.isChecked()).to.equal(true);
    const list = page.getByRole("region", { name: "Test accounts of this devnet" });
    await list.getByRole("button").nth(1).click();
    await page.getByRole("button", { name: "Restore from L1" }).click();
    await page.locator('[data-token="1"]').getByText("5.0 TUSD (token 1)").first().waitFor();
    await server.close();
  });
});

/** Rejects all transactions after the first ones. */
function rejectAfter(count: number): string {
  return `${FAKE_WALLET}.rejected = {
    seen: 0,
    includes(method) { return method === "eth_sendTransaction" && ++this.seen > ${count}; },
  }`;
}

function sentBy(page: Page): Promise<number> {
  const asked = `${FAKE_WALLET}.asked.filter((method) => method === "eth_sendTransaction").length`;
  return page.evaluate<number>(asked);
}

function priced(result: object, token: unknown, fees: Readonly<Record<number, bigint>>): object {
  return { ...result, fee: bigintToJson(fees[Number(token)] ?? 0n) };
}

async function lie(page: Page, lies: Lies): Promise<void> {
  await page.route("**/rpc", async (route) => {
    const asked = JSON.parse(route.request().postData() ?? "{}") as {
      readonly method: string;
      readonly params: readonly unknown[];
    };
    const change = lies[asked.method];
    if (change === undefined) return route.fallback();
    const response = await route.fetch();
    const { result, ...answer } = (await response.json()) as { result: never };
    await route.fulfill({ response, json: { ...answer, result: change(result, asked.params) } });
  });
}

async function confirm(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Confirm and send" }).click();
}

async function accepted(page: Page): Promise<void> {
  await page.locator('.stages[data-status]:not([data-status="mined"])').first().waitFor();
}

/** A URL at which nobody listens any more. */
async function urlOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A token whose transfers a test can make fail. */
async function listOddToken(world: PagesWorld, holder: string) {
  const { ethers, rollup } = world.devnet.connection;
  const token = (await ethers.deployContract("OddToken")) as unknown as OddToken;
  await token.mint(holder, 9n);
  const { id } = await rollup.listToken(await token.getAddress());
  // The operator learns of it when it reads L1.
  await waitUntil(async () => (await rollup.provider.getTokens()).some((each) => each.id === id));
  return token;
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(50);
}

interface OddToken {
  getAddress(): Promise<string>;
  mint(holder: string, amount: bigint): Promise<unknown>;
  setBehavior(behavior: number): Promise<unknown>;
}
