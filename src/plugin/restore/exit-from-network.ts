/** Gets somebody's money out of the rollup of a network connection, with nothing but L1. */
import type { NetworkConnection } from "hardhat/types/network";
import { toChecksumAddress } from "../../l1/addresses.ts";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import type { L1Transaction, Token } from "../../l1/types.ts";
import { existingAccount } from "../../operations/rules.ts";
import { ETH_TOKEN_ID } from "../../protocol/constants.ts";
import type { Prover } from "../../prover/prover.ts";
import { restoreError } from "../../restore/errors.ts";
import {
  type ExitListener,
  type ExitReport,
  type ExitRequest,
  exitRollup,
  readExodusStatus,
} from "../../restore/exit.ts";
import { address, readInput } from "../../sdk/inputs.ts";
import { findToken } from "../../sdk/provider.ts";
import type { NetworkRestore } from "./restore-from-network.ts";

/** What was done, and what it did on L1. */
export interface NetworkExit {
  readonly request: ExitRequest;
  readonly report: ExitReport;
  /** The owner's balance on L1, in the token's smallest unit. */
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
}

/**
 * Whose money is meant, and which.
 *
 * @param account - Id of an account, which is then the only one, or L1 address of an owner, of
 * whose accounts all are.
 * @param token - ETH, or symbol, address or id of a token.
 * @throws ADDRESS_INVALID, ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_UNKNOWN
 */
export async function toExitRequest(
  { l1, restored: { executed } }: NetworkRestore,
  account: string,
  token: string,
): Promise<ExitRequest> {
  const { tokens } = await l1.readNews(l1.deploymentBlock);
  const named = findToken(tokens, /^\d+$/.test(token) ? Number(token) : token);
  if (/^\d+$/.test(account)) {
    const accountId = Number(account);
    const owner = toChecksumAddress(existingAccount(executed.state, accountId).address);
    return { owner, accountIds: [accountId], token: named, executed };
  }
  const owner = readInput(address, account, "account");
  const accountIds = executed.state.accountIdsOf(BigInt(owner));
  return { owner, accountIds, token: named, executed };
}

/** Whether the operator is there to be asked: no request has waited too long. */
export async function isAlive(l1: RollupClient): Promise<boolean> {
  return (await readExodusStatus(l1)).stage === "alive";
}

/** A full exit that was asked for. */
export interface AskedExit {
  readonly accountId: number;
  readonly requestId: number;
  readonly transaction: L1Transaction;
}

/**
 * Asks the operator, by way of L1, to pay accounts out; only their owner can. Of several accounts
 * those are asked for that hold something, in the last executed state or in a later block.
 *
 * @throws EXIT_NOTHING_TO_CLAIM without an account
 */
export async function requestFullExits(
  { ethers }: NetworkConnection,
  { l1, restored: { pending } }: NetworkRestore,
  { owner, accountIds, token, executed }: ExitRequest,
): Promise<AskedExit[]> {
  if (accountIds.length === 0) {
    throw restoreError({ code: "EXIT_NOTHING_TO_CLAIM", owner, tokenId: token.id });
  }
  const states = [executed, ...pending].map(({ state }) => state);
  const holders = accountIds.filter((id) =>
    states.some((state) => state.balance(id, token.id) > 0n),
  );
  const asOwner = await connectRollup(l1, await ethers.getSigner(owner));
  const asked: AskedExit[] = [];
  for (const accountId of holders.length > 0 ? holders : accountIds.slice(0, 1)) {
    asked.push({ accountId, ...(await asOwner.requestFullExit(accountId, token.address)) });
  }
  return asked;
}

/** @throws as {@link exitRollup} */
export async function exitFromNetwork(
  connection: NetworkConnection,
  { l1 }: NetworkRestore,
  request: ExitRequest,
  prover: Prover | undefined,
  onStep: ExitListener,
): Promise<NetworkExit> {
  const balanceBefore = await balanceOnL1(connection, request);
  const report = await exitRollup(l1, prover, request, onStep);
  const balanceAfter = await balanceOnL1(connection, request);
  return { request, report, balanceBefore, balanceAfter };
}

async function balanceOnL1(
  { ethers }: NetworkConnection,
  { owner, token }: { readonly owner: string; readonly token: Token },
): Promise<bigint> {
  if (token.id === ETH_TOKEN_ID) return ethers.provider.getBalance(owner);
  const abi = ["function balanceOf(address) view returns (uint256)"];
  const contract = new ethers.Contract(token.address, abi, ethers.provider);
  return contract.getFunction("balanceOf")(owner) as Promise<bigint>;
}
