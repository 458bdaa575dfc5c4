/**
 * Faults that a long-running operator meets: each scenario is one fault with the required outcome.
 * Users sign, send and are paid all the time; each scenario ends with a comparison of their book
 * with L1.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { RollupWallet } from "../../src/sdk.ts";
import { callRpc, codeOf, poll, sleep } from "../helpers/json-rpc.ts";
import { connectUsers } from "./load.ts";
import { mineEach, runTask, startOperator, VALIDATOR, freePort } from "./processes.ts";
import type { World } from "./world.ts";

export interface Scenario {
  readonly name: string;
  /** The required outcome. */
  readonly title: string;
  /** Time between L1 blocks; by default each transaction is mined at once. */
  readonly mineEachMs?: number;
  run(world: World, options: ScenarioOptions): Promise<void>;
}

export interface ScenarioOptions {
  readonly kills: number;
}

/** Time for transactions to be executed; a lost L1 transaction is resent after a minute. */
const EXECUTION_LIMIT_MS = 180_000;

/** Refusals of an operator whose blocks L1 does not have. */
const LOSER_CODES = ["BLOCKS_UNKNOWN", "OPERATOR_NOT_ACCEPTING"];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "failed-lookup",
    title: "continues if the lookup of a sent transaction fails",
    run: async (world) => {
      world.proxy.faults = {
        httpError: { status: 502, percent: 100, times: 3, methods: ["eth_getTransactionByHash"] },
      };
      await expectExecuted(world, await world.load.send(5));
    },
  },
  {
    name: "forgotten-transaction",
    title: "resends a transaction that the node has accepted and forgotten",
    run: async (world) => {
      world.proxy.faults = { forgetTransaction: { percent: 100, times: 1 } };
      await expectExecuted(world, await world.load.send(3));
    },
  },
  {
    name: "lost-answers",
    title: "finds the outcome of transactions whose answers are lost",
    run: async (world) => {
      const methods = [
        "eth_sendRawTransaction",
        "eth_sendTransaction",
        "eth_getTransactionReceipt",
      ];
      world.proxy.faults = { loseAnswer: { percent: 30, methods } };
      await expectExecuted(world, await world.load.send(20));
    },
  },
  {
    name: "unreliable-l1",
    title: "continues while L1 answers one call in four with 502, 429, a reset or nothing",
    run: async (world) => {
      world.proxy.faults = {
        httpError: { status: world.random.pick([429, 502]), percent: 12 },
        reset: { percent: 10 },
        hang: { percent: 2 },
      };
      const hashes = await world.load.send(12);
      await sleep(20_000);
      world.proxy.faults = {};
      await expectExecuted(world, hashes);
    },
  },
  {
    name: "outage",
    title: "continues after an outage of L1",
    run: async (world) => {
      world.proxy.faults = { reset: { percent: 100 } };
      const hashes = await world.load.send(8);
      await sleep(15_000);
      world.proxy.faults = {};
      await expectExecuted(world, hashes);
    },
  },
  {
    name: "old-commit",
    title: "continues if a predecessor's commit is mined after its own start",
    run: async (world) => {
      await killWithPendingTransaction(world);
      const { l1 } = world;
      // The new operator waits until the outcome of its predecessor's transactions is known.
      const restarted = world.restart();
      await sleep(world.random.int(25_000));
      await callRpc(l1.url, "evm_mine", []);
      await callRpc(l1.url, "evm_setAutomine", [true]);
      await restarted;
      await expectProgress(world);
    },
  },
  {
    name: "pending-predecessor",
    title: "replaces a predecessor's transactions in the pool after fees have risen",
    run: async (world) => {
      await killWithPendingTransaction(world);
      const { l1 } = world;
      const block = (await callRpc(l1.url, "eth_getBlockByNumber", ["latest", false])) as {
        baseFeePerGas: string;
      };
      const raised = `0x${(BigInt(block.baseFeePerGas) * 50n).toString(16)}`;
      await callRpc(l1.url, "hardhat_setNextBlockBaseFeePerGas", [raised]);
      await callRpc(l1.url, "evm_mine", []);
      await mineEach(l1.url, 1_000);
      await world.restart();
      await expectProgress(world);
      await mineEach(l1.url, 0);
    },
  },
  {
    name: "two-operators",
    title: "accepts nothing after another operator has committed",
    run: async (world) => {
      const { l1, users, dir } = world;
      const rival = await startOperator({
        ...world.settings,
        port: await freePort(),
        output: join(dir, "rival.json"),
      });
      try {
        // Both are the same validator. Either may win; the loser must stop accepting.
        for (let round = 0; round < 10; round++) {
          await world.load.send(1).catch(() => []);
          await sleep(500);
        }
        const rivals = await connectUsers(l1.url, rival.url, 1);
        const wallets = [users.wallets[0]!, rivals.wallets[0]!];
        const refusals = await poll(
          () => Promise.all(wallets.map(refusalOf)),
          (codes) => codes.some((code) => LOSER_CODES.includes(code)),
          EXECUTION_LIMIT_MS,
          2_000,
        );
        rivals.l1.destroy();
        expect(refusals, "one of them refuses").to.satisfy((codes: string[]) =>
          codes.some((code) => LOSER_CODES.includes(code)),
        );
      } finally {
        await rival.kill();
      }
      // After a restart it continues from the blocks on L1, no matter which operator has won.
      await world.operator.kill();
      await world.restart();
      await expectProgress(world);
    },
  },
  {
    name: "steady-load",
    title: "proves and executes while blocks are sealed faster than L1 takes them",
    mineEachMs: 1_000,
    run: async (world) => {
      world.load.start(20);
      await sleep(45_000);
      const { committed, executed } = await readBlockCounts(world);
      const { accepted } = world.load;
      const done = (await world.load.audit(world.rollup)).executed;
      await world.load.stop();
      expect(executed, "blocks executed under load").to.be.greaterThan(3);
      expect(executed, `of ${committed} committed blocks`).to.be.at.least(committed / 2);
      expect(done, `of ${accepted} accepted transactions`).to.be.at.least(accepted / 8);
      await mineEach(world.l1.url, 0);
      await expectProgress(world);
    },
  },
  {
    name: "log-limits",
    title: "restores from nodes that limit ranges, results and rates",
    run: async (world) => {
      const { l1, proxy, dir, rollup } = world;
      await expectExecuted(world, await world.load.send(12));
      await callRpc(l1.url, "hardhat_mine", ["0x2710"]);
      const nodes = [
        { logs: { blocksMax: 400 } },
        { logs: { resultsMax: 3 } },
        { httpError: { status: 502, percent: 8 } },
        { httpError: { status: 429, percent: 20 } },
      ];
      for (const [index, faults] of nodes.entries()) {
        proxy.faults = faults;
        const output = join(dir, `restored-${index}.json`);
        const { code, log } = await runTask(
          ["rollup:restore", "--network", "l1", "--rollup", rollup, "--output", output],
          proxy.url,
        );
        expect(code, `${JSON.stringify(faults)}: ${log}`).to.equal(0);
      }
      proxy.faults = {};
    },
  },
  {
    name: "changed-checkpoint",
    title: "refuses a changed checkpoint",
    run: async (world) => {
      await world.operator.kill();
      const { output } = world.settings;
      const text = await readFile(output, "utf8");
      const changed = text.replace(/("nextRequestId":\s*)\d+/, "$1999");
      expect(changed).not.to.equal(text);
      await writeFile(output, changed);
      await world.restart();
      const [wallet] = world.users.wallets;
      const before = await wallet!.getBalance("ETH");
      await wallet!.deposit({ token: "ETH", amount: 7n });
      const after = await poll(
        () => wallet!.getBalance("ETH"),
        (balance) => balance === before + 7n,
        EXECUTION_LIMIT_MS,
      );
      expect(after).to.equal(before + 7n);
    },
  },
  {
    name: "kills",
    title: "continues by itself after random kills under load",
    mineEachMs: 12_000,
    run: async (world, { kills }) => {
      // About the rate of the smallest preset at one L1 block in 12 s.
      world.load.start(10_000);
      for (let kill = 1; kill <= kills; kill++) {
        await sleep(3_000 + world.random.int(15_000));
        await world.operator.kill();
        await sleep(world.random.int(1_000));
        await world.restart();
        process.stdout.write(`  kill ${kill} of ${kills}, ${world.load.accepted} accepted\n`);
      }
      await sleep(5_000);
      await world.load.stop();
      await expectProgress(world, 10 * 60_000);
    },
  },
];

/** Submits a transaction that moves no money. @returns Code of its refusal; "" if accepted. */
function refusalOf(wallet: RollupWallet): Promise<string> {
  return wallet.setSigningKey().then(() => "", codeOf);
}

/** Kills the operator while a transaction of it waits in the pool of an L1 that mines nothing. */
async function killWithPendingTransaction(world: World): Promise<void> {
  await callRpc(world.l1.url, "evm_setAutomine", [false]);
  await world.load.send(1);
  await poll(
    () => pendingNonces(world),
    (nonces) => nonces.length > 0,
    30_000,
  );
  await world.operator.kill();
}

async function pendingNonces({ l1 }: World): Promise<number[]> {
  const pending = (await callRpc(l1.url, "eth_pendingTransactions")) as {
    from: string;
    nonce: string;
  }[];
  const ofValidator = pending.filter(({ from }) => from.toLowerCase() === VALIDATOR.toLowerCase());
  return ofValidator.map(({ nonce }) => Number(nonce));
}

/** Numbers of the last committed and the last executed block. */
async function readBlockCounts({ users, rollup }: World) {
  const { connectRollup } = await import("../../src/l1/client.ts");
  const client = await connectRollup({ rollupAddress: rollup }, users.wallets[0]!.l1Signer);
  const { committed, executed } = await client.contract.blockCounts();
  return { committed: Number(committed), executed: Number(executed) };
}

async function expectExecuted(
  world: World,
  hashes: readonly string[],
  limitMs = EXECUTION_LIMIT_MS,
): Promise<void> {
  const { provider } = world.users;
  for (const hash of hashes) {
    const isDone = (status?: string) => status === "executed" || status === "rejected";
    const receipt = await poll(
      () => provider.getReceipt(hash),
      (found) => isDone(found?.status),
      limitMs,
    );
    expect(receipt?.status, world.operator.log().slice(-2_000)).to.equal("executed");
  }
}

/** Expects that a new transaction of each user is executed, even if earlier ones are lost. */
async function expectProgress(world: World, limitMs = EXECUTION_LIMIT_MS): Promise<void> {
  const { wallets } = world.users;
  const send = async () => world.load.send(wallets.length);
  let refusal = "";
  const hashes = await poll(
    () => send().catch((error: unknown) => Promise.reject(new Error((refusal = codeOf(error))))),
    () => true,
    limitMs,
  );
  if (hashes === undefined) expect.fail(`still refused: ${refusal}\n${world.operator.log()}`);
  await expectExecuted(world, hashes, limitMs);
}
