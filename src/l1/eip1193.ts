/** Providers of EIP-1193, and ethers over one of them. */
import {
  JsonRpcApiProvider,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
  Network,
} from "ethers";
import { isRollupError } from "../util/errors.ts";

/** A request of JSON-RPC. */
export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[];
  /** Ends the request early. */
  readonly signal?: AbortSignal;
}

/** Anything that answers JSON-RPC, such as Hardhat's `connection.provider`. */
export interface Eip1193 {
  request(call: RpcCall): Promise<unknown>;
}

interface NodeError {
  readonly message?: string;
  readonly code?: unknown;
  readonly data?: unknown;
}

/** A provider of ethers that asks a provider of EIP-1193, and keeps no answer. */
export class EthersProvider extends JsonRpcApiProvider {
  readonly #inner: Eip1193;

  constructor(inner: Eip1193, chainId: bigint | number) {
    super(Network.from(chainId), { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    this.#inner = inner;
    this._start();
  }

  override async _send(
    payload: JsonRpcPayload | JsonRpcPayload[],
  ): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return Promise.all(payloads.map((each) => this.#answer(each)));
  }

  async #answer({ id, method, params }: JsonRpcPayload): Promise<JsonRpcResult | JsonRpcError> {
    try {
      const result = await this.#inner.request({ method, params: params as unknown[] });
      return { id, result };
    } catch (error) {
      if (isRollupError(error)) throw error;
      const { message, code, data, ...others } = error as NodeError;
      // As over HTTP: an error with a code is an answer, any other one is a failed request.
      if (typeof code !== "number") throw Object.assign(new Error(message), others);
      return { id, error: { code, message: message ?? "", data: data as object } };
    }
  }
}
