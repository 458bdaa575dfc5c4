/** A database of proof jobs that dies, hangs or cannot be reached, and what stays secret then. */
import { createServer, connect, type Server, type Socket, type AddressInfo } from "node:net";
import { expect } from "chai";
import { createQueueProver } from "../../src/farm/queue-prover.ts";
import { startWorker } from "../../src/farm/worker.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { describeWithPostgres, openTestDatabase, type TestDatabase } from "../helpers/postgres.ts";
import {
  createFarmWorld,
  FarmLog,
  FarmProver,
  isRight,
  jobOf,
  KEYS,
  proofOf,
  until,
} from "./farm-world.ts";

/** Passes bytes to a database, until it dies or hangs. */
class Proxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #target: URL;
  isDown = false;
  isHanging = false;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const url = new URL(this.#target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  #accept(socket: Socket): void {
    this.#keep(socket);
    if (this.isDown) {
      socket.destroy();
      return;
    }
    if (this.isHanging) return;
    const { hostname, port } = this.#target;
    const upstream = connect(Number(port || 5432), hostname);
    this.#keep(upstream);
    const pass = (to: Socket) => (data: Buffer) => {
      if (!this.isHanging) to.write(data);
    };
    socket.on("data", pass(upstream)).on("close", () => upstream.destroy());
    upstream.on("data", pass(socket)).on("close", () => socket.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }

  /** Ends all connections, as a database that dies does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describeWithPostgres("farm: a database that does not answer", function (url) {
  let database: TestDatabase;
  let proxy: Proxy;
  let throughProxy: string;
  before(async () => {
    database = await openTestDatabase(url, "farm");
    proxy = new Proxy(url);
    throughProxy = await proxy.listen();
  });
  after(async () => {
    await proxy.close();
    await database.drop();
  });

  it("loses nothing when it dies while jobs are made, proven and answered", async () => {
    const world = createFarmWorld({ ...database, url: throughProxy });
    const operator = await world.operator();
    const finishing: (() => void)[] = [];
    const slow = new FarmProver(async (job) => {
      await new Promise<void>((resolve) => finishing.push(resolve));
      return proofOf(job);
    });
    await world.worker("w", slow);
    const first = operator.prove(jobOf(1));
    await until(() => finishing.length === 1);
    proxy.isDown = true;
    proxy.cut();
    const second = operator.prove(jobOf(2));
    await until(() => world.log.has("FARM_UNREACHABLE"));
    finishing[0]!(); // the worker has an answer now, and nobody to give it to
    await new Promise((resolve) => setTimeout(resolve, 200));
    proxy.isDown = false;
    expect(await first).to.deep.equal(proofOf(jobOf(1)));
    await until(() => finishing.length === 2);
    finishing[1]!();
    expect(await second).to.deep.equal(proofOf(jobOf(2)));
    expect(slow.jobs).to.have.length(2);
    expect(world.log.has("answers again")).to.equal(true);
    await world.close();
  });

  it("lets the operator close although it hangs, and the next one finds the jobs", async () => {
    const world = createFarmWorld({ ...database, url: throughProxy });
    const operator = await world.operator();
    const failed = expectRejection("PROVER_CLOSED", operator.prove(jobOf(3)));
    const { schema } = database;
    const countJobs = async () =>
      (await database.query(`SELECT FROM ${schema}.job WHERE state = 'created'`)).length;
    await until(async () => (await countJobs()) === 1);
    proxy.isHanging = true;
    const startMs = performance.now();
    await operator.close();
    await failed;
    expect(performance.now() - startMs).to.be.lessThan(10_000);
    proxy.isHanging = false;
    proxy.cut();
    const next = await world.operator();
    await world.worker("w");
    expect(await next.prove(jobOf(3))).to.deep.equal(proofOf(jobOf(3)));
    await world.close();
  });

  it("FARM_UNREACHABLE: nothing listens, or the password is wrong, and no message has it", async () => {
    const verify = isRight;
    const port = new URL(throughProxy).port;
    proxy.isDown = true;
    const logger = new FarmLog();
    for (const target of [`127.0.0.1:1/test`, `127.0.0.1:${port}/test`, "127.0.0.1:5432/none"]) {
      const secret = `postgres://somebody:hunter%402@${target}`;
      const options = { url: secret, schema: "none", keys: KEYS, logger };
      const prover = new FarmProver();
      for (const start of [
        () => createQueueProver({ ...options, verify }),
        () => startWorker({ ...options, name: "w", prover }),
      ]) {
        const error = await expectRejection("FARM_UNREACHABLE", start());
        const shown = [String(error), JSON.stringify(error.facts), String(error.cause)].join(" ");
        expect(shown).not.to.match(/hunter/);
      }
    }
    proxy.isDown = false;
    expect(logger.lines.join(" ")).not.to.match(/hunter/);
  });

  it("FARM_URL_INVALID: no database, an unreadable URL or a strange schema", async () => {
    const cases = [
      { url: "mysql://user:hunter2@host/x" },
      { url: "postgres://user:hunter2%@[x" },
      { url: "postgres://user:hunter2@127.0.0.1:1/x", schema: "a; drop table b" },
    ];
    for (const location of cases) {
      const failing = createQueueProver({ ...location, keys: KEYS, verify: isRight });
      const error = await failing.catch((reason: unknown) => reason);
      expect(isRollupError(error) && error.code).to.equal("FARM_URL_INVALID");
      expect(String(error)).not.to.match(/hunter/);
    }
  });
});
