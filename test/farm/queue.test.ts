/** Proof jobs in PostgreSQL: operators, workers, and jobs of which one of them fails. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { jobIdOf, queueOf, statementOf } from "../../src/farm/job.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { describeWithPostgres, openTestDatabase, type TestDatabase } from "../helpers/postgres.ts";
import {
  createFarmWorld,
  FarmProver,
  type FarmWorld,
  jobOf,
  KEYS,
  proofOf,
  until,
} from "./farm-world.ts";

/** The statements that docs/farm.md has for a worker's account. */
const WORKER_GRANTS = readFileSync(join(PACKAGE_ROOT, "docs/farm.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("GRANT "));
const WRONG = { ...proofOf(jobOf(999)) };
const wrongProof = (job: ProofJob) => Promise.resolve({ ...WRONG, publicInputs: job.publicInputs });

describeWithPostgres("farm: proof jobs in PostgreSQL", function (url) {
  let database: TestDatabase;
  let world: FarmWorld;
  before(async () => {
    database = await openTestDatabase(url, "farm");
  });
  after(() => database.drop());
  beforeEach(() => {
    world = createFarmWorld(database);
  });
  afterEach(async () => {
    await world.close();
    await database.query(`TRUNCATE ${database.schema}.job, ${database.schema}.rollup_proof`);
  });

  const statesOf = async () =>
    (await database.query<{ state: string }>(`SELECT state::text FROM ${database.schema}.job`)).map(
      ({ state }) => state,
    );

  it("gives jobs to workers, each once, with inputs and proofs unchanged", async () => {
    const operator = await world.operator();
    const provers = [new FarmProver(), new FarmProver()];
    await Promise.all(provers.map((prover, index) => world.worker(`w${index}`, prover)));
    const jobs = Array.from({ length: 12 }, (_, number) => jobOf(number, 4 + (number % 2)));
    const proofs = await Promise.all(jobs.map((job) => operator.prove(job)));
    expect(proofs).to.deep.equal(jobs.map(proofOf));
    const made = provers.flatMap((prover) => prover.jobs);
    const byNumber = (one: ProofJob, other: ProofJob) =>
      Number(one.publicInputs[0]! - other.publicInputs[0]!);
    expect(made.sort(byNumber).map(({ publicInputs }) => publicInputs)).to.deep.equal(
      jobs.map(({ publicInputs }) => publicInputs),
    );
    const { amount, path } = made[3]!.input as { amount: string; path: string[][] };
    expect(BigInt(amount)).to.equal(2n ** 250n + 3n);
    expect(path.map((row) => row.map(BigInt))).to.deep.equal([[1n, 0n], [3n]]);
    expect(await statesOf()).to.deep.equal([]);
  });

  it("goes on with the others while the database refuses one of its jobs", async () => {
    const operator = await world.operator();
    await world.worker("w");
    const { schema } = database;
    // As a row that is too large for the server, or that a rule of its owner forbids.
    await database.query(`CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'not this one'; END $$`);
    const refused = statementOf(jobOf(1), KEYS[0]!);
    await database.query(`CREATE TRIGGER refuse BEFORE INSERT ON ${schema}.job FOR EACH ROW
      WHEN (NEW::text LIKE '%${refused}%') EXECUTE FUNCTION ${schema}.refuse()`);
    const waiting = operator.prove(jobOf(1));
    await until(() => world.log.has("not this one"));
    const others = [2, 3, 4].map((number) => jobOf(number));
    const proofs = await Promise.all(others.map((job) => operator.prove(job)));
    expect(proofs).to.deep.equal(others.map(proofOf));
    await database.query(`DROP TRIGGER refuse ON ${schema}.job`);
    expect(await waiting).to.deep.equal(proofOf(jobOf(1)));
    const lines = world.log.lines.filter((line) => line.includes("not this one"));
    // Once while it is the only job, and all that is asked fails, and once beside the others.
    expect(lines.length).to.be.at.most(2);
  });

  it("makes no proof again that it has, after a restart of the operator", async () => {
    const prover = new FarmProver();
    await world.worker("w", prover);
    const first = await world.operator();
    await first.prove(jobOf(1));
    await first.close();
    const second = await world.operator();
    expect(await second.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
    expect(prover.jobs).to.have.length(1);
  });

  it("takes the proof that was made while no operator ran", async () => {
    const first = await world.operator();
    const failed = expectRejection("PROVER_CLOSED", first.prove(jobOf(1)));
    await until(async () => (await statesOf()).length === 1);
    await first.close();
    await failed;
    const prover = new FarmProver();
    await world.worker("w", prover);
    await until(async () => (await statesOf()).includes("completed"));
    const second = await world.operator();
    expect(await second.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
    expect(prover.jobs).to.have.length(1);
  });

  it("believes no proof that somebody has written into its own table", async () => {
    const operator = await world.operator();
    const statement = statementOf(jobOf(1), KEYS[0]!);
    const text = JSON.stringify({ proof: new Array(8).fill("0x1"), publicInputs: ["0x1", "0x2"] });
    await database.query(
      `INSERT INTO ${database.schema}.rollup_proof (statement, proof, worker) VALUES ($1, $2, 'x')`,
      [statement, text],
    );
    await world.worker("w");
    expect(await operator.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
  });

  it("says when a worker begins with a job, to all who wait for it", async () => {
    const operator = await world.operator();
    const started: string[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const first = operator.prove(jobOf(1), undefined, () => started.push("first"));
    await until(async () => (await statesOf()).length === 1);
    expect(started).to.deep.equal([]);
    expect(operator.workers).to.deep.equal([]);
    const prover = new FarmProver((job) => finished.then(() => proofOf(job)));
    const { name } = await world.worker("slow", prover);
    await until(() => started.length === 1);
    const second = operator.prove(jobOf(1), undefined, () => started.push("second"));
    expect(started).to.deep.equal(["first", "second"]);
    finish();
    expect(await Promise.all([first, second])).to.deep.equal([
      proofOf(jobOf(1)),
      proofOf(jobOf(1)),
    ]);
    expect(operator.workers).to.have.length(1);
    expect(operator.workers![0]).to.include({ name, proofs: 1, wrong: 0, failures: 0 });
  });

  it("names the worker of a wrong proof, gives the job to another, and trusts it no more", async () => {
    const operator = await world.operator();
    const wrong = new FarmProver(wrongProof);
    const bad = await world.worker("bad", wrong);
    const pending = operator.prove(jobOf(1));
    await until(() => world.log.has(`The prover ${bad.name} has made a proof for key 4`));
    const good = new FarmProver();
    const trusted = await world.worker("good", good);
    expect(await pending).to.deep.equal(proofOf(jobOf(1)));
    expect(good.jobs).to.have.length(1);
    for (const number of [2, 3, 4]) await operator.prove(jobOf(number));
    await until(() => wrong.jobs.length >= 1);
    const known = new Map(operator.workers!.map((worker) => [worker.name, worker]));
    expect(known.size).to.equal(2);
    expect(known.get(bad.name)!.wrong).to.be.at.least(1);
    expect(known.get(bad.name)!.proofs).to.equal(0);
    expect(known.get(trusted.name)).to.include({ proofs: 4, wrong: 0, isTrusted: true });
    await world.close();
  });

  it("refuses the answers of a worker after three wrong proofs, and blames nobody else", async () => {
    const operator = await world.operator();
    const prover = new FarmProver(wrongProof);
    const bad = await world.worker("bad", prover, { concurrency: 1 });
    for (const number of [1, 2, 3]) void operator.prove(jobOf(number)).catch(() => undefined);
    await until(() => world.log.has(`${bad.name} is not trusted any more, after 3 wrong proofs`));
    expect(operator.workers![0]).to.include({ name: bad.name, wrong: 3, isTrusted: false });
    await bad.stop("finish");
    await world.worker("good");
    prover.make = (job) => Promise.resolve(proofOf(job));
    expect(await operator.prove(jobOf(4))).to.deep.equal(proofOf(jobOf(4)));
  });

  it("gives a job that fails to others, and says in the end who has failed", async () => {
    const operator = await world.operator();
    const failing = () => Promise.reject(new Error("no memory"));
    const one = await world.worker("one", new FarmProver(failing));
    const other = await world.worker("other", new FarmProver(failing));
    const error = await expectRejection("FARM_JOB_FAILED", operator.prove(jobOf(1)));
    const reasons = error.facts["reasons"] as string[];
    expect(reasons).to.have.length(4);
    const names = reasons.map((reason) => reason.split(":")[0]);
    expect(new Set(names)).to.deep.equal(new Set([one.name, other.name]));
    expect(names[0]).not.to.equal(names[1]);
    await Promise.all([one.stop("finish"), other.stop("finish")]);
    await world.worker("third");
    expect(await operator.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
  });

  it("gives the job of a dead worker to another", async () => {
    const operator = await world.operator();
    const stuck = new FarmProver(() => new Promise(() => {}));
    await world.worker("dead", stuck);
    const pending = operator.prove(jobOf(1));
    await until(() => stuck.jobs.length === 1);
    // As if it had been silent for a while; it is alive, so it must give up the job.
    await database.query(
      `UPDATE ${database.schema}.job SET heartbeat_on = now() - interval '1 hour'`,
    );
    await world.worker("alive");
    expect(await pending).to.deep.equal(proofOf(jobOf(1)));
  });

  it("takes a job back that is aborted, and one that stops returns it at once", async () => {
    const operator = await world.operator();
    const stuck = new FarmProver(() => new Promise(() => {}));
    const slow = await world.worker("slow", stuck);
    const abort = new AbortController();
    const aborted = operator.prove(jobOf(1), abort.signal).catch((error: unknown) => error);
    const pending = operator.prove(jobOf(2));
    await until(() => stuck.jobs.length === 1);
    abort.abort(new Error("the block has changed"));
    expect(String(await aborted)).to.equal("Error: the block has changed");
    await slow.stop("return");
    await world.worker("next");
    expect(await pending).to.deep.equal(proofOf(jobOf(2)));
    await until(async () => (await statesOf()).length === 0);
  });

  it("goes on when somebody deletes, completes or changes its jobs", async () => {
    const operator = await world.operator();
    const { schema } = database;
    const job = (n: number) => jobIdOf(statementOf(jobOf(n), KEYS[0]!), 0);
    const pending = [1, 2, 3, 4].map((number) => operator.prove(jobOf(number)));
    await until(async () => (await statesOf()).length === 4);
    const junk = JSON.stringify({ body: "{}", publicKey: "A".repeat(43), signature: "" });
    const complete = "SET state = 'completed', started_on = now(), output =";
    await database.query(`DELETE FROM ${schema}.job WHERE id = $1`, [job(1)]);
    await database.query(`UPDATE ${schema}.job ${complete} $2 WHERE id = $1`, [job(2), junk]);
    await database.query(
      `UPDATE ${schema}.job ${complete} jsonb_build_object('a', repeat('x', 50000000)) WHERE id = $1`,
      [job(3)],
    );
    await database.query(
      `UPDATE ${schema}.job SET data = jsonb_set(data, '{publicInputs}', '["0x7"]') WHERE id = $1`,
      [job(4)],
    );
    await world.worker("w");
    expect(await Promise.all(pending)).to.deep.equal([1, 2, 3, 4].map((n) => proofOf(jobOf(n))));
  });

  it("gives out a right proof also when the database does not keep it", async () => {
    const operator = await world.operator();
    const proofs = `${database.schema}.rollup_proof`;
    const pending = operator.prove(jobOf(1));
    await until(async () => (await statesOf()).length === 1);
    await database.query(`ALTER TABLE ${proofs} ADD CONSTRAINT refused CHECK (false) NOT VALID`);
    try {
      await world.worker("w");
      expect(await pending).to.deep.equal(proofOf(jobOf(1)));
    } finally {
      await database.query(`ALTER TABLE ${proofs} DROP CONSTRAINT refused`);
    }
  });

  it("gives the proof to who asks again while that of an aborted job is kept", async () => {
    const operator = await world.operator();
    const proofs = `${database.schema}.rollup_proof`;
    const abort = new AbortController();
    const aborted = operator.prove(jobOf(1), abort.signal).catch((error: unknown) => error);
    await until(async () => (await statesOf()).length === 1);
    const lock = `DO $$ BEGIN LOCK TABLE ${proofs}; PERFORM pg_sleep(1.5); END $$`;
    const locked = database.query(lock);
    await world.worker("w");
    const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = $1::regclass";
    await until(async () => (await database.query(waiting, [proofs])).length > 0);
    abort.abort(new Error("the block is rebuilt"));
    expect(await operator.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
    expect(String(await aborted)).to.equal("Error: the block is rebuilt");
    await locked;
  });

  it("takes its clock for the time that a job may take, not that of the database", async () => {
    const operator = await world.operator({ jobTimeoutMs: 300 });
    let calls = 0;
    const stuck = new FarmProver((job) => {
      return ++calls === 1 ? new Promise(() => {}) : Promise.resolve(proofOf(job));
    });
    await world.worker("w", stuck, { concurrency: 2 });
    expect(await operator.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
    expect(stuck.jobs).to.have.length(2);
  });

  it("needs of a worker's account only what the documents grant", async () => {
    const operator = await world.operator();
    const { schema } = database;
    const role = `${schema}_worker`;
    await database.query(`CREATE ROLE ${role} LOGIN`);
    try {
      for (const grant of WORKER_GRANTS) {
        await database.query(grant.replaceAll("rollup_farm", schema).replaceAll("worker", role));
      }
      const account = new URL(url);
      account.username = role;
      const prover = new FarmProver();
      await world.worker("limited", prover, { url: account.href });
      expect(await operator.prove(jobOf(1))).to.deep.equal(proofOf(jobOf(1)));
      expect(prover.jobs).to.have.length(1);
    } finally {
      await world.close();
      await database.query(`DROP OWNED BY ${role}`);
      await database.query(`DROP ROLE ${role}`);
    }
  });

  it("gives no job to a worker with other keys", async () => {
    const operator = await world.operator();
    const other = new FarmProver();
    const keys = [{ ...KEYS[0]!, key: KEYS[1]!.key }];
    await world.worker("other", other, { keys });
    const good = new FarmProver();
    const pending = operator.prove(jobOf(1));
    await until(async () => (await statesOf()).length === 1);
    await world.worker("good", good);
    await pending;
    expect(other.jobs).to.have.length(0);
    expect(queueOf(keys[0]!)).not.to.equal(queueOf(KEYS[0]!));
  });
});
