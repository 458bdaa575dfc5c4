/** L1 node, deployment and operator, each in a separate process, as operators run them. */
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { type RunningHardhat, startHardhatWith } from "../helpers/hardhat-cli.ts";
import { callRpc, sleep } from "../helpers/json-rpc.ts";

const CONFIG = join(import.meta.dirname, "hardhat.config.ts");
const START_LIMIT_MS = 120_000;

/** Key of Hardhat's first development account, which deploys and is the validator. */
export const VALIDATOR_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
export const VALIDATOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

export interface RunningProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has printed. */
  readonly log: () => string;
  readonly isAlive: () => boolean;
  /** Resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param mineEachMs - Time between blocks; 0 mines each transaction at once. */
export async function startL1(mineEachMs = 0): Promise<RunningProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const node = toRunning(startOnL1(url, {}, "node", "--port", String(port)), url);
  await whenUp(node, "eth_chainId");
  if (mineEachMs > 0) await mineEach(url, mineEachMs);
  return node;
}

/** @param ms - Time between blocks; 0 mines each transaction at once. */
export async function mineEach(l1Url: string, ms: number): Promise<void> {
  await callRpc(l1Url, "evm_setAutomine", [ms === 0]);
  await callRpc(l1Url, "evm_setIntervalMining", [ms]);
  // A waiting transaction would otherwise wait for the next transaction, not for the next block.
  if (ms === 0) await callRpc(l1Url, "evm_mine");
}

/** @returns Address of the rollup. */
export async function deployRollup(l1Url: string, output: string): Promise<string> {
  const args = ["rollup:deploy", "--network", "l1", "--json", "--output", output];
  const { log } = await runOnL1(l1Url, {}, ...args);
  const json = /\{[\s\S]*\}/.exec(log)?.[0];
  if (json === undefined) throw new Error(`The deployment has failed:\n${log}`);
  return (JSON.parse(json) as { rollup: string }).rollup;
}

export interface OperatorSettings {
  readonly l1Url: string;
  readonly rollup: string;
  readonly port: number;
  /** File of the checkpoint. */
  readonly output: string;
  /** As the option `--store`. Default: memory, so that a restart knows what L1 has. */
  readonly store?: string;
}

/** Starts the operator. Resolves when it answers. @throws If it ends instead. */
export async function startOperator(settings: OperatorSettings): Promise<RunningProcess> {
  const { l1Url, rollup, port, output, store = "memory" } = settings;
  const started = startOnL1(
    l1Url,
    { FAULTS_L1_KEY: VALIDATOR_KEY },
    ...["rollup:operator", "--network", "l1", "--rollup", rollup],
    ...["--port", String(port), "--output", output, "--store", store],
  );
  const operator = toRunning(started, `http://127.0.0.1:${port}`);
  await whenUp(operator, "rollup_getConfig");
  return operator;
}

/** Runs a task to its end. */
export function runTask(
  args: readonly string[],
  l1Url: string,
): Promise<{ readonly code: number | null; readonly log: string }> {
  return runOnL1(l1Url, { FAULTS_L1_KEY: VALIDATOR_KEY }, ...args);
}

function startOnL1(
  l1Url: string,
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): RunningHardhat {
  return startHardhatWith({ ...variables, FAULTS_L1_URL: l1Url }, "--config", CONFIG, ...args);
}

/** Runs a task to its end, or kills it after a time that no task takes. */
async function runOnL1(
  l1Url: string,
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ readonly code: number | null; readonly log: string }> {
  const task = startOnL1(l1Url, variables, ...args);
  const timer = setTimeout(() => task.process.kill("SIGKILL"), START_LIMIT_MS);
  const { exitCode } = await task.outcome;
  clearTimeout(timer);
  return { code: exitCode, log: task.log() };
}

function toRunning(started: RunningHardhat, url: string): RunningProcess {
  const { process: child, outcome, isAlive, log } = started;
  const kill = async (signal: NodeJS.Signals = "SIGKILL") => {
    child.kill(signal);
    await outcome;
  };
  return { url, pid: child.pid!, log, isAlive, kill };
}

async function whenUp(child: RunningProcess, method: string): Promise<void> {
  const endMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < endMs) {
    if (!child.isAlive()) throw new Error(`The process has ended:\n${child.log()}`);
    const isUp = await callRpc(child.url, method, [], 2_000).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(200);
  }
  throw new Error(`The process does not answer:\n${child.log()}`);
}
