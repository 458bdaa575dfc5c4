/** Events of L2 as `eth_getLogs` finds them: transfers of tokens, in sealed blocks. */
import { rpcError } from "../../api/errors.ts";
import { LOG_BLOCKS_MAX, type LogFilter } from "../../api/ethereum-methods.ts";
import type { Chain, ChainBlock } from "./chain.ts";
import { type EthereumLog, type Surroundings, toReceipts } from "./transactions.ts";

const METHOD = "eth_getLogs";

/**
 * Finds the events that match a filter, in the order of their blocks and indices.
 *
 * @throws RPC_RANGE_TOO_WIDE, RPC_PARAMS_INVALID for blocks that are not known or in no order
 */
export async function findLogs(
  chain: Chain,
  filter: LogFilter,
  around: Surroundings,
): Promise<EthereumLog[]> {
  const logs: EthereumLog[] = [];
  for (const block of await findBlocks(chain, filter)) {
    const all = toReceipts(block, around).flatMap((receipt) => receipt.logs);
    logs.push(...all.filter((log) => isMatch(log, filter)));
  }
  return logs;
}

async function findBlocks(chain: Chain, filter: LogFilter): Promise<ChainBlock[]> {
  if (filter.blockHash !== undefined) {
    const block = await chain.find({ hash: filter.blockHash });
    if (block === undefined) throw invalid("0.blockHash", "no block that is known has this hash");
    return [block];
  }
  const { latest } = chain;
  const first = await chain.numberOfSealed(filter.fromBlock);
  const last = await chain.numberOfSealed(filter.toBlock);
  if (first > last) throw invalid("0.fromBlock", "it is after toBlock");
  const end = Math.min(last, latest);
  const blocks = end - first + 1;
  if (blocks > LOG_BLOCKS_MAX) {
    const facts = { method: METHOD, blocks, maximum: LOG_BLOCKS_MAX };
    throw rpcError({ code: "RPC_RANGE_TOO_WIDE", ...facts });
  }
  const found: ChainBlock[] = [];
  for (let blockNumber = first; blockNumber <= end; blockNumber++) {
    const block = await chain.findNumber(blockNumber);
    if (block === undefined) throw invalid("0.fromBlock", `block ${blockNumber} is not known`);
    found.push(block);
  }
  return found;
}

/** Topics match by place: one of a list, or any if there is none. */
function isMatch(log: EthereumLog, { address, topics }: LogFilter): boolean {
  if (address !== undefined && !address.includes(BigInt(log.address!))) return false;
  return topics.every((wanted, place) => {
    const topic = log.topics[place];
    return topic !== undefined && (wanted === undefined || wanted.includes(topic));
  });
}

function invalid(path: string, reason: string): Error {
  return rpcError({ code: "RPC_PARAMS_INVALID", method: METHOD, path, reason });
}
