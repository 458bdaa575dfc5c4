/** Leases in a real PostgreSQL, of real processes that are killed, halted and cut off. */
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { LeaseTimes } from "../../src/lease/lease.ts";
import { createPostgresLease } from "../../src/lease/postgres-lease.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { LeaseProcess } from "../helpers/lease-processes.ts";
import { describeWithPostgres, openTestDatabase, type TestDatabase } from "../helpers/postgres.ts";

/** Shorter than a node's; an answer may still take long on a slow machine. */
const TIMES: LeaseTimes = { ttlMs: 2_500, marginMs: 500, renewMs: 300, pollMs: 750 };
/** Of a slow machine: for a process or a connection to do something. */
const SLACK_MS = 3_000;

describeWithPostgres("lease: in PostgreSQL", function (url) {
  let database: TestDatabase;
  let here: string;
  let processes: LeaseProcess[];
  const start = (where = here) => {
    const process = new LeaseProcess("postgres", where, TIMES);
    processes.push(process);
    return process;
  };

  beforeEach(async () => {
    database = await openTestDatabase(url, "lease");
    await database.query(`create schema ${database.schema}`);
    const inSchema = new URL(url);
    inSchema.searchParams.set("options", `-c search_path=${database.schema}`);
    here = inSchema.href;
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.end()));
    await database.drop();
  });

  it("passes to the next process when its holder is killed", async () => {
    const first = start();
    const { token } = await first.first("leads");
    const second = start();
    expect(await second.first("waits")).to.include({ pid: first.pid });
    const killedAt = Date.now();
    first.signal("SIGKILL");
    const next = await second.first("leads");
    expect(next.at - killedAt).to.be.below(TIMES.ttlMs + TIMES.pollMs + SLACK_MS);
    expect(next.token).to.equal(token + 1);
  });

  it("LEASE_LOST: a process that was halted finds it out before it does anything", async () => {
    const first = start();
    await first.first("leads");
    const second = start();
    await second.first("waits");
    first.signal("SIGSTOP");
    const { at } = await second.first("leads");
    first.signal("SIGCONT");
    expect((await first.first("lost")).code).to.equal("LEASE_LOST");
    expect(first.lastChecked, "it has led last").to.be.below(at);
  });

  it("stays with a process whose main thread is busy for longer than it lasts", async () => {
    const first = start();
    await first.first("leads");
    const second = start();
    await second.first("waits");
    first.block(2 * TIMES.ttlMs);
    await sleep(2 * TIMES.ttlMs);
    const { lastChecked } = first;
    await sleep(TIMES.ttlMs);
    expect(second.reports.map(({ type }) => type)).to.deep.equal(["waits"]);
    expect(first.lastChecked).to.be.above(lastChecked);
    expect(first.reports.some(({ type }) => type === "lost")).to.equal(false);
  });

  it("LEASE_LOST: a process that is cut off stops before the next one leads", async () => {
    const { hostname: host, port } = new URL(url);
    const sockets: Socket[] = [];
    const proxy = createServer((client) => {
      const server = connect(Number(port), host);
      sockets.push(client, server);
      for (const socket of [client, server]) socket.on("error", () => socket.destroy());
      client.pipe(server).pipe(client);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const through = new URL(here);
    through.port = String((proxy.address() as { port: number }).port);
    const first = start(through.href);
    await first.first("leads");
    const second = start();
    await second.first("waits");
    // From here on nothing passes, and nothing says so.
    for (const socket of sockets) socket.unpipe();
    proxy.close();
    const lost = await first.first("lost");
    const { at } = await second.first("leads");
    expect(lost.at).to.be.below(at);
    expect(first.lastChecked).to.be.at.most(lost.at);
    for (const socket of sockets) socket.destroy();
  });

  it("passes at once when it is released, and to one of many", async () => {
    const lease = () => createPostgresLease({ url: here, resource: "test", times: TIMES });
    const stop = new AbortController();
    const { signal } = stop;
    const acquired = [1, 2, 3, 4].map(() => lease().acquire({ signal }));
    const held = await Promise.any(acquired);
    const all = acquired.map((each) => each.catch(() => undefined));
    await sleep(3 * TIMES.pollMs);
    const startedAt = Date.now();
    await held.release();
    await sleep(2 * TIMES.pollMs);
    stop.abort();
    const tokens = (await Promise.all(all)).flatMap((each) => (each ? [each.fencingToken] : []));
    expect(tokens.sort(), `${Date.now() - startedAt} ms`).to.deep.equal([1, 2]);
    for (const each of await Promise.all(all)) await each?.release();
  });

  it("is one for each resource", async () => {
    const [one, other] = ["1", "2"].map((resource) =>
      createPostgresLease({ url: here, resource, times: TIMES }),
    );
    const held = [await one!.acquire(), await other!.acquire()];
    expect(held.map(({ fencingToken }) => fencingToken)).to.deep.equal([1, 1]);
    for (const each of held) await each.release();
  });

  it("LEASE_UNREACHABLE: no server, and no password in the message", async () => {
    const closed = "postgres://user:secret@127.0.0.1:1/none";
    const lease = createPostgresLease({ url: closed, resource: "test", times: TIMES });
    const error = await expectRejection("LEASE_UNREACHABLE", lease.acquire());
    expect(error.message).to.not.include("secret");
  });
});
