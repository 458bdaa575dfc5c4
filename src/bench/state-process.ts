/** Writes a large state to a store, or starts from one; see `measureProcess`. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FIELD_MODULUS } from "../crypto/field.ts";
import { hashPublicKey } from "../kernel/signatures.ts";
import { type BatchCrypto, createBatchCrypto } from "../kernel/batch.ts";
import { createLedger } from "../operator/ledger/ledger.ts";
import { DEFAULT_OPTIONS } from "../operator/options.ts";
import { LEAF_KIND } from "../protocol/constants.ts";
import { type PresetName, PRESETS } from "../protocol/presets.ts";
import { createGenesisState, RollupState } from "../state/rollup-state.ts";
import { type DurableStore, openDurableStore } from "../store/durable-store.ts";
import { assert } from "../util/errors.ts";
import { measure, runInProcess, type Usage } from "./measure.ts";
import { createSeededRandom } from "./random.ts";
import { benchPeak, GENESIS, type SequencerRun } from "./sequencer.ts";
import { createUsers, FEE_ACCOUNT_ADDRESS, type User } from "./transfers.ts";

export interface StateTask {
  readonly kind: "write" | "load";
  readonly preset: PresetName;
  readonly accounts: number;
  readonly threads: number;
  readonly transfers: number;
  /** Of the store, SQLite. */
  readonly file: string;
}

export interface WrittenState extends Usage {
  readonly root: bigint;
}

export interface LoadedState {
  readonly root: bigint;
  /** Reading, checking and hashing the snapshot. */
  readonly load: Usage;
  /** Memory per account after the start: what the process has more than before. */
  readonly bytesPerAccount: Readonly<Record<"heap" | "external" | "resident", number>>;
  /** Memory of the whole process after the start. */
  readonly residentBytes: number;
  /** Transfers from some of the accounts to any of them. */
  readonly run: SequencerRun;
  /** Memory of the whole process after the transfers. */
  readonly residentBytesAfterRun: number;
}

/** Accounts that send; the others only receive, and need no signing keys. */
const SENDERS_MAX = 1000;
/** Accounts that are objects at a time while a state is made. */
const CHUNK = 8192;
const FUNDS = 10n ** 24n;
const ROLLUP = {
  chainId: 31337n,
  rollupAddress: `0x${"42".repeat(20)}`,
  deploymentBlock: 0,
};

runInProcess(async (task: StateTask): Promise<WrittenState | LoadedState> => {
  const crypto = createBatchCrypto(task.threads);
  const store = await openStore(task);
  try {
    return task.kind === "write"
      ? await writeState(task, store, crypto)
      : await loadState(task, store, crypto);
  } finally {
    await crypto.close();
  }
});

function openStore({ file, preset }: StateTask): Promise<DurableStore> {
  return openDurableStore({
    target: { type: "sqlite", path: file },
    owner: { rollup: ROLLUP, genesisHash: undefined },
    presets: [PRESETS[preset]],
    finalReceiptsMax: DEFAULT_OPTIONS.finalReceiptsMax,
  });
}

async function writeState(
  task: StateTask,
  store: DurableStore,
  crypto: BatchCrypto,
): Promise<WrittenState> {
  const state = await createState(task, crypto);
  const { root } = state;
  const ledger = createLedger({
    rollup: ROLLUP,
    start: { state, storedBlock: { ...GENESIS, stateRoot: root }, nextRequestId: 0 },
    l1Limits: DEFAULT_OPTIONS.l1Limits,
    blockOverhead: DEFAULT_OPTIONS.blockOverhead,
    finalReceiptsMax: DEFAULT_OPTIONS.finalReceiptsMax,
  });
  const { wallSeconds, cpuSeconds } = await measure(() => store.replace(ledger) as Promise<void>);
  await store.close();
  return { root, wallSeconds, cpuSeconds };
}

/** All accounts have a key and balances of two tokens. */
async function createState(task: StateTask, crypto: BatchCrypto): Promise<RollupState> {
  const { preset, accounts } = task;
  const senders = new Map(sendersOf(task).map((user) => [user.accountId, user]));
  let state = createGenesisState(PRESETS[preset], { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  for (let id = 1; id <= accounts; id++) {
    const sender = senders.get(id);
    const pubKeyHash = sender ? hashPublicKey(sender.publicKey) : scatter(id, FIELD_MODULUS);
    const account = { kind: LEAF_KIND.account, nonce: 0, address: addressOf(id), pubKeyHash };
    state = state.update(id, 0, { account, balance: FUNDS }).update(id, 1, { balance: FUNDS });
    if (id % CHUNK !== 0 && id !== accounts) continue;
    await RollupState.hashAll([state], crypto.hashMany);
    assert([...state.compaction()].length > 0, "accounts move into pages");
  }
  return state;
}

async function loadState(
  task: StateTask,
  store: DurableStore,
  crypto: BatchCrypto,
): Promise<LoadedState> {
  const before = memory();
  const { result, wallSeconds, cpuSeconds } = await measure(() => store.load(crypto));
  const { state } = result.snapshot!.start;
  await store.close();
  const after = memory();
  const perAccount = (name: "heapUsed" | "external" | "rss") =>
    (after[name] - before[name]) / task.accounts;
  const { root } = state;
  const users = sendersOf(task);
  const run = await benchPeak(state, {
    users,
    crypto,
    transfers: task.transfers,
    pickRecipient: (random) => ({ address: addressOf(1 + random.int(task.accounts)), balance: 0n }),
  });
  return {
    root,
    load: { wallSeconds, cpuSeconds },
    bytesPerAccount: {
      heap: perAccount("heapUsed"),
      external: perAccount("external"),
      resident: perAccount("rss"),
    },
    residentBytes: after.rss,
    run,
    residentBytesAfterRun: process.memoryUsage.rss(),
  };
}

/** Users whose accounts are spread over all ids. */
function sendersOf({ accounts }: StateTask): User[] {
  const count = Math.min(SENDERS_MAX, accounts);
  return createUsers(count, createSeededRandom("bench state")).map((user, index) => {
    const accountId = 1 + Math.floor((index * accounts) / count);
    return { ...user, accountId, address: addressOf(accountId) };
  });
}

function addressOf(accountId: number): bigint {
  return scatter(accountId, 2n ** 160n);
}

/** Different numbers below a limit that look random, for different numbers. */
function scatter(value: number, limit: bigint): bigint {
  return (BigInt(value) * (2n ** 159n + 0x9e3779b97f4a7c15n)) % limit;
}

/** Memory in use after everything unused was given back. */
function memory(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage();
}
