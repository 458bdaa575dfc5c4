/** Real processes that compete for a lease. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LeaseTimes } from "../../src/lease/lease.ts";
import type { LeaseReport } from "./lease-process.ts";

const SCRIPT = join(import.meta.dirname, "lease-process.ts");

type Report<T extends LeaseReport["type"]> = Extract<LeaseReport, { type: T }>;

export class LeaseProcess {
  readonly #child: ChildProcess;
  readonly reports: LeaseReport[] = [];

  constructor(kind: "postgres" | "file", where: string, times: LeaseTimes) {
    this.#child = fork(SCRIPT, [kind, where, JSON.stringify(times)]);
    this.#child.on("message", (report) => this.reports.push(report as LeaseReport));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The last time at which it has found that it leads. */
  get lastChecked(): number {
    return this.#of("checked").at(-1)?.at ?? 0;
  }

  /** Waits for the first report of a type. */
  async first<T extends LeaseReport["type"]>(type: T): Promise<Report<T>> {
    for (;;) {
      const [report] = this.#of(type);
      if (report !== undefined) return report;
      await once(this.#child, "message");
    }
  }

  release(): void {
    this.#child.send("release");
  }

  /** Keeps its main thread busy. */
  block(ms: number): void {
    this.#child.send(ms);
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(name);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  #of<T extends LeaseReport["type"]>(type: T): Report<T>[] {
    return this.reports.filter((report): report is Report<T> => report.type === type);
  }
}
