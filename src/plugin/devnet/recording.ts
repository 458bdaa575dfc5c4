/**
 * Notes what the blocks of L1 do not show: accounts that were changed without a transaction, which
 * blocks came from one `hardhat_mine`, and the blobs of transactions.
 */
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";
import { SerialQueue } from "../../util/serial-queue.ts";

/** A call that has changed an account between two blocks. */
export interface RecordedChange {
  /** Number of the block before it. */
  readonly after: number;
  readonly method: string;
  readonly params: unknown;
}

/** Blocks that one call of `hardhat_mine` has mined. */
export interface MinedRange {
  readonly first: number;
  readonly last: number;
}

type Next = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;

/** Lengths of the lists at a snapshot. */
interface Mark {
  readonly changes: number;
  readonly mined: number;
}

const CHANGES: readonly string[] = [
  "hardhat_setBalance",
  "hardhat_setCode",
  "hardhat_setNonce",
  "hardhat_setStorageAt",
];
/** Calls that change the chain: one at a time, so that what is noted of them is exact. */
const WRITES: readonly string[] = [
  ...CHANGES,
  "hardhat_mine",
  "evm_mine",
  "eth_sendTransaction",
  "eth_sendRawTransaction",
];
/** Begins a signed transaction with blobs, which no node keeps. */
export const BLOB_TRANSACTION = "0x03";
/** Changes, calls and blobs that are kept: a devnet with more cannot be saved. */
const RECORDS_MAX = 100_000;
const BLOBS_LENGTH_MAX = 2 ** 27;

/** What is noted of one connection. */
export class L1Recording {
  changes: RecordedChange[] = [];
  mined: MinedRange[] = [];
  /** Signed transactions with their blobs, by hash. */
  readonly blobs = new Map<string, string>();
  /** Whether there was more than can be kept. */
  isIncomplete = false;
  readonly #writes = new SerialQueue();
  readonly #marks = new Map<string, Mark>();
  #blobsLength = 0;

  /** Answers a request by `next`, and notes it. */
  take(request: JsonRpcRequest, next: Next): Promise<JsonRpcResponse> {
    const { method } = request;
    if (method === "evm_snapshot" || method === "evm_revert") return this.#mark(request, next);
    if (!WRITES.includes(method)) return next(request);
    return this.#writes.run(() => this.#write(request, next));
  }

  async #write(request: JsonRpcRequest, next: Next): Promise<JsonRpcResponse> {
    const { method, params } = request;
    const isChange = CHANGES.includes(method);
    if (!isChange && method !== "hardhat_mine") {
      const response = await next(request);
      this.#keepBlobs(request, response);
      return response;
    }
    const before = await readNumber(request, next);
    const response = await next(request);
    if (!("result" in response)) return response;
    if (this.changes.length + this.mined.length >= RECORDS_MAX) this.isIncomplete = true;
    else if (isChange) this.changes.push({ after: before, method, params });
    else this.mined.push({ first: before + 1, last: await readNumber(request, next) });
    return response;
  }

  #keepBlobs({ method, params }: JsonRpcRequest, response: JsonRpcResponse): void {
    const raw: unknown = Array.isArray(params) ? params[0] : undefined;
    const isBlob =
      method === "eth_sendRawTransaction" &&
      typeof raw === "string" &&
      raw.startsWith(BLOB_TRANSACTION);
    if (!isBlob || !("result" in response) || typeof response.result !== "string") return;
    this.#blobsLength += raw.length;
    if (this.#blobsLength > BLOBS_LENGTH_MAX) this.isIncomplete = true;
    else this.blobs.set(response.result, raw);
  }

  /** A snapshot of L1 that is reverted to takes back what was noted since. */
  async #mark(request: JsonRpcRequest, next: Next): Promise<JsonRpcResponse> {
    const response = await next(request);
    if (!("result" in response)) return response;
    if (request.method === "evm_snapshot" && typeof response.result === "string") {
      const mark = { changes: this.changes.length, mined: this.mined.length };
      this.#marks.set(response.result, mark);
    } else if (response.result === true) {
      const id: unknown = Array.isArray(request.params) ? request.params[0] : undefined;
      this.#returnTo(typeof id === "string" ? id : "");
    }
    return response;
  }

  #returnTo(id: string): void {
    const mark = this.#marks.get(id);
    if (mark === undefined) return;
    this.changes = this.changes.slice(0, mark.changes);
    this.mined = this.mined.slice(0, mark.mined);
    // L1 discards this snapshot too, and all later ones.
    for (const later of this.#marks.keys()) {
      if (BigInt(later) >= BigInt(id)) this.#marks.delete(later);
    }
  }
}

async function readNumber({ id }: JsonRpcRequest, next: Next): Promise<number> {
  const response = await next({ jsonrpc: "2.0", id, method: "eth_blockNumber", params: [] });
  return "result" in response ? Number(response.result) : 0;
}
