/** Leases in a file, of real processes that are killed and halted. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { once } from "node:events";
import { expect } from "chai";
import { createFileLease } from "../../src/lease/file-lease.ts";
import { LEASE_TIMES, type LeaseTimes } from "../../src/lease/lease.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { LeaseProcess } from "../helpers/lease-processes.ts";

const TIMES: LeaseTimes = { ttlMs: 1_000, marginMs: 250, renewMs: 150, pollMs: 250 };
/** Of a slow machine: for a process or a connection to do something. */
const SLACK_MS = 3_000;

describe("lease: times", () => {
  it("lets the next leader begin within 10 s of the death of the last", () => {
    const { ttlMs, marginMs, renewMs, pollMs } = LEASE_TIMES;
    expect(ttlMs + 2 * pollMs).to.be.at.most(7_000);
    // Two renewals may fail before the holder stops.
    expect(3 * renewMs).to.be.below(ttlMs - marginMs);
  });
});

describe("lease: in a file", () => {
  let folder: string;
  let path: string;
  let processes: LeaseProcess[];
  const start = () => {
    const process = new LeaseProcess("file", path, TIMES);
    processes.push(process);
    return process;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lease-"));
    path = join(folder, "below", "rollup.lock");
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.end()));
    await rm(folder, { recursive: true });
  });

  it("passes to the next process when its holder is killed", async () => {
    const first = start();
    const { token } = await first.first("leads");
    const second = start();
    expect(await second.first("waits")).to.include({ pid: first.pid });
    const killedAt = Date.now();
    first.signal("SIGKILL");
    const next = await second.first("leads");
    expect(next.at - killedAt).to.be.below(TIMES.pollMs + SLACK_MS);
    expect(next.token).to.be.above(token);
  });

  it("stays with a process that is halted", async () => {
    const first = start();
    await first.first("leads");
    first.signal("SIGSTOP");
    const second = start();
    await second.first("waits");
    await sleep(TIMES.ttlMs);
    expect(second.reports.map(({ type }) => type)).to.deep.equal(["waits"]);
    first.signal("SIGCONT");
    first.release();
    await second.first("leads");
    expect(first.reports.some(({ type }) => type === "lost")).to.equal(false);
  });

  it("LEASE_LOST: its file is removed, and another process can lock a new one", async () => {
    const held = await createFileLease({ path, times: TIMES }).acquire();
    held.assertHeld();
    await rm(path);
    await once(held.lost, "abort");
    expectCode("LEASE_LOST", () => held.assertHeld());
    await held.release();
  });

  it("LEASE_LOST: after it was released", async () => {
    const lease = createFileLease({ path, times: TIMES });
    const held = await lease.acquire();
    await held.release();
    expectCode("LEASE_LOST", () => held.assertHeld());
    expect(held.lost.aborted).to.equal(false);
    const again = await lease.acquire();
    expect(again.fencingToken).to.equal(held.fencingToken + 1);
    await again.release();
  });

  it("ends the wait when it is told to", async () => {
    const lease = createFileLease({ path, times: TIMES });
    const held = await lease.acquire();
    const stop = new AbortController();
    const holders: number[] = [];
    const waiting = lease.acquire({
      signal: stop.signal,
      onWaiting: ({ pid }) => {
        holders.push(pid);
        stop.abort(new Error("enough"));
      },
    });
    const reason = await waiting.catch((error: unknown) => error);
    expect(reason).to.have.property("message", "enough");
    expect(holders).to.deep.equal([process.pid]);
    await held.release();
  });

  it("LEASE_ON_OTHER_HOST: another host counts beside the lock", async () => {
    const held = await createFileLease({ path, times: TIMES }).acquire();
    await held.release();
    let count = 1;
    const note = () =>
      writeFile(`${path}.json`, JSON.stringify({ host: "elsewhere", pid: 7, count: count++ }));
    await note();
    const counting = setInterval(() => void note(), TIMES.renewMs);
    try {
      const here = createFileLease({ path, times: TIMES });
      const { facts } = await expectRejection("LEASE_ON_OTHER_HOST", here.acquire());
      expect(facts).to.include({ host: "elsewhere", pid: 7 });
    } finally {
      clearInterval(counting);
    }
    // What does not count any more has ended, such as a container of another name.
    const next = await createFileLease({ path, times: TIMES }).acquire();
    const left = JSON.parse(await readFile(`${path}.json`, "utf8")) as object;
    expect(left).to.include({ host: hostname(), pid: process.pid });
    await next.release();
  });

  it("LEASE_UNREACHABLE: a folder that cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const lease = createFileLease({ path: join(file, "rollup.lock"), times: TIMES });
    await expectRejection("LEASE_UNREACHABLE", lease.acquire());
  });
});
