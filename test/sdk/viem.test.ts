/** viem: actions of its clients, and wallets of its accounts. */
import { expect } from "chai";
import {
  createPublicClient,
  createWalletClient,
  custom,
  type EIP1193RequestFn,
  http,
  parseEther,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { connect } from "../../src/sdk/connect.ts";
import { rollupActions } from "../../src/sdk/viem.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFakeNode, createSdkWorld, type SdkWorld } from "../helpers/sdk-world.ts";

const TO = "0x00000000000000000000000000000000000A11cE";
/** Hardhat's first two accounts, whose keys everybody knows. */
const KEYS = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
] as const;

describe("sdk: viem", () => {
  let world: SdkWorld;
  before(async () => {
    world = await createSdkWorld();
  });
  after(() => world.server.close());

  it("makes the wallet of an account: deposit, key, transfer, withdrawal", async () => {
    const account = privateKeyToAccount(KEYS[0]);
    const rollup = await connect(world.url);
    const wallet = await rollup.wallet(account);
    expect(wallet.address).to.equal(account.address);
    await wallet.deposit({ token: "ETH", amount: parseEther("1") });
    await wallet.setSigningKey();
    await wallet.transfer({ to: TO, token: "ETH", amount: 5n });
    expect(await wallet.getBalance("ETH")).to.equal(parseEther("1") - 5n);
    const ofEthers = await rollup.fromPrivateKey(KEYS[0]);
    expect(ofEthers.signer.pubKeyHash).to.equal(wallet.signer.pubKeyHash);
  });

  it("extends a public client with what the rollup knows", async () => {
    const transport = http(world.url);
    const client = createPublicClient({ chain: hardhat, transport }).extend(
      rollupActions({ rollupAddress: world.client.rollupAddress }),
    );
    const owner = { address: TO };
    expect((await client.getRollupBalance(owner)).accepted).to.equal(5n);
    expect((await client.getRollupAccount(owner))?.nonce).to.equal(0);
    const fee = await client.estimateRollupFee({ type: "transfer", token: "ETH" });
    expect(fee.fee).to.equal(0n);
    const seen: string[] = [];
    const unwatch = client.watchRollupBlocks({ onBlock: ({ status }) => seen.push(status) });
    const rollup = await client.getRollup();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const sender = await rollup.wallet(privateKeyToAccount(KEYS[0]));
    const { hash } = await sender.transfer({ to: TO, token: "ETH", amount: 1n });
    expect((await client.getRollupTransaction({ hash }))?.receipt.status).to.equal("accepted");
    void world.operator.processBlocks();
    expect((await client.waitForRollupReceipt({ hash })).status).to.equal("executed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    unwatch();
    expect(seen).to.include.members(["sealed", "executed"]);
    await expectRejection("VIEM_ACCOUNT_MISSING", client.getRollupWallet());
    rollup.close();
  });

  it("opens the rollup again after it was closed", async () => {
    const client = createPublicClient({ transport: http(world.url) }).extend(rollupActions());
    const first = await client.getRollup();
    first.close();
    const [second, same] = await Promise.all([client.getRollup(), client.getRollup()]);
    expect(second).to.equal(same).and.not.equal(first);
    const wallet = await second.wallet(privateKeyToAccount(KEYS[0]));
    const { hash } = await wallet.transfer({ to: TO, token: "ETH", amount: 1n });
    void world.operator.processBlocks();
    expect((await client.waitForRollupReceipt({ hash })).status).to.equal("executed");
    second.close();
  });

  it("keeps the codes of errors that viem has wrapped", async () => {
    const client = createPublicClient({ transport: http(world.url, { retryCount: 0 }) });
    const rollup = await client.extend(rollupActions()).getRollup();
    const wallet = await rollup.wallet(privateKeyToAccount(KEYS[0]));
    const transfer = wallet.transfer({ to: TO, token: "ETH", amount: parseEther("9") });
    await expectRejection("INSUFFICIENT_BALANCE", transfer);
    const other = { rollupAddress: TO };
    await expectRejection("ROLLUP_MISMATCH", client.extend(rollupActions(other)).getRollup());
  });

  it("makes the wallet of a wallet client, with a key of its own or in a browser", async () => {
    const account = privateKeyToAccount(KEYS[1]);
    const transport = http(world.url);
    const local = createWalletClient({ account, chain: hardhat, transport }).extend(
      rollupActions(),
    );
    const wallet = await local.getRollupWallet();
    await wallet.deposit({ token: "ETH", amount: 3n });
    expect(await wallet.getBalance("ETH")).to.equal(3n);

    // As `window.ethereum`: the keys are in the provider.
    const request = (({ method, params = [] }: { method: string; params?: unknown[] }) =>
      world.ethers.provider.send(method, params)) as EIP1193RequestFn;
    const remote = createWalletClient({
      account: account.address,
      chain: hardhat,
      transport: custom({ request }),
    });
    const rollup = await connect(world.url);
    const same = await rollup.wallet(remote);
    expect(same.signer.pubKeyHash).to.equal(wallet.signer.pubKeyHash);
    await same.deposit({ token: "ETH", amount: 4n });
    await same.setSigningKey();
    expect(await same.getBalance("ETH")).to.equal(7n);
    const first = await rollup.wallet({ request });
    expect(first.address).to.equal(privateKeyToAccount(KEYS[0]).address);
  });

  it("connects again after a node that was away, and that fails a watcher", async () => {
    const node = await createFakeNode(world.url);
    try {
      const client = createPublicClient({ transport: http(node.url, { retryCount: 0 }) }).extend(
        rollupActions({ retries: 0, pollMs: 5 }),
      );
      node.answer = (_call, response) => void response.destroy();
      const failed: unknown[] = [];
      const heard = (errors: unknown[], count: number) =>
        new Promise<void>((resolve) => {
          const wait = () => (errors.length >= count ? resolve() : setTimeout(wait, 5));
          wait();
        });
      client.watchRollupBlocks({ onBlock: () => 0, onError: (error) => failed.push(error) });
      await heard(failed, 1);
      await expectRejection("RPC_FAILED", client.getRollupAccount({ address: TO }));
      node.answer = (_call, _response, pass) => pass();
      const rollup = await client.getRollup();
      expect(await client.getRollup()).to.equal(rollup);
      const codes: string[] = [];
      const onError = (error: unknown) => {
        codes.push((error as { code: string }).code);
        throw new Error("the listener of errors fails");
      };
      const logged: unknown[] = [];
      const { error: log } = console;
      console.error = (error: unknown) => logged.push(error);
      node.answer = ({ method }, response, pass) =>
        method === "rollup_getStatus" ? void response.end("<p>") : pass();
      client.watchRollupBlocks({ onBlock: () => 0, onError });
      await heard(logged, 1);
      console.error = log;
      expect(codes).to.have.length(1);
      rollup.close();
    } finally {
      await node.close();
    }
  });

  it("reports to a watcher what its own listener throws, and goes on", async () => {
    const client = createPublicClient({ transport: http(world.url) }).extend(rollupActions());
    const rollup = await client.getRollup();
    const errors: string[] = [];
    let unwatch = () => {};
    const ended = new Promise<void>((resolve) => {
      unwatch = client.watchRollupBlocks({
        onBlock: ({ status }) => {
          if (status === "executed") resolve();
          throw new Error(status);
        },
        onError: (error) => errors.push((error as Error).message),
      });
    });
    const sender = await rollup.wallet(privateKeyToAccount(KEYS[0]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sender.transfer({ to: TO, token: "ETH", amount: 1n });
    await world.operator.processBlocks();
    await ended;
    unwatch();
    expect(errors.slice(0, 3)).to.deep.equal(["sealed", "committed", "proven"]);
    rollup.close();
  });
});
