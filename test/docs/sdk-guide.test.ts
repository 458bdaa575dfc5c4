/** docs/guide/sdk.md: its script pays on a devnet, its examples run, and its table is true. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Wallet } from "ethers";
import hre from "hardhat";
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Devnet, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import * as sdk from "../../src/sdk.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const GUIDE = join(PROJECT_ROOT, "docs/guide/sdk.md");
const SCRIPT_LINES_MAX = 10;
/** Classes by the names that the table has for their objects. */
const OBJECTS: Readonly<Record<string, object>> = {
  rollup: sdk.Rollup.prototype,
  wallet: sdk.RollupWallet.prototype,
  batch: sdk.TransactionBatch.prototype,
  handle: sdk.TransactionHandle.prototype,
  RollupSigner: sdk.RollupSigner,
};
/** Fields, which no prototype has. */
const FIELDS = /^(?:wallet\.(?:address|l1Signer|signer)|rollup\.rollupAddress|handle\.hash)$/;

const AsyncFunction = (async () => undefined).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

describe("docs: the guide to the SDK", () => {
  let text: string;
  let blocks: string[];
  let devnet: Devnet;
  let folder: string;

  before(async () => {
    text = await readFile(GUIDE, "utf8");
    blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
    devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover: "mock" });
    folder = await mkdtemp(join(PROJECT_ROOT, "cache", "guide-"));
  });
  after(async () => {
    await devnet.close();
    await rm(folder, { recursive: true });
  });

  it("begins with a script of at most ten lines, as README.md has it", async () => {
    const [script] = blocks;
    expect(script!.trim().split("\n").filter(Boolean)).to.have.length.at.most(SCRIPT_LINES_MAX);
    expect(await readFile(join(PROJECT_ROOT, "README.md"), "utf8")).to.include(script);
  });

  it("its script pays on a devnet, in Node without Hardhat, and ends by itself", async () => {
    const script = blocks[0]!
      .replace("hardhat-zkrollup/sdk", join(PROJECT_ROOT, "src/sdk.ts"))
      .replace("http://127.0.0.1:8545", devnet.description.url);
    const file = join(folder, "pay.mjs");
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
    expect(stdout.trim()).to.equal("executed 900000000000000000n");
  });

  it("its other examples run, one after the other", async () => {
    const { url } = devnet.description;
    const rollup = await sdk.connect(url, { pollMs: 20 });
    const privateKey = `0x${"12".repeat(32)}`;
    const keys = devnet.description.accounts.map((account) => account.privateKey!);
    const alice = await rollup.fromPrivateKey(keys[0]!);
    const bob = await rollup.fromPrivateKey(keys[1]!);
    if (!(await alice.isSigningKeySet())) {
      await (await alice.deposit({ token: "ETH", amount: 10n ** 18n })).wait("accepted");
      await alice.setSigningKey();
    }
    const { hash } = await alice.transfer({ to: bob.address, token: "ETH", amount: 1n });
    const printed: unknown[] = [];
    const console = { log: (...values: unknown[]) => printed.push(values), error: fail };
    const viem = { createPublicClient, http, privateKeyToAccount };
    const { rollupAddress } = rollup;
    const accountId = await alice.accountId();
    const ids = { url, rollupAddress, accountId, hash, privateKey };
    const users = { rollup, alice, bob, console, Wallet };
    const names = { ...sdk, ...viem, ...ids, ...users };
    for (const block of blocks.slice(1)) {
      await new AsyncFunction(...Object.keys(names), `{${block}}`)(...Object.values(names));
    }
    expect(blocks).to.have.length.above(8);
    expect(JSON.stringify(printed, (_, value: unknown) => String(value))).to.not.equal("[]");
    rollup.close();
  });

  it("names in its table only what is there", () => {
    const rows = text.split("\n").filter((line) => /^\| .*`/.test(line));
    expect(rows).to.have.length.above(60);
    const missing = rows.flatMap((row) => {
      const ours = row.split(" | ").at(-1)!;
      const names = [...ours.matchAll(/`(\w+)\.(\w+)/g)];
      return names
        .filter(([, object]) => Object.hasOwn(OBJECTS, object!))
        .filter(([, object, name]) => !(name! in OBJECTS[object!]!))
        .map(([, object, name]) => `${object}.${name}`)
        .filter((name) => !FIELDS.test(name));
    });
    expect(missing).to.deep.equal([]);
    const exports = rows.flatMap((row) =>
      [
        ...row
          .split(" | ")
          .at(-1)!
          .matchAll(/`([a-z]+[A-Z]\w+)`/g),
      ].map(([, name]) => name!),
    );
    const others = ["priceWei", "connectRollup", "publicKey", "pubKeyHash"];
    expect(exports.filter((name) => !(name in sdk) && !others.includes(name))).to.deep.equal([]);
  });
});

function fail(error: unknown): never {
  throw error;
}
