/**
 * The explorer in Chromium, over a devnet with transactions of all kinds. With
 * `ROLLUP_SCREENSHOTS=folder` it also writes the pictures of docs/guide/explorer.md.
 */
import { join } from "node:path";
import { expect } from "chai";
import { ContractFactory, JsonRpcProvider, parseEther, Wallet } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { connectRollup } from "../../src/l1/client.ts";
import { connect, type Rollup, type RollupWallet } from "../../src/sdk.ts";
import { describeWithChromium } from "../helpers/chromium.ts";
import { createPagesWorld, expectAccessible, type OpenOptions, type PagesWorld } from "./world.ts";

const HOSTILE_SYMBOL = '<img src=x onerror="document.title=1">\u202eDSU';
/** What the pages show of it: no space, no character that turns the text round, 20 in all. */
const HOSTILE_SHOWN = '<img·src=x·onerror="…';
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 800 };

/** What the suites look for in the pages. */
interface Facts {
  readonly rollup: Rollup;
  readonly alice: RollupWallet;
  readonly bob: RollupWallet;
  readonly provider: JsonRpcProvider;
  readonly transfer: string;
  readonly batch: readonly string[];
  /** Block of the transfer. */
  readonly block: number;
}

async function act(world: PagesWorld): Promise<Facts> {
  const { url, rollup: rollupAddress, accounts } = world.devnet.description;
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  const [operator, key, other, deployer] = accounts.map(({ privateKey }) => privateKey!);
  await listHostileToken(provider, { operator: operator!, deployer: deployer!, rollupAddress });
  const rollup = await connect(url, { pollMs: 50 });
  const alice = await rollup.fromPrivateKey(key!);
  const bob = await rollup.fromPrivateKey(other!);
  await (await alice.deposit({ token: "ETH", amount: parseEther("10") })).wait("accepted");
  await (await bob.deposit({ token: "TUSD", amount: parseEther("250") })).wait("accepted");
  await alice.setSigningKey();
  const transfer = await alice.transfer({
    to: bob.address,
    token: "ETH",
    amount: parseEther("1.5"),
  });
  const { blockNumber } = await transfer.wait("executed");
  const part = { to: bob.address, token: "ETH", amount: 1_000n };
  const batch = await alice.batch().transfer(part).transfer(part).send();
  await batch.wait("executed");
  await (await alice.withdraw({ token: "ETH", amount: parseEther("0.25") })).wait("executed");
  const hashes = batch.receipts.map(({ hash }) => hash);
  return {
    rollup,
    alice,
    bob,
    provider,
    transfer: transfer.hash,
    batch: hashes,
    block: blockNumber!,
  };
}

async function listHostileToken(
  provider: JsonRpcProvider,
  keys: { readonly operator: string; readonly deployer: string; readonly rollupAddress: string },
): Promise<void> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(
    "contracts/mocks/TestToken.sol:TestToken",
  );
  const deployer = new Wallet(keys.deployer, provider);
  const token = await new ContractFactory(abi, bytecode, deployer).deploy(
    "Hostile",
    HOSTILE_SYMBOL,
  );
  await token.waitForDeployment();
  const { rollupAddress } = keys;
  const client = await connectRollup({ rollupAddress }, new Wallet(keys.operator, provider));
  await client.listToken(await token.getAddress());
}

const FARM_WORKER = { proofs: 0, wrong: 0, failures: 1, lastAnswer: "0x6553f100" };

/** What the promise's card says when the node has answered: the operator of a devnet has a bond. */
const PROMISE = "Shown as the node has answered.";

describeWithChromium("web: the explorer", (launch) => {
  let browser: Browser;
  let world: PagesWorld;
  let facts: Facts;
  before(async () => {
    world = await createPagesWorld("mock");
    browser = await launch();
    facts = await act(world);
  });
  after(async () => {
    facts.rollup.close();
    facts.provider.destroy();
    await browser.close();
    await world.close();
  });

  /** Opens a page, uses it, and closes it. */
  async function visit(
    path: string,
    use: (page: Page) => Promise<unknown>,
    options: OpenOptions = {},
  ): Promise<void> {
    const page = await world.open(browser, path, options);
    try {
      await use(page);
    } catch (error) {
      const shown = await page.locator("body").innerText();
      throw new Error(`${String(error)}\nThe page shows:\n${shown}`, { cause: error });
    } finally {
      await page.context().close();
    }
  }

  const card = (page: Page, name: string) =>
    page.getByRole("region", { name, exact: true }).first();
  const textOf = (page: Page, name: string) => card(page, name).innerText();
  const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text }).first();
  const say = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

  /** Paths of all pages, each with a text that shows that it is complete. */
  const pages = () =>
    [
      ["/", "Latest transactions"],
      ["/blocks", "The latest"],
      [`/blocks/${facts.block}`, "from the calldata on L1"],
      [`/transactions/${facts.transfer}`, PROMISE],
      [`/accounts/${facts.alice.address}`, "Owner on L1"],
      ["/tokens", "Listed on L1"],
      ["/tokens/3", "Held by the contract"],
      ["/requests", "Served last"],
      ["/requests/0", "L1 transaction"],
      ["/provers", "Time to prove a block"],
      ["/search/1", "matches"],
      ["/search/nothing", "Nothing matches"],
    ] as const;

  describe("facts", () => {
    it("shows stages, throughput and what is latest at the start", () =>
      visit("/", async (page) => {
        await say(page, "Accepting");
        const { blocks } = await facts.rollup.getStatus();
        const pipeline = await textOf(page, "From a signature to finality");
        expect(pipeline).to.include(`up to block ${blocks.executed}`);
        expect(await textOf(page, "Operations a second")).to.match(/\d operations a second/);
        expect(await textOf(page, "The rollup"))
          .to.include("minimal")
          .and.to.include("31337");
        await row(page, "Withdraw").getByText("0.25 ETH").waitFor();
        expect(await page.getByRole("heading", { level: 1 }).innerText()).to.equal("Overview");
        expect(await page.title()).to.equal("Overview · Rollup");
      }));

    it("shows a block with its operations, L1 transactions and proof", () =>
      visit(`/blocks/${facts.block}`, async (page) => {
        const block = (await facts.rollup.getBlock(facts.block))!;
        await say(page, "They say the same as the operations that the node lists.");
        await say(page, "eight words of zeros");
        const facts_ = await textOf(page, "Block");
        const root = block.newStateRoot.toString(16).padStart(64, "0");
        expect(facts_).to.include("executed").and.to.include(block.kind).and.to.include(root);
        const onL1 = await textOf(page, "On L1");
        for (const step of [block.commit!, block.prove!, block.execute!]) {
          expect(onL1).to.include(new Intl.NumberFormat("en").format(step.gasUsed));
          expect(onL1).to.include(step.hash.slice(0, 8));
        }
        await row(page, "Transfer").getByText("1.5 ETH").waitFor();
        const hash = page.getByRole("link", { name: facts.transfer.slice(0, 8) }).first();
        expect(await hash.getAttribute("href")).to.equal(`#/transactions/${facts.transfer}`);
      }));

    it("names a field of the public data under the pointer and the keyboard", () =>
      visit(`/blocks/${facts.block}`, async (page) => {
        const shown = page.locator(".pubdata-shown");
        const amount = page.getByRole("button", { name: /amount: 1\.5 ETH/ });
        await amount.hover();
        expect(await shown.innerText()).to.match(
          /Slot \d+ · amount: 1\.5 ETH at byte \d+, 5 bytes/,
        );
        await amount.focus();
        await page.keyboard.press("ArrowLeft");
        expect(await shown.innerText()).to.match(/Slot \d+ · tokenId: 0 /);
        await page.getByText("The same as a table").click();
        const fields = page.getByRole("group", { name: "Fields of the public data" });
        await fields.getByText("number of records").waitFor();
      }));

    it("shows a transaction with its stages, fields and batch", async () => {
      await visit(`/transactions/${facts.transfer}`, async (page) => {
        await say(page, PROMISE);
        const stages = page.getByRole("list", { name: "Stages of the transaction" });
        await stages
          .getByText(/L1 block/)
          .last()
          .waitFor();
        expect(await stages.locator(".reached").count()).to.equal(5);
        const operation = await textOf(page, "Operation");
        expect(operation).to.include("1.5 ETH").and.to.include(facts.bob.address);
        expect(operation).to.match(/Signature, s\s+0x/);
      });
      await visit(`/transactions/${facts.batch[0]}`, async (page) => {
        const batch = card(page, "Batch");
        await batch.getByRole("link", { name: facts.batch[1]! }).click();
        await page.waitForURL(`**/#/transactions/${facts.batch[1]}`);
      });
    });

    it("shows an account in three states, and narrows its history down", () =>
      visit(`/accounts/${facts.bob.address}`, async (page) => {
        const balances = card(page, "Balances");
        await balances.getByText("250 TUSD").last().waitFor();
        expect(await balances.getByText("250 TUSD").count()).to.equal(3);
        expect(await textOf(page, "Account")).to.include("not set");
        await page.getByLabel("Type").selectOption("deposit");
        const history = card(page, "History");
        await history.getByText("250 TUSD").waitFor();
        expect(await history.getByRole("row").count()).to.equal(2);
        await page.getByLabel("Token").selectOption("0");
        await history.getByText("Choose another type or token.").waitFor();
      }));

    it("goes through the pages of a list, and back to the newest", () =>
      visit("/", async (page) => {
        await say(page, "Accepting");
        await page.route("**/rpc", (route) => {
          const body = route.request().postData() ?? "";
          return route.continue({ postData: body.replace('"limit":25', '"limit":2') });
        });
        await page.getByRole("link", { name: "Blocks", exact: true }).click();
        const { sealed } = (await facts.rollup.getStatus()).blocks;
        const block = (number: number) =>
          page.getByRole("link", { name: String(number), exact: true }).waitFor();
        await block(sealed);
        expect(await page.getByRole("row").count()).to.equal(3);
        await page.getByRole("link", { name: "Older" }).click();
        await block(sealed - 2);
        await block(sealed - 3);
        expect(await page.getByRole("row").count()).to.equal(3);
        await page.getByRole("link", { name: "Newest" }).click();
        await block(sealed);
      }));

    it("restores the state from L1, and checks the path of a leaf", () =>
      visit(`/accounts/${facts.bob.address}`, async (page) => {
        await page.getByRole("button", { name: "Check against L1" }).click();
        await say(page, /The hashes from the leaf lead to the state root/);
        const checked = card(page, "Merkle path of the leaf");
        expect(await checked.locator(".verdicts .good").count()).to.equal(3);
        expect(await checked.locator(".verdicts .bad").count()).to.equal(0);
        const root = (await facts.rollup.getBlock("latest"))!.newStateRoot;
        expect(await checked.innerText()).to.include(root.toString(16).padStart(64, "0"));
        await expectAccessible(page);
      }));

    it("lists tokens, and shows a hostile symbol as text", () =>
      visit("/tokens", async (page) => {
        await row(page, "TUSD").getByText("main").waitFor();
        const hostile = page.getByRole("link", { name: HOSTILE_SHOWN });
        await hostile.click();
        await say(page, "Held by the contract");
        expect(await textOf(page, "Token")).to.include(HOSTILE_SHOWN);
        expect(await page.locator("main img").count()).to.equal(0);
        expect(await page.title()).to.equal("Token 3 · Rollup");
      }));

    it("shows served requests with their blocks", () =>
      visit("/requests", async (page) => {
        await row(page, "250 TUSD").getByText("executed").waitFor();
        await page.getByRole("link", { name: "request 0" }).click();
        await say(page, "no more: it is served or cancelled");
        expect(await textOf(page, "Deposit"))
          .to.include("10 ETH")
          .and.to.include("executed");
      }));

    it("shows how proving goes, in the node's own process", () =>
      visit("/provers", async (page) => {
        await say(page, "All sealed blocks are proven.");
        await say(page, "No proof is being made.");
        expect(await textOf(page, "Time to prove a block")).to.match(/2-main-2\s+[1-9]/);
        expect(await textOf(page, "Workers")).to.include("in its own process");
      }));

    it("shows the jobs and workers of a farm, and what becomes of them", () =>
      visit("/", async (page) => {
        await say(page, "Accepting");
        const workers = [
          { ...FARM_WORKER, id: "a1", proofs: 7, trusted: true },
          { ...FARM_WORKER, id: "b2", wrong: 3, trusted: false },
        ];
        const jobs = [
          { blockNumber: 8, askedMs: 3_400, startedMs: 2_600 },
          { blockNumber: 9, askedMs: 1_200 },
        ];
        const answers = [{ prover: "queue", capacity: 32, jobs, workers }];
        await page.route("**/rpc", async (route) => {
          const { id, method } = route.request().postDataJSON() as { id: number; method: string };
          if (method !== "rollup_getProving") return route.continue();
          return route.fulfill({ json: { jsonrpc: "2.0", id, result: answers.at(-1) } });
        });
        await page.evaluate('location.hash = "/provers"');
        await row(page, "is being made").getByText("2.6 s").waitFor();
        await row(page, "waits for a worker").getByText("1.2 s").waitFor();
        await row(page, "a1").getByText("yes").waitFor();
        await row(page, "b2").getByText("no longer").waitFor();
        await expectAccessible(page);
        answers.push({ ...answers[0]!, jobs: [] });
        await say(page, "No proof is being made.");
      }));
  });

  describe("search", () => {
    const opens = [
      ["a transaction", () => facts.transfer, /#\/transactions\//],
      ["an address", () => facts.alice.address, /#\/accounts\/\d+$/],
      ["a symbol, in any case", () => "tusd", /#\/tokens\/1$/],
    ] as const;
    for (const [what, query, url] of opens) {
      it(`opens ${what} at once`, () =>
        visit("/", async (page) => {
          await page.getByRole("searchbox").fill(query());
          await page.keyboard.press("Enter");
          await page.waitForURL(url);
        }));
    }

    it("lists what a number may name", () =>
      visit("/search/1", async (page) => {
        await say(page, "3 matches");
        for (const name of ["Block 1", "Account 1", "Request 1 on L1"]) {
          await page.getByRole("link", { name, exact: true }).waitFor();
        }
      }));

    it("says that nothing matches, and what can be searched for", () =>
      visit("/search/no-such-thing", async (page) => {
        await say(page, "Nothing matches");
        await say(page, /Search for the\s+number of a block/);
      }));
  });

  describe("what is missing", () => {
    const missing = [
      ["/blocks/4000000", "This node has no block 4000000"],
      ["/blocks/0", "Block 0 is genesis"],
      ["/blocks/one", "A block is named by a number"],
      [`/transactions/0x${"ab".repeat(32)}`, "This node knows no transaction of this hash"],
      ["/transactions/0x12", "A transaction is named by its hash"],
      ["/accounts/60", "No account has the id 60 yet"],
      [`/accounts/0x${"12".repeat(20)}`, "has no account on this rollup yet"],
      ["/accounts/someone", "An account is named by its id"],
      ["/tokens/77", "No token of this id is listed"],
      ["/requests/900", "L1 has no request of this id"],
    ] as const;
    for (const [path, sentence] of missing) {
      it(`says so at ${path.slice(0, 24)}`, () => visit(path, (page) => say(page, sentence)));
    }

    it("shows a failure with a way to try again", () =>
      visit("/", async (page) => {
        await say(page, "Accepting");
        let isDown = true;
        await page.route("**/rpc", (route) => {
          const asks = (route.request().postData() ?? "").includes("rollup_getTokens");
          return asks && isDown ? route.fulfill({ status: 404, body: "no" }) : route.continue();
        });
        await page.getByRole("link", { name: "Tokens" }).click();
        await page.getByRole("alert").waitFor();
        isDown = false;
        await page.getByRole("button", { name: "Try again" }).click();
        await row(page, "TUSD").waitFor();
        expect(await page.getByRole("alert").count()).to.equal(0);
      }));
  });

  describe("what happens meanwhile", () => {
    it("arrives without a reload", () =>
      visit(`/accounts/${facts.bob.address}`, async (page) => {
        await card(page, "Balances").getByText("250 TUSD").first().waitFor();
        await facts.alice.transfer({
          to: facts.bob.address,
          token: "ETH",
          amount: parseEther("0.75"),
        });
        await card(page, "History").getByText("0.75 ETH").waitFor();
        await card(page, "Balances")
          .getByText(/^2\.25/)
          .last()
          .waitFor();
      }));

    it("arrives also if it happens before the page is subscribed", () =>
      visit("/", async (page) => {
        await say(page, "Accepting");
        let release = () => {};
        const executed = new Promise<void>((resolve) => (release = resolve));
        // A subscription to a node without a stream begins with its status.
        await page.route("**/rpc", async (route) => {
          if (route.request().postData()?.includes("rollup_getStatus")) await executed;
          await route.continue();
        });
        await page.evaluate(`location.hash = "/accounts/${facts.bob.address}"`);
        await card(page, "History").getByText("1.5 ETH").first().waitFor();
        const { alice, bob } = facts;
        const payment = { to: bob.address, token: "ETH", amount: parseEther("0.0625") };
        await (await alice.transfer(payment)).wait("executed");
        release();
        await card(page, "History").getByText("0.0625 ETH").first().waitFor();
      }));

    it("moves a request from open, under a running clock, to served", () =>
      visit("/requests", async (page) => {
        const { provider, alice, rollup } = facts;
        await say(page, "No request is open");
        await provider.send("evm_setAutomine", [false]);
        const deposit = alice.deposit({ token: "ETH", amount: parseEther("0.125") });
        await waitForPending(provider);
        await provider.send("evm_mine", []);
        const { requestId } = await deposit;
        await rollup.waitForPriorityRequest(requestId, "accepted");
        const clock = page.getByRole("timer");
        await clock.waitFor();
        const before = await clock.innerText();
        expect(before).to.match(/^1[34]d (\d+h )?(\d+m )?\d+s$/);
        await clock.filter({ hasNotText: before }).waitFor();
        await expectAccessible(page);
        await provider.send("evm_setAutomine", [true]);
        await provider.send("evm_mine", []);
        await say(page, "No request is open");
        await row(page, "0.125 ETH").getByText("executed").waitFor();
      }));
  });

  describe("for everybody", () => {
    /** Shows all pages one after the other, without loading the application again. */
    async function visitAll(
      options: OpenOptions,
      use: (page: Page, path: string) => Promise<unknown>,
    ): Promise<void> {
      await visit(
        "/",
        async (page) => {
          for (const [path, sign] of pages()) {
            await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
            await say(page, sign);
            await use(page, path);
          }
        },
        options,
      );
    }

    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no violation of accessibility, ${colorScheme}`, () =>
        visitAll({ colorScheme }, (page) => expectAccessible(page)));
    }

    it("scrolls nothing sideways but tables, at 360 pixels", () =>
      visitAll({ viewport: PHONE }, async (page, path) => {
        const width = await page.evaluate("document.documentElement.scrollWidth");
        expect(width, path).to.equal(PHONE.width);
      }));

    it("asks no third party for anything", () =>
      visit("/", async (page) => {
        const others: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith(world.server.url)) others.push(request.url());
        });
        page.on("console", (message) => {
          if (message.type() === "error") others.push(message.text());
        });
        await page.reload();
        for (const [path, sign] of pages()) {
          await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
          await say(page, sign);
          expect(others, path).to.deep.equal([]);
        }
      }));
  });

  const folder = process.env["ROLLUP_SCREENSHOTS"];
  if (folder !== undefined) {
    describe("pictures", () => {
      before(async () => {
        const { alice, bob } = facts;
        for (let count = 1n; count <= 24n; count++) {
          await alice.transfer({ to: bob.address, token: "ETH", amount: count * 10n ** 15n });
        }
      });

      it("writes its pictures", async () => {
        for (const [name, path, heading] of [
          ["overview", "/", undefined],
          ["blocks", "/blocks", undefined],
          ["block", `/blocks/${facts.block}`, undefined],
          ["block-public-data", "/blocks/2", "Public data"],
          ["transaction", `/transactions/${facts.transfer}`, undefined],
          ["account", `/accounts/${facts.bob.address}`, undefined],
          ["account-check", `/accounts/${facts.bob.address}`, "Merkle path of the leaf"],
          ["tokens", "/tokens", undefined],
          ["requests", "/requests", undefined],
          ["provers", "/provers", undefined],
          ["search", "/search/1", undefined],
        ] as const) {
          for (const [suffix, options] of [
            ["", { colorScheme: "light", viewport: DESKTOP }],
            ["-phone", { colorScheme: "dark", viewport: PHONE }],
          ] as const) {
            await visit(
              path,
              (page) => shoot(page, join(folder, `${name}${suffix}.png`), heading),
              options,
            );
          }
        }
      });
    });

    const shoot = async (page: Page, path: string, heading: string | undefined) => {
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      await page.waitForLoadState("networkidle");
      const check = page.getByRole("button", { name: "Check against L1" });
      if (heading !== undefined && (await check.count()) > 0) {
        await check.click();
        await page.getByText("Words of the leaf").waitFor();
      }
      if (heading !== undefined) {
        await card(page, heading).evaluate((element: { scrollIntoView(): void }) => {
          element.scrollIntoView();
        });
      }
      await page.screenshot({ path });
    };
  }
});

/** Waits until a transaction is in the mempool of L1. */
async function waitForPending(provider: JsonRpcProvider): Promise<void> {
  for (;;) {
    const pending = (await provider.send("eth_getBlockByNumber", ["pending", false])) as {
      readonly transactions: readonly string[];
    };
    if (pending.transactions.length > 0) return;
  }
}
