/** Two operators of one rollup as real processes: one leads, the other one waits for its end. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { JsonRpcServer } from "hardhat/types/network";
import { connectUsers, type Users } from "../faults/load.ts";
import { freePort, VALIDATOR, VALIDATOR_KEY } from "../faults/processes.ts";
import { type RunningHardhat, startHardhatWith } from "../helpers/hardhat-cli.ts";
import { callRpc, codeOf, poll } from "../helpers/json-rpc.ts";
import { describeWithPostgres, openTestDatabase, type TestDatabase } from "../helpers/postgres.ts";

const CONFIG = join(import.meta.dirname, "..", "faults", "hardhat.config.ts");
const LIMIT_MS = 150_000;
const POLL_MS = 100;

interface OperatorProcess extends RunningHardhat {
  readonly url: string;
}

/** An L1 node in this process, and operators in others. */
class World {
  readonly #processes: OperatorProcess[] = [];
  readonly folder: string;
  readonly l1Url: string;
  readonly rollup: string;
  readonly #server: JsonRpcServer;

  private constructor(server: JsonRpcServer, l1Url: string, rollup: string, folder: string) {
    this.#server = server;
    this.l1Url = l1Url;
    this.rollup = rollup;
    this.folder = folder;
  }

  static async create(): Promise<World> {
    const server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const url = `http://${address}:${port}`;
    const l1 = await hre.network.create({ network: "localhost", override: { url } });
    await l1.rollup.deploy({ prover: "mock", mode: "manual" });
    const rollup = await l1.rollup.contracts.rollup.getAddress();
    await l1.close();
    return new World(server, url, rollup, await mkdtemp(join(tmpdir(), "standby-")));
  }

  async start(store: string): Promise<OperatorProcess> {
    const port = await freePort();
    const variables = { FAULTS_PROVER: "mock", FAULTS_L1_KEY: VALIDATOR_KEY };
    const started = startHardhatWith(
      { ...variables, FAULTS_L1_URL: this.l1Url },
      ...["--config", CONFIG, "rollup:operator", "--network", "l1", "--rollup", this.rollup],
      ...["--port", String(port), "--admin-port", String(await freePort())],
      ...["--output", join(this.folder, "checkpoint.json"), "--store", store, "--json-logs"],
    );
    const operator = { ...started, url: `http://127.0.0.1:${port}` };
    this.#processes.push(operator);
    return operator;
  }

  /** Number of transactions that the operator's account has sent. */
  nonce(): Promise<unknown> {
    return callRpc(this.l1Url, "eth_getTransactionCount", [VALIDATOR, "pending"]);
  }

  async close(): Promise<void> {
    for (const { process, outcome } of this.#processes) {
      process.kill("SIGKILL");
      await outcome;
    }
    await this.#server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits for an answer of `/ready`: a status of HTTP and what it says. */
async function untilReady(
  { url, log, isAlive }: OperatorProcess,
  status: number,
  word: string,
): Promise<void> {
  const read = async () => {
    const response = await fetch(`${url}/ready`);
    return `${response.status} ${await response.text()}`;
  };
  const isWanted = (found: string) =>
    (found.startsWith(`${status} `) && found.includes(word)) || !isAlive();
  const found = await poll(read, isWanted, LIMIT_MS, POLL_MS);
  expect(found, log()).to.include(word);
}

const lead = (operator: OperatorProcess) => untilReady(operator, 200, '"ready":true');

async function expectStandby(standby: OperatorProcess, leader: OperatorProcess): Promise<void> {
  await untilReady(standby, 503, '"standby"');
  expect((await fetch(`${standby.url}/health`)).status).to.equal(200);
  for (const method of ["rollup_getConfig", "rollup_submitTransaction", "eth_chainId"]) {
    const refusal = await callRpc(standby.url, method).catch((error: unknown) => error);
    expect(codeOf(refusal), method).to.equal("OPERATOR_IS_STANDBY");
  }
  expect((await fetch(`${standby.url}/v1/status`)).status).to.equal(503);
  await standby.printed(new RegExp(`process ${leader.process.pid} on the host .* leads`));
}

/** Shows the time of a takeover in the title of its test; it depends on the load. */
function note({ test }: Mocha.Context, sinceMs: number): void {
  test!.title += ` (after ${Date.now() - sinceMs} ms)`;
}

/** A transfer that the operator has accepted, of which nothing is on L1 yet. */
async function acceptedTransfer({ wallets: [alice, bob] }: Users, amount: bigint): Promise<string> {
  const { hash } = await alice!.transfer({ to: bob!.address, token: "ETH", amount });
  return hash;
}

async function fund({ wallets: [alice], provider }: Users): Promise<void> {
  await alice!.deposit({ token: "ETH", amount: 1_000_000n });
  const isThere = (account: unknown) => account !== null;
  await poll(() => alice!.getAccount(), isThere, LIMIT_MS, POLL_MS);
  const { hash } = await alice!.setSigningKey();
  await executed({ provider }, hash);
}

async function executed({ provider }: Pick<Users, "provider">, hash: string): Promise<void> {
  const receipt = await poll(
    () => provider.getReceipt(hash),
    (found) => found?.status === "executed",
    LIMIT_MS,
    POLL_MS,
  );
  expect(receipt).to.have.property("status", "executed");
}

describe("e2e: an operator and its standby, on a store in a file", function () {
  this.timeout(400_000);
  let world: World;
  let leader: OperatorProcess;
  let standby: OperatorProcess;
  let store: string;
  let hash: string;

  before(async () => {
    world = await World.create();
    store = `sqlite:${join(world.folder, "node.sqlite")}`;
    leader = await world.start(store);
    await lead(leader);
    standby = await world.start(store);
  });
  after(() => world.close());

  it("refuses calls as a standby, and says who leads", () => expectStandby(standby, leader));

  it("takes over when the leader is killed, with all that was accepted", async function () {
    const users = await connectUsers(world.l1Url, leader.url, 2, LIMIT_MS);
    await fund(users);
    hash = await acceptedTransfer(users, 7n);
    leader.process.kill("SIGKILL");
    const killedAt = Date.now();
    await lead(standby);
    note(this, killedAt);
    const next = await connectUsers(world.l1Url, standby.url, 2, LIMIT_MS);
    await executed(next, hash);
    expect(await next.wallets[1]!.getBalance("ETH")).to.equal(7n);
    users.l1.destroy();
    next.l1.destroy();
  });

  it("ends without an error when a standby is interrupted", async () => {
    const second = await world.start(store);
    await expectStandby(second, standby);
    second.process.kill("SIGINT");
    expect(await second.outcome, second.log()).to.have.property("exitCode", 0);
  });

  it("LEASE_LOST: ends with an error when it leads no more", async () => {
    await rm(`${store.slice("sqlite:".length)}.lock`);
    const { exitCode, stderr, stdout } = await standby.outcome;
    expect(exitCode, stdout).to.equal(1);
    expect(stderr).to.include("LEASE_LOST").and.include("Fix:");
  });
});

describeWithPostgres("e2e: an operator and its standby, on a store in PostgreSQL", function (url) {
  this.timeout(400_000);
  let world: World;
  let database: TestDatabase;

  before(async () => {
    world = await World.create();
    database = await openTestDatabase(url, "standby");
    await database.query(`create schema ${database.schema}`);
  });
  after(async () => {
    await world.close();
    await database.drop();
  });

  it("takes over from a leader that is halted, which then cannot commit", async function () {
    const store = new URL(url);
    store.searchParams.set("options", `-c search_path=${database.schema}`);
    const leader = await world.start(store.href);
    await lead(leader);
    const standby = await world.start(store.href);
    await expectStandby(standby, leader);
    const users = await connectUsers(world.l1Url, leader.url, 2, LIMIT_MS);
    await fund(users);
    const hash = await acceptedTransfer(users, 9n);
    leader.process.kill("SIGSTOP");
    const haltedAt = Date.now();
    await lead(standby);
    note(this, haltedAt);
    const next = await connectUsers(world.l1Url, standby.url, 2, LIMIT_MS);
    await executed(next, hash);
    const before = await world.nonce();
    leader.process.kill("SIGCONT");
    const { exitCode, stderr } = await leader.outcome;
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("LEASE_LOST");
    expect(await world.nonce()).to.equal(before);
    expect(await next.wallets[1]!.getBalance("ETH")).to.equal(9n);
    users.l1.destroy();
    next.l1.destroy();
  });
});
