/** What a check says, and the checks that need nothing but values. Pure. */
import type { JournaledTransaction } from "../../l1/journal.ts";
import { counted } from "../../util/counted.ts";

/** `warned`: it works, and somebody should look. `skipped`: another check has failed before. */
export type CheckStatus = "passed" | "warned" | "failed" | "skipped";

export interface Check {
  /** What was looked at. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found, one sentence without a secret. */
  readonly text: string;
  /** What to do about it, if it is not passed. */
  readonly fix?: string;
}

/** What a check has found; the name is added by who runs it. */
export type Finding = Omit<Check, "name">;

export function passed(text: string): Finding {
  return { status: "passed", text };
}

export function warned(text: string, fix: string): Finding {
  return { status: "warned", text, fix };
}

export function failed(text: string, fix: string): Finding {
  return { status: "failed", text, fix };
}

export function skipped(text: string): Finding {
  return { status: "skipped", text };
}

/** @param minimum - The least major and minor version. */
export function checkNode(version: string, minimum: readonly [number, number]): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
  if (isEnough) return passed(`Node.js ${version}`);
  return failed(`Node.js ${version} is too old.`, `Install Node.js ${minimum.join(".")} or later.`);
}

/** L1 is never ahead of the right time by more than its rules allow. */
const AHEAD_SECONDS_MAX = 60;
/** A chain that is alive makes blocks more often. */
const BEHIND_SECONDS_MAX = 600;

/** Compares the clock of this machine with the newest L1 block, both in Unix seconds. */
export function checkClock(nowSeconds: number, l1Seconds: number): Finding {
  const age = nowSeconds - l1Seconds;
  if (-age > AHEAD_SECONDS_MAX) {
    return failed(
      `The newest L1 block is ${-age} s ahead of this machine's clock.`,
      "Set the clock, and let it follow a time server; on a test chain, its time was moved.",
    );
  }
  if (age > BEHIND_SECONDS_MAX) {
    return warned(
      `The newest L1 block is ${age} s old by this machine's clock.`,
      "See whether L1 makes blocks and its node follows them; else set the clock.",
    );
  }
  return passed(`The newest L1 block is ${Math.max(0, age)} s old`);
}

const GIBIBYTE = 2 ** 30;
const DISK_BYTES_LOW = GIBIBYTE;
const DISK_BYTES_MIN = GIBIBYTE / 8;

/** @param folder - Where the store's file is. */
export function checkDisk(folder: string, freeBytes: number): Finding {
  const text = `${(freeBytes / GIBIBYTE).toFixed(1)} GiB are free in ${folder}`;
  const fix = "Free some space: when a write fails, the operator accepts nothing.";
  if (freeBytes < DISK_BYTES_MIN) return failed(`Only ${text}.`, fix);
  return freeBytes < DISK_BYTES_LOW ? warned(`Only ${text}.`, fix) : passed(text);
}

/** @param minimumWei - As in the config: below it, the node is not ready. */
export function checkBalance(account: string, balanceWei: bigint, minimumWei: bigint): Finding {
  const text = `The account ${account} has ${balanceWei} wei`;
  const fix = `Send it ETH on L1: the config wants ${minimumWei} wei (monitoring.minimumBalanceEth).`;
  if (balanceWei === 0n) return failed(`${text}, so it can send nothing.`, fix);
  return balanceWei < minimumWei ? warned(`${text}.`, fix) : passed(text);
}

/** Nonces of an account on L1, see `PendingTransactions`. */
export interface Nonces {
  readonly latestNonce: number;
  readonly pendingNonce: number;
}

/** Compares the L1 transactions in the journal with what L1 has of their account. */
export function checkJournal(
  account: string,
  { latestNonce, pendingNonce }: Nonces,
  journal: readonly JournaledTransaction[],
): Finding {
  const others = new Set(journal.map((entry) => entry.account));
  others.delete(account);
  if (others.size > 0) {
    return warned(
      `The journal has transactions of ${[...others].join(", ")}, and the key is of ${account}.`,
      "Start the operator once more with the key before, so that it settles them.",
    );
  }
  const open = [...new Set(journal.map(({ nonce }) => nonce))].filter(
    (nonce) => nonce >= latestNonce,
  );
  const missing = latestNonce + open.findIndex((nonce, index) => nonce !== latestNonce + index);
  if (missing >= latestNonce) {
    return warned(
      `The journal has the nonce ${open.at(-1)}, and neither L1 nor the journal has ${missing}.`,
      "See that the L1 node is synchronized, and that nothing else uses the account; a start fills " +
        "the gap.",
    );
  }
  const unknown = pendingNonce - latestNonce - open.length;
  if (unknown > 0) {
    return warned(
      `L1 has ${counted(unknown, "pending transaction")} of ${account} that the journal lacks.`,
      "Let nothing else send from the account of the operator.",
    );
  }
  const waiting =
    open.length === 0 ? "nothing waits" : counted(open.length, "transaction") + " waits";
  return passed(`${waiting} for L1, whose next nonce is ${latestNonce}`);
}
