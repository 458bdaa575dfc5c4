/** Operators that are killed while they send to L1, and the processes that continue for them. */
import { expect } from "chai";
import { Transaction, Wallet } from "ethers";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { createMemoryJournal, type L1Journal } from "../../src/l1/journal.ts";
import type { SendingEvent } from "../../src/l1/settings.ts";
import type { Eip1193 } from "../helpers/faulty-provider.ts";
import type { Death } from "../helpers/life.ts";
import { Mortal } from "../helpers/mortal.ts";
import { createTestBlock, createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

/** Key of the fourth account of Hardhat's chains, which nothing else here uses. */
const KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
const PATIENCE = { resendAfterMs: 150, sendsMax: 20, requestTimeoutMs: 1_000, requestsMax: 1 };

describe("a sender that is killed", () => {
  let fixture: TestRollup;
  let chain: Eip1193;
  let timestamp: bigint;
  let address: string;
  let snapshot: unknown;
  let disk: L1Journal;

  const send = (method: string, params: unknown[] = []) => chain.request({ method, params });

  before(async () => {
    fixture = await createTestRollup();
    const { provider } = fixture.chain;
    chain = {
      request: ({ method, params }) => provider.request({ method, params: [...(params ?? [])] }),
    };
    ({ address } = new Wallet(KEY));
    await fixture.rollup.connect(fixture.governor).setValidator(address, true);
    timestamp = BigInt(await fixture.networkHelpers.time.latest());
    snapshot = await send("evm_snapshot");
  });

  beforeEach(() => {
    disk = createMemoryJournal();
  });

  afterEach(restore);

  async function restore(): Promise<void> {
    await send("evm_setAutomine", [true]);
    await send("evm_revert", [snapshot]);
    snapshot = await send("evm_snapshot");
  }

  interface Process {
    readonly client: RollupClient;
    readonly events: SendingEvent[];
    readonly mortal: Mortal;
  }

  /** @param keyHolder - Who signs: the process, or the node. */
  async function start(keyHolder: "own" | "node" = "own", death?: Death): Promise<Process> {
    const mortal = new Mortal(chain, disk, death);
    const events: SendingEvent[] = [];
    const { ethers } = mortal.provider;
    const signer = keyHolder === "own" ? new Wallet(KEY, ethers) : await ethers.getSigner(address);
    const { journal } = mortal;
    const onEvent = (event: SendingEvent) => events.push(event);
    const options = { ...PATIENCE, journal, onEvent };
    const client = await connectRollup(fixture.client, signer, options);
    return { client, events, mortal };
  }

  const firstBlock = () => createTestBlock(fixture.client, fixture.genesis, [], { timestamp });
  const secondBlock = () =>
    createTestBlock(fixture.client, firstBlock().storedBlock, [], { timestamp });

  const commitFirst = ({ client }: Process) =>
    client.commitBlocks(fixture.genesis, [firstBlock().commitBlock]);
  const commitSecond = ({ client }: Process) =>
    client.commitBlocks(firstBlock().storedBlock, [secondBlock().commitBlock]);

  /** Commits the first block in a process that is killed while it does so. */
  async function commitAndDie(keyHolder: "own" | "node", death: Death): Promise<boolean> {
    const process = await start(keyHolder, death);
    const { mortal } = process;
    const done = commitFirst(process).then(() => "done");
    return (await Promise.race([done, mortal.died])) !== "done";
  }

  const committed = async () => Number((await fixture.rollup.blockCounts()).committed);
  const nonceNow = async () => Number(await send("eth_getTransactionCount", [address, "latest"]));

  /** Continues as an operator does: settles, reads L1, and commits what is missing. */
  async function commitRest(keyHolder: "own" | "node"): Promise<void> {
    const next = await start(keyHolder);
    await next.client.settlePending(50);
    if ((await committed()) === 0) await commitFirst(next);
    await commitSecond(next);
  }

  for (const keyHolder of ["own", "node"] as const) {
    for (const when of ["before", "after"] as const) {
      it(`commits each block once: killed ${when} any call, key: ${keyHolder}`, async () => {
        const whole = await start(keyHolder);
        const connecting = whole.mortal.calls.length;
        await commitFirst(whole);
        const { calls } = whole.mortal;
        expect(calls).to.include.members(["pending", "write", "settle"]);
        await restore();
        for (let at = connecting + 1; at <= calls.length; at++) {
          disk = createMemoryJournal();
          const nonce = await nonceNow();
          expect(await commitAndDie(keyHolder, { at, when })).to.equal(true);
          await commitRest(keyHolder);
          const place = `killed ${when} call ${at}, ${calls[at - 1]}`;
          expect(await committed(), place).to.equal(2);
          // Two transactions: none was sent twice, and no nonce was left out.
          expect(await nonceNow(), place).to.equal(nonce + 2);
          expect(await disk.pending(address), place).to.deep.equal([]);
          await restore();
        }
      });
    }
  }

  /** Leaves a commit of the first block that was written down and perhaps sent. */
  async function leaveCommit(call: string, at = 1): Promise<void> {
    await send("evm_setAutomine", [false]);
    expect(await commitAndDie("own", { at, call, when: "after" })).to.equal(true);
  }

  it("sends the very same transaction again, which was never sent", async () => {
    await leaveCommit("write");
    const [left] = await disk.pending(address);
    expect(left).to.include({ purpose: "commit 1", account: address });
    await send("evm_setAutomine", [true]);
    const { client, events } = await start();
    await client.settlePending(50);
    expect(await committed()).to.equal(1);
    const { hash, nonce } = left!;
    const settled = events.find(({ type }) => type === "settled");
    const purpose = "commit 1";
    expect(settled).to.deep.equal({ type: "settled", purpose, nonce, outcome: "mined", hash });
  });

  it("raises the fees of the transaction until it is mined, under the same nonce", async () => {
    await leaveCommit("eth_sendRawTransaction");
    const [left] = await disk.pending(address);
    const { client, events } = await start();
    const settled = client.settlePending(50);
    let versions = await disk.pending(address);
    while (versions.length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      versions = await disk.pending(address);
    }
    await send("evm_mine");
    await settled;
    expect(new Set(versions.map(({ nonce }) => nonce))).to.deep.equal(new Set([left!.nonce]));
    const contents = versions.map(({ raw }) => Transaction.from(raw).data);
    expect(new Set(contents).size).to.equal(1);
    const prices = versions.map(({ raw }) => Transaction.from(raw).maxFeePerGas!);
    for (const [index, price] of prices.slice(1).entries()) {
      expect(price * 1000n >= prices[index]! * 1125n).to.equal(true);
    }
    expect(await committed()).to.equal(1);
    expect(events.at(-1)).to.deep.include({ type: "settled", outcome: "mined" });
  });

  it("finds out that an earlier version was mined", async () => {
    // The second version is written down, and never sent.
    await leaveCommit("write", 2);
    const [first, second] = await disk.pending(address);
    expect(second!.nonce).to.equal(first!.nonce);
    await send("evm_mine");
    const { client, events } = await start();
    await client.settlePending(50);
    expect(events.filter(({ type }) => type === "settled")).to.deep.equal([
      {
        type: "settled",
        purpose: "commit 1",
        nonce: first!.nonce,
        outcome: "mined",
        hash: first!.hash,
      },
    ]);
    const mined = events.find((event) => event.type === "mined");
    expect(mined).to.include({ hash: first!.hash });
    expect(mined!.costWei > 0n).to.equal(true);
  });

  it("finds out that another transaction has used the nonce", async () => {
    await leaveCommit("write");
    await send("evm_setAutomine", [true]);
    const wallet = new Wallet(KEY, fixture.ethers.provider);
    await wallet.sendTransaction({ to: address, value: 1n });
    const { client, events } = await start();
    await client.settlePending(50);
    expect(events.at(-1)).to.include({ type: "settled", outcome: "displaced" });
    expect(await committed()).to.equal(0);
    expect(await disk.pending(address)).to.deep.equal([]);
  });

  it("settles before it sends anything else, without being asked to", async () => {
    await leaveCommit("write");
    await send("evm_setAutomine", [true]);
    const nonce = await nonceNow();
    // The second block can only be committed after the first.
    await commitSecond(await start());
    expect([await committed(), await nonceNow()]).to.deep.equal([2, nonce + 2]);
  });

  it("replaces a transaction that L1 would revert by an empty one", async () => {
    await leaveCommit("write");
    const [left] = await disk.pending(address);
    await send("evm_setAutomine", [true]);
    const other = createTestBlock(fixture.client, fixture.genesis, [], {
      timestamp,
      newStateRoot: 77n,
    });
    await fixture.client.commitBlocks(fixture.genesis, [other.commitBlock]);
    const { client, events } = await start();
    await client.settlePending(50);
    expect(await nonceNow()).to.equal(left!.nonce + 1);
    expect(events.at(-1)).to.deep.include({ type: "settled", outcome: "displaced" });
    const sent = events.find((event) => event.type === "sent");
    expect(sent).to.include({ purpose: `replacement of nonce ${left!.nonce}` });
    const price = Transaction.from(left!.raw).maxFeePerGas!;
    expect(sent!.gasPriceMaxWei > price).to.equal(true);
  });

  it("fills a gap before a transaction of the journal", async () => {
    const { client, mortal } = await start();
    const nonce = await nonceNow();
    const wallet = new Wallet(KEY, mortal.provider.ethers);
    const { maxFeePerGas, maxPriorityFeePerGas } = await mortal.provider.ethers.getFeeData();
    const fees = { maxFeePerGas: maxFeePerGas!, maxPriorityFeePerGas: maxPriorityFeePerGas! };
    const rest = { to: address, chainId: 31_337, gasLimit: 21_000, type: 2, ...fees };
    const raw = await wallet.signTransaction({ ...rest, nonce: nonce + 2 });
    const { hash } = Transaction.from(raw);
    const purpose = "transfer";
    await disk.write({ account: address, nonce: nonce + 2, hash: hash!, raw, purpose, sentAt: 0 });
    await client.settlePending(50);
    expect(await nonceNow()).to.equal(nonce + 3);
    expect((await fixture.ethers.provider.getTransactionReceipt(hash!))?.status).to.equal(1);
  });

  it("sends nothing that it cannot write down", async () => {
    const { client, mortal } = await start();
    const failing: L1Journal = {
      ...disk,
      write: () => Promise.reject(new Error("disk full")),
    };
    const wallet = new Wallet(KEY, mortal.provider.ethers);
    const sender = await connectRollup(client, wallet, { ...PATIENCE, journal: failing });
    const commit = sender.commitBlocks(fixture.genesis, [firstBlock().commitBlock]);
    const failed = await commit.catch((error: unknown) => (error as Error).message);
    expect(failed).to.equal("disk full");
    expect(mortal.calls).not.to.include("eth_sendRawTransaction");
  });
});
