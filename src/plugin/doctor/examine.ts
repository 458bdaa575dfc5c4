/** Examines a node without changing anything: its store, L1, keys, clock and disk. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import type { L1Progress } from "../../l1/types.ts";
import { createSender } from "../../l1/sending.ts";
import { Redactor } from "../../logs/redact.ts";
import { DEFAULT_OPTIONS } from "../../operator/options.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { StoreOwner } from "../../store/identity.ts";
import type { SqlTarget } from "../../store/sql/executor.ts";
import { viewJournal, viewStore } from "../../store/store-view.ts";
import { isRollupError } from "../../util/errors.ts";
import { restorablePresets, sizedPreset } from "../config/resolve.ts";
import type { StoreConfig } from "../config/node/store.ts";
import type { ProverName } from "../config/types.ts";
import { type L1Access, openL1 } from "../node/l1-access.ts";
import { readOwner, toTarget } from "../node/node-store.ts";
import { locateRollup, type LocationSettings } from "../rollup/locate-rollup.ts";
import {
  type Check,
  checkBalance,
  checkClock,
  checkJournal,
  checkNode as checkNodeVersion,
  failed,
  type Finding,
  skipped,
} from "./checks.ts";
import { checkKeys, checkVerifier } from "./key-checks.ts";
import {
  checkContract,
  checkLogs,
  checkNode,
  checkValidator,
  listNodes,
  readChain,
} from "./l1-checks.ts";
import {
  checkAccounts,
  checkBlocks,
  checkFolder,
  checkOwner,
  checkRecords,
} from "./store-checks.ts";

/** As `engines` in package.json. */
const NODE_VERSION_MIN = [22, 13] as const;
/** How often the journal is compared again, because its operator may be sending meanwhile. */
const JOURNAL_ATTEMPTS = 3;

export interface ExamineOptions extends Pick<LocationSettings, "rollup" | "fromBlock"> {
  readonly preset: PresetName;
  readonly prover: ProverName;
  readonly store: StoreConfig;
  /** Gets each check as soon as it is done. */
  readonly onCheck?: (check: Check) => void;
}

/** @returns All checks, in their order. What depends on a failed one is skipped. */
export async function examineNode(
  hre: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
  options: ExamineOptions,
): Promise<readonly Check[]> {
  const examination = new Examination(options.onCheck);
  const { preset, prover } = options;
  await examination.run("Node.js", () => checkNodeVersion(process.versions.node, NODE_VERSION_MIN));
  await examination.run("keys", () => checkKeys(hre, preset, prover));
  const l1 = await examineL1(examination, hre, connection, options);
  await examineStore(examination, hre, connection, { ...options, ...l1 });
  return examination.checks;
}

class Examination {
  readonly checks: Check[] = [];
  readonly #redactor = new Redactor();
  readonly #onCheck: (check: Check) => void;

  constructor(onCheck: (check: Check) => void = () => undefined) {
    this.#onCheck = onCheck;
  }

  /** Runs a check; what it throws is its finding. */
  async run(name: string, check: () => Finding | Promise<Finding>): Promise<void> {
    await this.get(name, async () => ({ finding: await check(), value: undefined }));
  }

  /** As {@link run}, and returns what later checks need; undefined if it has failed. */
  async get<T>(
    name: string,
    check: () => Promise<{ readonly finding?: Finding; readonly value: T }>,
  ): Promise<T | undefined> {
    try {
      const { finding, value } = await check();
      if (finding !== undefined) this.#add(name, finding);
      return value;
    } catch (error) {
      this.#add(name, toFinding(error));
      return undefined;
    }
  }

  skip(names: readonly string[], reason: string): void {
    for (const name of names) this.#add(name, skipped(reason));
  }

  #add(name: string, finding: Finding): void {
    const { text, fix } = finding;
    const shown = { ...finding, text: this.#redactor.text(text) };
    const check = { name, ...shown, ...(fix && { fix: this.#redactor.text(fix) }) };
    this.checks.push(check);
    this.#onCheck(check);
  }
}

function toFinding(error: unknown): Finding {
  if (isRollupError(error)) return failed(error.sentence, error.fix);
  const reason = error instanceof Error ? error.message : String(error);
  const line = reason.replaceAll(/\s+/g, " ").replace(/\.$/, "");
  return failed(`It cannot be checked: ${line}.`, "See that what it needs runs and is reachable.");
}

/** What checks of the store need of L1. */
interface KnownL1 {
  readonly client?: RollupClient;
  readonly access?: L1Access;
  /** Read before the store. */
  readonly progress?: L1Progress;
}

async function examineL1(
  examination: Examination,
  hre: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
  { preset, prover, rollup, fromBlock }: ExamineOptions,
): Promise<KnownL1> {
  const { config } = hre;
  const nodes = await examination.get("L1", async () => ({
    value: await listNodes(config, connection),
  }));
  const chain =
    nodes && (await examination.get("L1", async () => ({ value: await readChain(nodes[0]!) })));
  if (nodes === undefined || chain === undefined) {
    examination.skip(["clock", "contract", "account", "verifier"], "L1 is not reachable");
    return {};
  }
  for (const node of nodes) await examination.run(`L1: ${node.name}`, () => checkNode(node, chain));
  await examination.run("clock", async () => {
    const block = await connection.ethers.provider.getBlock("latest");
    return checkClock(Math.floor(Date.now() / 1000), block!.timestamp);
  });
  const access = await examination.get("account", async () => ({
    value: await openL1(config, connection, {}),
  }));
  const client = await examination.get("contract", async () => {
    const location = await locateRollup(config, connection, { rollup, fromBlock });
    const runner = access?.signer ?? connection.ethers.provider;
    const value = await connectRollup(location, runner, access?.options);
    return { value, finding: await checkContract(value, sizedPreset(config.rollup, preset)) };
  });
  if (client === undefined) {
    examination.skip(["account", "verifier"], "The contract is not known");
    return { ...(access && { access }) };
  }
  for (const node of nodes)
    await examination.run(`logs: ${node.name}`, () => checkLogs(node, client));
  await examination.run("verifier", () => checkVerifier(hre, client, prover));
  const latest = await connection.ethers.provider.getBlockNumber();
  const progress = await client.readProgress(Number.MAX_SAFE_INTEGER, latest);
  if (access === undefined) return { client, progress };
  const account = await access.signer.getAddress();
  await examination.run("account", () => checkValidator(client, account));
  await examination.run("balance", async () => {
    const balance = await connection.ethers.provider.getBalance(account);
    return checkBalance(account, balance, config.rollup.node.monitoring.minimumBalanceWei);
  });
  return { client, access, progress };
}

async function examineStore(
  examination: Examination,
  { config }: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
  { store, client, access, progress }: ExamineOptions & KnownL1,
): Promise<void> {
  const names = ["store", "disk", "records", "accounts", "blocks", "journal"];
  if (store.type === "memory") {
    examination.skip(names, "The store is the memory of the operator's process");
    return;
  }
  const owner = client && (await readOwner({ config, connection }, client.rollupAddress));
  const target = findTarget(store, config.rollup.paths.data, owner);
  if (target === undefined) {
    examination.skip(names, "The name of its file depends on the contract, which is not known");
    return;
  }
  await examination.run("disk", () => checkFolder(target));
  await examination.get("store", async () => {
    await viewStore(target, restorablePresets(config.rollup), async (opened) => {
      await examination.run("store", () => checkOwner(opened, owner));
      const checked = await examination.get("records", async () => {
        const result = await checkRecords(opened, DEFAULT_OPTIONS.finalReceiptsMax);
        return { finding: result.finding, value: result.checked };
      });
      const ledger = checked?.ledger;
      const { threads } = config.rollup.operator;
      if (ledger === undefined) examination.skip(["accounts"], "There is no ledger");
      else await examination.run("accounts", () => checkAccounts(ledger, threads));
      if (ledger === undefined || client === undefined || progress === undefined) {
        examination.skip(["blocks"], "There is no ledger, or no L1 to compare it with");
      } else await examination.run("blocks", () => checkBlocks(client, ledger, progress));
    });
    return { value: undefined };
  });
  if (access === undefined) examination.skip(["journal"], "The account on L1 is not known");
  else await examination.run("journal", () => examineJournal(target, access));
}

/** Undefined if the place depends on an owner that is not known. */
function findTarget(
  store: Exclude<StoreConfig, { readonly type: "memory" }>,
  folder: string,
  owner: StoreOwner | undefined,
): SqlTarget | undefined {
  if (owner !== undefined) return toTarget(store, folder, owner);
  if (store.type === "postgres") return store;
  return store.path === undefined ? undefined : { type: "sqlite", path: store.path };
}

/** A difference counts only if it is there again: the operator may be sending. */
async function examineJournal(target: SqlTarget, { signer, options }: L1Access): Promise<Finding> {
  const account = await signer.getAddress();
  const sender = await createSender(signer, {}, options);
  for (let attempt = 1; ; attempt++) {
    const journal = await viewStore(target, [], viewJournal);
    const finding = checkJournal(account, await sender.readPending(), journal);
    if (finding.status === "passed" || attempt === JOURNAL_ATTEMPTS) return finding;
  }
}
