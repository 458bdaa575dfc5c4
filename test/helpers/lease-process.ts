/**
 * A process that waits for a lease and then leads:
 * `lease-process.ts postgres|file <where> <times>`.
 * It reports what happens, and each time at which it has found that it leads, to its parent.
 */
import type { Held, Lease, LeaseTimes } from "../../src/lease/lease.ts";
import { createFileLease } from "../../src/lease/file-lease.ts";
import { createPostgresLease } from "../../src/lease/postgres-lease.ts";
import { isRollupError } from "../../src/util/errors.ts";

/** What a process says. Times are of the machine's clock, in milliseconds. */
export type LeaseReport =
  | { readonly type: "waits"; readonly pid: number }
  | { readonly type: "leads"; readonly token: number; readonly at: number }
  | { readonly type: "checked"; readonly at: number }
  | { readonly type: "lost"; readonly code: string; readonly at: number };

const CHECK_MS = 10;
const report = (message: LeaseReport) => process.send?.(message);

const [kind, where = "", times = ""] = process.argv.slice(2);
const options = { times: JSON.parse(times) as LeaseTimes };
const lease: Lease =
  kind === "file"
    ? createFileLease({ path: where, ...options })
    : createPostgresLease({ url: where, resource: "test", ...options });

const held: Held = await lease.acquire({ onWaiting: ({ pid }) => report({ type: "waits", pid }) });
process.on("message", (message) => {
  if (message === "release") {
    // What has been released is not lost.
    clearInterval(checks);
    void held.release().then(() => process.exit());
  }
  if (typeof message === "number") {
    const end = Date.now() + message;
    while (Date.now() < end);
  }
});
report({ type: "leads", token: held.fencingToken, at: Date.now() });
const lose = (error: unknown) => {
  if (!isRollupError(error)) throw error;
  report({ type: "lost", code: error.code, at: Date.now() });
  clearInterval(checks);
};
const checks = setInterval(() => {
  try {
    const at = Date.now();
    held.assertHeld();
    report({ type: "checked", at });
  } catch (error) {
    lose(error);
  }
}, CHECK_MS);
held.lost.addEventListener("abort", () => lose(held.lost.reason));
