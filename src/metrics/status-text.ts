/** How a node is doing, in one line for a terminal. */
import { formatEther } from "ethers";
import { waitingBlocks } from "../operator/ledger/queries.ts";
import type { Operator } from "../operator/operator.ts";
import type { Monitor } from "./monitor.ts";

/** @returns What waits where, the rate of transactions, costs on L1, and why nothing moves. */
export function describeStatus(operator: Operator, { activity, notReady }: Monitor): string {
  const ledger = operator.checkpoint();
  const waiting = waitingBlocks(ledger);
  const count = (status: string) => waiting.filter((block) => block.status === status).length;
  const { l1GasUsed, l1FeeWei, acceptedPerSecond } = activity;
  const [reason] = notReady;
  const parts = [
    reason === undefined ? "ready" : reason.code,
    `open block ${ledger.open.block.header.blockNumber}: ${ledger.open.items.length}`,
    `to commit ${count("sealed")}, prove ${count("committed")}, execute ${count("proven")}`,
    `executed ${operator.progress.executed}`,
    `${acceptedPerSecond.toFixed(1)} tx/s`,
    `L1 ${formatGas(l1GasUsed)} gas, ${Number(formatEther(l1FeeWei)).toPrecision(3)} ETH`,
  ];
  return parts.join(" | ");
}

function formatGas(gas: bigint): string {
  return gas < 1_000_000n ? `${gas}` : `${(Number(gas) / 1e6).toFixed(1)}M`;
}
