/** Worker processes without Hardhat that prove an operator's blocks, also when one is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { hashVerificationKey, type KeyedCircuit, writeWorkerKeys } from "../../src/farm/keys.ts";
import { createQueueProver } from "../../src/farm/queue-prover.ts";
import { createGroth16Workers, type Groth16Workers } from "../../src/groth16/provers/workers.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { fromJobProof } from "../../src/prover/job-proof.ts";
import type { Prover } from "../../src/prover/prover.ts";
import { createOperatorWorld } from "../helpers/operator-world.ts";
import { describeWithPostgres, openTestDatabase, type TestDatabase } from "../helpers/postgres.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { FarmLog, until } from "./farm-world.ts";

const BLOCKS = 4;

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly ended: Promise<number | null>;
}

describeWithPostgres("farm: worker processes", function (url) {
  const kind = PRESETS.minimal.blockKinds[0]!;
  const folder = mkdtempSync(join(tmpdir(), "farm-keys-"));
  const children = new Set<ChildProcess>();
  const log = new FarmLog();
  let database: TestDatabase;
  let threads: Groth16Workers;
  let circuit: Circuit;
  let prover: Prover;

  before(async () => {
    database = await openTestDatabase(url, "farm");
    threads = createGroth16Workers({ threads: 1 });
    circuit = await loadBlockCircuit(PRESETS.minimal, kind, { workers: threads });
    const [keyId, zkeyPath] = [blockKindId(kind), await circuit.zkeyPath()];
    const key = hashVerificationKey(await circuit.verificationKey());
    const keyed: KeyedCircuit = { keyId, circuit: circuit.digest, key, zkeyPath, loaded: circuit };
    await writeWorkerKeys(folder, [keyed]);
    const verify = (_: number, proof: Parameters<typeof fromJobProof>[0]) =>
      circuit.verify(fromJobProof(proof));
    const { schema } = database;
    prover = await createQueueProver({
      url,
      schema,
      keys: [keyed],
      verify,
      logger: log,
      heartbeatSeconds: 10,
    });
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await prover.close();
    await threads.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  function startWorker(name: string, keys = folder): WorkerProcess {
    const options = ["--keys", keys, "--schema", database.schema, "--name", name];
    const child = spawn(process.execPath, ["src/cli.ts", "prover", ...options], {
      cwd: PACKAGE_ROOT,
      env: { ...process.env, ROLLUP_PROVER_QUEUE: url },
    });
    children.add(child);
    let text = "";
    child.stdout.on("data", (data) => (text += String(data)));
    child.stderr.on("data", (data) => (text += String(data)));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { child, log: () => text, ended };
  }

  it("proves all blocks by two of them, also after kill -9 of one", async () => {
    const world = await createOperatorWorld({ prover, logger: log });
    for (let block = 0; block < BLOCKS; block++) {
      world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: BigInt(1 + block) });
      await world.operator.syncL1();
      world.operator.sealBlock();
    }
    const workers = [startWorker("first"), startWorker("second")] as const;
    const isReady = ({ log }: WorkerProcess) => log().includes("waits for proof jobs");
    await until(() => workers.every(isReady));
    const processing = world.operator.processBlocks();
    const ownerOf = (name: string) => log.lines.filter((line) => line.includes(`by ${name}#`));
    await until(() => ownerOf("first").length > 0 && ownerOf("second").length > 0);
    workers[0].child.kill("SIGKILL");
    await workers[0].ended;
    // As if the time had passed after which a silent worker counts as dead.
    const lost = await database.query<{ id: string }>(
      `UPDATE ${database.schema}.job SET heartbeat_on = now() - interval '1 hour'
      WHERE state = 'active' AND heartbeat_on < now() RETURNING id`,
    );
    const blocks = await processing;
    expect(blocks).to.have.length(BLOCKS);
    expect(world.l1.statuses).to.deep.equal(new Array(BLOCKS).fill("executed"));
    expect(lost.length).to.be.at.most(2);
    expect(log.has("PROOF_INVALID")).to.equal(false);
    workers[1].child.kill("SIGTERM");
    expect(await workers[1].ended).to.equal(0);
    const printed = workers[1].log();
    expect(printed).to.match(/second#[0-9a-f]{16} has proven [1-9]\d* jobs, in \d+\.\d s each/);
    expect(printed).to.match(/^\d\d:\d\d:\d\d Proven in \d+\.\d s: job [0-9a-f-]{36}$/m);
  });

  it("FARM_KEYS_INVALID: a damaged file, or no list of keys", async () => {
    const name = `${circuit.name}.wasm`;
    const wasm = await readFile(join(folder, name));
    await writeFile(join(folder, name), wasm.subarray(1));
    const damaged = startWorker("damaged");
    expect(await damaged.ended).to.equal(1);
    expect(damaged.log()).to.include("FARM_KEYS_INVALID").and.include("damaged");
    await writeFile(join(folder, name), wasm);
    const empty = startWorker("empty", join(folder, "none"));
    expect(await empty.ended).to.equal(1);
    expect(empty.log()).to.include("there is no keys.json");
  });
});
