/** The wallet in Chromium, against a devnet that proves its blocks. */
import { expect } from "chai";
import { Wallet } from "ethers";
import type { Browser, Page } from "playwright-core";
import { dealFrostShares, type MultisigMember } from "../../src/multisig.ts";
import { connect, type Rollup } from "../../src/sdk.ts";
import { describeWithChromium } from "../helpers/chromium.ts";
import { FAKE_WALLET, fakeWalletScript } from "./fake-wallet.ts";
import {
  createPagesWorld,
  expectAccessible,
  expectNoSideways,
  type OpenOptions,
  type PagesWorld,
  takeScreenshot,
} from "./world.ts";

const ETHER = 10n ** 18n;
const PHONE = { width: 360, height: 740 };
const OTHER_CHAIN = 5;
const PATHS = [
  "/wallet",
  "/wallet/deposit",
  "/wallet/transfer",
  "/wallet/batch",
  "/wallet/withdraw",
  "/wallet/activate",
  "/wallet/full-exit",
  "/wallet/multisig",
  "/wallet/exit",
] as const;

describeWithChromium("web: the wallet", (launch) => {
  let browser: Browser;
  let world: PagesWorld;
  let rollup: Rollup;
  before(async () => {
    world = await createPagesWorld("kernel");
    rollup = await connect(world.devnet.description.url);
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    rollup.close();
    await world.close();
  });

  afterEach(async function () {
    for (const page of browser.contexts().flatMap((context) => context.pages())) {
      // What the page shows says more than what was waited for.
      if (this.currentTest?.state === "failed") console.log(await page.innerText("body"));
    }
  });

  const accountOf = (index: number) => world.devnet.description.accounts[index]!;
  const openWallet = async (account: number, path = "/wallet", options: OpenOptions = {}) => {
    const page = await world.open(browser, path, options);
    await connectTestAccount(page, account);
    return page;
  };
  /** Opens a page with a wallet of the browser. */
  const openWithWallet = async (account: number, chainId: number, path = "/wallet") => {
    const initScript = fakeWalletScript(accountOf(account).address, chainId);
    const page = await world.open(browser, path, { initScript });
    await page.getByRole("button", { name: "Fake Wallet" }).click();
    return page;
  };
  const sdkWallet = (account: number) => rollup.fromPrivateKey(accountOf(account).privateKey!);

  it("goes from a deposit to a withdrawal, each until it is executed", async () => {
    const page = await openWallet(1);
    await go(page, "Deposit");
    await page.getByLabel("Amount").fill("2.5");
    await send(page);
    await reach(page, "executed");
    await go(page, "Key");
    await send(page);
    await reach(page, "executed");
    await go(page, "Transfer");
    await page.getByLabel("To", { exact: true }).fill(accountOf(2).address);
    await page.getByLabel("Amount").fill("0.5");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("region", { name: "Review" }).waitFor();
    await takeScreenshot(page, "wallet-review");
    await page.getByRole("button", { name: "Confirm and send" }).click();
    await reach(page, "accepted");
    await takeScreenshot(page, "wallet-stages");
    await reach(page, "executed");
    await go(page, "Withdraw");
    await page.getByLabel("Amount").fill("0.25");
    await send(page);
    await reach(page, "executed");
    await go(page, "Overview");
    const finalized = page.locator('[data-token="0"] [data-state="Finalized"]');
    await finalized.filter({ hasText: "1.75" }).waitFor();
    await page.locator('[data-key-state="set"]').waitFor();
    await page.getByRole("link", { name: "Transfer to a new account" }).waitFor();
    await takeScreenshot(page, "wallet-overview");
  });

  it("says when a second factor wants the owner's signature, and sends", async () => {
    const wallet = await sdkWallet(8);
    await (await wallet.deposit({ token: "ETH", amount: ETHER })).wait("accepted");
    await wallet.setSigningKey();
    await wallet.setSecondFactor({ token: "ETH", limit: ETHER / 10n });
    const page = await openWallet(8, "/wallet/transfer");
    const asks = "above the limit of your second factor";
    for (const [amount, isAbove] of [
      ["0.05", false],
      ["0.2", true],
    ] as const) {
      await page.getByLabel("To", { exact: true }).fill(accountOf(2).address);
      await page.getByLabel("Amount").fill(amount);
      await page.getByRole("button", { name: "Review" }).click();
      const review = page.getByRole("region", { name: "Review" });
      await review.waitFor();
      expect((await review.innerText()).includes(asks)).to.equal(isAbove);
      await page.getByRole("button", { name: "Confirm and send" }).click();
      await reach(page, "accepted");
      await go(page, "Withdraw");
      await go(page, "Transfer");
    }
    expect(await wallet.getBalance("ETH")).to.equal((ETHER * 3n) / 4n);
  });

  it("lists the wallets of the browser and the test accounts", async () => {
    const { address } = accountOf(3);
    const page = await world.open(browser, "/wallet", {
      initScript: fakeWalletScript(address, 31337),
    });
    await page.getByRole("button", { name: "Fake Wallet" }).waitFor();
    await takeScreenshot(page, "wallet-connect");
    expect(await page.getByRole("button", { name: "0x", exact: false }).count()).to.equal(10);
  });

  it("asks a wallet of the browser, on the right chain, and takes no for an answer", async () => {
    const page = await openWithWallet(3, OTHER_CHAIN);
    await page.getByRole("heading", { level: 1, name: "Wrong chain" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Switch to chain 31337" }).click();
    await page.getByRole("heading", { level: 1, name: "Wallet" }).waitFor();
    await go(page, "Deposit");
    await page.getByLabel("Amount").fill("1");
    await page.evaluate(`${FAKE_WALLET}.rejected = ["eth_sendTransaction"]`);
    await send(page);
    await page.getByText("You have rejected the request").waitFor();
    await page.evaluate(`${FAKE_WALLET}.rejected = []`);
    // A second click while the first is under way sends nothing.
    await page.getByRole("button", { name: "Confirm and send" }).dblclick();
    await reach(page, "accepted");
    const sent = `${FAKE_WALLET}.asked.filter((method) => method === "eth_sendTransaction").length`;
    expect(await page.evaluate(sent)).to.equal(2);
    expect(await rollup.getBalance(accountOf(3).address, "ETH")).to.equal(ETHER);
    await go(page, "Key");
    await page.evaluate(`${FAKE_WALLET}.rejected = ["personal_sign"]`);
    await page.getByLabel("Text to sign").getByText("Only sign this message").waitFor();
    await takeScreenshot(page, "wallet-unlock");
    await page.getByRole("button", { name: "Sign the text" }).click();
    await page.getByText("You have rejected the request").waitFor();
    await page.evaluate(`${FAKE_WALLET}.rejected = []`);
    await page.getByRole("button", { name: "Sign the text" }).click();
    await send(page);
    await reach(page, "accepted");
  });

  it("follows the wallet to another account, and forgets the key", async () => {
    const page = await openWithWallet(3, 31337, "/wallet/transfer");
    await page.getByRole("button", { name: "Sign the text" }).click();
    await page.getByLabel("Amount").waitFor();
    const other = accountOf(4).address;
    await page.evaluate(`${FAKE_WALLET}.accounts = ["${other}"]`);
    await page.evaluate(`${FAKE_WALLET}.emit("accountsChanged", ["${other}"])`);
    await page.locator(`code[title="${other}"]`).waitFor();
    await page.getByRole("button", { name: "Sign the text" }).waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("heading", { level: 1, name: "Connect your wallet" }).waitFor();
    const stored = await page.evaluate("Object.keys({ ...localStorage, ...sessionStorage })");
    expect(stored).to.deep.equal(["rollup-theme"]);
  });

  it("says at the field what is wrong, and proposes an amount that fits", async () => {
    const page = await openWallet(1, "/wallet/transfer");
    await page.getByLabel("To", { exact: true }).fill("0x1234");
    await page.getByLabel("Amount").fill("0.123456789012345678");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("Enter 0x and 40 hexadecimal digits").waitFor();
    await page.locator("#to:focus").waitFor();
    expect(await page.getByLabel("To", { exact: true }).getAttribute("aria-describedby")).to.equal(
      "to-hint to-error",
    );
    await page.getByRole("button", { name: "Use 0.12345678901" }).click();
    expect(await page.getByLabel("Amount").inputValue()).to.equal("0.12345678901");
    await page.getByLabel("Amount").fill("100");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("You have 1.75 ETH on L2.").first().waitFor();
    await expectAccessible(page);
  });

  it("sends a batch of transfers", async () => {
    const page = await openWallet(1, "/wallet/batch");
    for (const [index, account] of [2, 4].entries()) {
      const row = page.getByRole("group", { name: `Transfer ${index + 1}` });
      await row.getByLabel("To", { exact: true }).fill(accountOf(account).address);
      await row.getByLabel("Amount").fill("0.1");
    }
    await takeScreenshot(page, "wallet-batch");
    await send(page);
    await reach(page, "accepted");
    expect(await page.getByRole("link", { name: /^Transaction/ }).count()).to.equal(2);
  });

  it("signs with the other members of a group", async () => {
    const seed = new Uint8Array(32).fill(7);
    const members = dealFrostShares({ threshold: 2, members: 3, seed });
    const { address, privateKey } = accountOf(5);
    const owner = await rollup.fromSeed(seed, new Wallet(privateKey!));
    await (await owner.deposit({ token: "ETH", amount: ETHER })).wait("accepted");
    await owner.setSigningKey();
    const pages = await Promise.all(
      [members[0]!, members[2]!].map((member) => openMember(world, browser, member, address)),
    );
    const [one, other] = pages as [Page, Page];
    await one.getByLabel("To", { exact: true }).fill(accountOf(2).address);
    await one.getByLabel("Amount").fill("0.3");
    await one.getByLabel("Member 2").uncheck();
    await one.getByLabel("Member 3").check();
    await one.getByRole("button", { name: "Propose" }).click();
    await paste(other, await messageOf(one, "proposal"));
    for (const page of pages) {
      await page.getByText("0.3 ETH").first().waitFor();
      await page.getByRole("button", { name: "Agree and join" }).click();
    }
    await paste(one, await messageOf(other, "commitment"));
    await paste(other, await messageOf(one, "commitment"));
    for (const page of pages) await page.getByRole("button", { name: "Sign", exact: true }).click();
    await paste(one, await messageOf(other, "share"));
    await takeScreenshot(one, "wallet-multisig", "[aria-labelledby=session-heading]");
    await expectAccessible(one);
    await one.getByRole("button", { name: "Send the transaction" }).click();
    await reach(one, "accepted");
    expect(await rollup.getBalance(address, "ETH")).to.equal((7n * ETHER) / 10n);
  });

  it("requests a full exit on L1 while the operator is in time", async () => {
    const page = await openWallet(3, "/wallet/exit");
    await page.getByRole("button", { name: "Restore from L1" }).click();
    await page.getByText("Operator in time").waitFor();
    await page.getByRole("button", { name: "Request a full exit" }).click();
    await page.getByRole("button", { name: "Confirm and send" }).click();
    await page.getByText("L1 has your request for all ETH").waitFor();
    await expectAccessible(page);
  });

  it("has no violation of accessibility on any page, in both themes, and fits a phone", async () => {
    const page = await world.open(browser, "/wallet", { viewport: PHONE });
    const expectGood = async () => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page
        .getByText(/^Loading/)
        .first()
        .waitFor({ state: "detached" });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await expectAccessible(page);
      }
      await expectNoSideways(page);
    };
    await expectGood();
    await connectTestAccount(page, 1);
    for (const path of PATHS) {
      await page.evaluate(`location.hash = "${path}"`);
      await page.locator(`a[href="#${path}"][aria-current]`).first().waitFor();
      await expectGood();
      if (path === "/wallet/transfer") await takeScreenshot(page, "wallet-phone");
    }
  });

  it("exits by a proof of the page when the operator is gone", async () => {
    const { rollup: operated, ethers } = world.devnet.connection;
    const owner = await sdkWallet(2);
    const held = (await owner.getBalances("ETH")).finalized;
    await operated.killOperator();
    await operated.expireRequests();
    const { address } = owner;
    const before = await ethers.provider.getBalance(address);
    const page = await openWithWallet(2, 31337, "/wallet/exit");
    await page.getByRole("button", { name: "Restore from L1" }).click();
    await page.getByText("Operator too late").waitFor();
    await page.getByRole("button", { name: "Exit with ETH" }).click();
    await page.getByRole("button", { name: "Confirm and send" }).click();
    await page.getByText("ETH paid by proof").waitFor();
    await page.getByText("All paid out").waitFor();
    await expectAccessible(page);
    await takeScreenshot(page, "wallet-exit", "main");
    const gained = (await ethers.provider.getBalance(address)) - before;
    expect(gained > held - ETHER / 100n && gained < held, `gained ${gained} of ${held}`).to.be.true;
  });

  it("exits by path when the pages have no files of the exit circuit", async () => {
    const page = await world.open(browser, "/wallet/exit");
    await page.route("**/config.json", async (route) => {
      const response = await route.fetch();
      const { exit, ...config } = (await response.json()) as Record<string, unknown>;
      expect(exit).to.be.an("object");
      await route.fulfill({ response, json: config });
    });
    await page.reload();
    await connectTestAccount(page, 4);
    await page.getByRole("button", { name: "Restore from L1" }).click();
    await page.getByRole("button", { name: "Exit with ETH" }).click();
    await page.getByRole("button", { name: "Confirm and send" }).click();
    await page.getByText("0.1 ETH paid by path").waitFor();
  });
});

async function connectTestAccount(page: Page, index: number): Promise<void> {
  const list = page.getByRole("region", { name: "Test accounts of this devnet" });
  await list.getByRole("button").nth(index).click();
  await page.getByRole("button", { name: "Disconnect" }).waitFor();
}

/** Follows a link of the wallet's navigation. */
async function go(page: Page, name: string): Promise<void> {
  const pages = page.getByRole("navigation", { name: "Wallet" });
  await pages.getByRole("link", { name, exact: true }).click();
}

async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Review" }).click();
  await page.getByRole("button", { name: "Confirm and send" }).click();
}

const STATUSES = ["accepted", "committed", "proven", "executed"];

/** Waits until what was sent has reached a status or a later one. */
async function reach(page: Page, status: string): Promise<void> {
  const later = STATUSES.slice(STATUSES.indexOf(status));
  const shown = later.map((each) => `.stages[data-status="${each}"]`).join(", ");
  await page.locator(shown).first().waitFor();
}

async function openMember(
  world: PagesWorld,
  browser: Browser,
  member: MultisigMember,
  owner: string,
): Promise<Page> {
  const page = await world.open(browser, "/wallet/multisig");
  await page.getByLabel("Secret").fill(JSON.stringify(member.exportSecret()));
  await page.getByLabel("Owner of the account on L1").fill(owner);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByRole("heading", { name: "Your group" }).waitFor();
  return page;
}

async function messageOf(page: Page, type: string): Promise<string> {
  return page.locator(`[data-type="multisig/${type}"] textarea`).inputValue();
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByLabel("Messages of the others").fill(text);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("1 message added.").waitFor();
}
