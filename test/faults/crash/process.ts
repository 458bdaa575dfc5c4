/** Starts the process that is killed, and waits for its end. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../../../src/plugin/package-root.ts";
import { type ChildSettings, SETTINGS_VARIABLE } from "./child.ts";
import type { Stop } from "./stop.ts";

const START_MS_MAX = 180_000;

export interface Victim {
  /** Rejects if it ends before it answers. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  isAlive(): boolean;
  /** Kills it at a later point. */
  arm(stop: Stop): void;
  signal(name: "SIGKILL" | "SIGTERM"): void;
  /** What it has printed and logged, for a failure. */
  words(): string;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function startVictim(settings: ChildSettings): Victim {
  const child = fork(join(import.meta.dirname, "child.ts"), {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, [SETTINGS_VARIABLE]: JSON.stringify(settings) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let printed = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (data: Buffer) => (printed += data.toString()));
  }
  // A child that dies takes its channel with it.
  child.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      running.delete(child);
      resolve();
    });
  });
  const logged = () =>
    existsSync(settings.logFile) ? readFileSync(settings.logFile, "utf8").slice(-4_000) : "";
  const words = () => printed + logged();
  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`it does not start:\n${words()}`)),
      START_MS_MAX,
    );
    child.once("message", () => resolve());
    void ended.then(() => reject(new Error(`it has ended by itself:\n${words()}`)));
    void ended.then(() => clearTimeout(late));
    child.once("message", () => clearTimeout(late));
  });
  ready.catch(() => undefined); // whoever waits gets it
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    ready,
    ended,
    isAlive,
    words,
    arm: (stop) => void child.send(stop, () => undefined),
    signal: (name) => void child.kill(name),
  };
}
