/** Exact costs of L1 transactions: gas, and bytes of calldata. */

import { dataLength, getBytes } from "ethers";
import type { RollupClient } from "../l1/client.ts";
import { providerOf } from "../l1/events.ts";
import type { L1Transaction } from "../l1/types.ts";
import { assert } from "../util/errors.ts";

export const PHASES = ["commit", "prove", "execute"] as const;
export type Phase = (typeof PHASES)[number];
export type PerPhase<T> = Readonly<Record<Phase, T>>;

export interface Cost {
  readonly gas: number;
  readonly calldataBytes: number;
  /** Gas without the base cost and calldata; equal in all runs. */
  readonly executionGas: number;
}

/** @see EIP-2028 */
const CALLDATA_GAS = { transaction: 21_000, zeroByte: 4, otherByte: 16 } as const;

/** Reads the cost of a mined transaction. */
export async function costOf(client: RollupClient, sent: L1Transaction): Promise<Cost> {
  const transaction = await providerOf(client.contract).getTransaction(sent.hash);
  assert(transaction !== null, "a mined transaction is there");
  const { data } = transaction;
  const gas = Number(sent.gasUsed);
  const zeros = getBytes(data).filter((byte) => byte === 0).length;
  const others = dataLength(data) - zeros;
  const calldataGas = CALLDATA_GAS.zeroByte * zeros + CALLDATA_GAS.otherByte * others;
  const executionGas = gas - CALLDATA_GAS.transaction - calldataGas;
  return { gas, calldataBytes: dataLength(data), executionGas };
}

export function sumPhases({ commit, prove, execute }: PerPhase<number>): number {
  return commit + prove + execute;
}

/** Computes one value per phase. */
export function perPhase<T>(valueOf: (phase: Phase) => T): PerPhase<T> {
  return { commit: valueOf("commit"), prove: valueOf("prove"), execute: valueOf("execute") };
}
