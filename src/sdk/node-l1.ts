/** L1 as a node passes it on: its answers are checked before ethers reads them. */
import type {
  Block,
  BlockParams,
  Log,
  LogParams,
  Network,
  PerformActionRequest,
  TransactionReceipt,
  TransactionReceiptParams,
  TransactionResponse,
  TransactionResponseParams,
} from "ethers";
import { rpcError } from "../api/errors.ts";
import { EthersProvider } from "../l1/eip1193.ts";

const QUANTITY = /^0x[0-9a-f]{1,64}$/i;
/** Below 2^52, so that a number holds it. */
const COUNT = /^0x[0-9a-f]{1,13}$/i;
const BYTES = /^0x(?:[0-9a-f]{2})*$/i;
const WORD = /^0x[0-9a-f]{64}$/i;

/** Forms of answers that are texts, by what ethers wants. */
const FORMS: Readonly<Record<string, RegExp>> = {
  broadcastTransaction: WORD,
  call: BYTES,
  chainId: QUANTITY,
  estimateGas: QUANTITY,
  getBalance: QUANTITY,
  getBlockNumber: COUNT,
  getCode: BYTES,
  getGasPrice: QUANTITY,
  getPriorityFee: QUANTITY,
  getStorage: WORD,
  getTransactionCount: COUNT,
};

/** A provider of ethers that throws RPC_RESULT_INVALID for an answer of another form. */
export class NodeL1 extends EthersProvider {
  override async _perform(request: PerformActionRequest): Promise<unknown> {
    const answer: unknown = await super._perform(request);
    const form = FORMS[request.method];
    const isOfForm = form === undefined || (typeof answer === "string" && form.test(answer));
    if (isOfForm) return answer;
    throw invalid(request.method, "it is not the expected text of 0x-hex");
  }

  override _wrapBlock(value: BlockParams, network: Network): Block {
    return readAs("getBlock", () => super._wrapBlock(value, network));
  }

  override _wrapLog(value: LogParams, network: Network): Log {
    return readAs("getLogs", () => super._wrapLog(value, network));
  }

  override _wrapTransactionReceipt(
    value: TransactionReceiptParams,
    network: Network,
  ): TransactionReceipt {
    const read = () => super._wrapTransactionReceipt(value, network);
    return readAs("getTransactionReceipt", read);
  }

  override _wrapTransactionResponse(
    value: TransactionResponseParams,
    network: Network,
  ): TransactionResponse {
    return readAs("getTransaction", () => super._wrapTransactionResponse(value, network));
  }
}

function readAs<T>(method: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid(method, "ethers cannot read it", cause);
  }
}

function invalid(method: string, reason: string, cause?: unknown) {
  const facts = { method: `L1's ${method}`, path: "(whole)", reason };
  return rpcError({ code: "RPC_RESULT_INVALID", ...facts }, { cause });
}
