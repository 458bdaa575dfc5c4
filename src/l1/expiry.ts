/** When priority requests expire: then anyone may start the exodus, which ends the rollup. */
import type { Rollup } from "./generated/rollup.ts";
import { providerOf } from "./events.ts";

/** The last part of a request's time, in which it is served at any cost that fees may have. */
const URGENT_PART = 4n;

/** Returns whether less than a quarter of its time is left to the oldest request that is open. */
export async function isRequestUrgent(contract: Rollup): Promise<boolean> {
  const latest = (await providerOf(contract).getBlock("latest"))!;
  const at = { blockTag: latest.number };
  const { firstOpen, next } = await contract.priorityQueue(at);
  if (firstOpen === next) return false;
  const [{ expiration }, period] = await Promise.all([
    contract.priorityRequest(firstOpen, at),
    contract.priorityExpirationSeconds(at),
  ]);
  return (expiration - BigInt(latest.timestamp)) * URGENT_PART < period;
}
