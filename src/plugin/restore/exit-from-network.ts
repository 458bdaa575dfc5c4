/** Gets somebody's money out of the rollup of a network connection, with nothing but L1. */
import { getAddress, isAddress } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { toChecksumAddress } from "../../l1/addresses.ts";
import { connectRollup, type RollupClient } from "../../l1/client.ts";
import type { L1Transaction, Token } from "../../l1/types.ts";
import { existingAccount } from "../../ops/rules.ts";
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
 * @param account - Id of the account, or L1 address of its owner.
 * @param token - ETH, or symbol, address or id of a token.
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_UNKNOWN
 */
export async function toExitRequest(
  { l1, restored: { executed } }: NetworkRestore,
  account: string,
  token: string,
): Promise<ExitRequest> {
  const { tokens } = await l1.readNews(l1.deploymentBlock);
  const named = findToken(tokens, /^\d+$/.test(token) ? Number(token) : token);
  if (isAddress(account)) {
    const accountId = executed.state.accountIdOf(BigInt(account));
    return { owner: getAddress(account), accountId, token: named, executed };
  }
  const accountId = Number(account);
  const owner = toChecksumAddress(existingAccount(executed.state, accountId).address);
  return { owner, accountId, token: named, executed };
}

/**
 * Whether the operator is to be asked rather than left behind.
 *
 * @throws EXIT_ROLLUP_ALIVE if it is, and nobody wants to ask it
 */
export async function isToBeAsked(l1: RollupClient, isAskingWanted: boolean): Promise<boolean> {
  const { stage, expiration } = await readExodusStatus(l1);
  if (stage !== "alive") return false;
  if (isAskingWanted) return true;
  throw restoreError({ code: "EXIT_ROLLUP_ALIVE", expiration });
}

/** Asks the operator, by way of L1, to pay an account out; only its owner can. */
export async function requestFullExit(
  { ethers }: NetworkConnection,
  l1: RollupClient,
  { owner, accountId, token }: ExitRequest,
): Promise<{ requestId: number; transaction: L1Transaction }> {
  if (accountId === undefined) {
    throw restoreError({ code: "EXIT_NOTHING_TO_CLAIM", owner, tokenId: token.id });
  }
  const asOwner = await connectRollup(l1, await ethers.getSigner(owner));
  return asOwner.requestFullExit(accountId, token.address);
}

/** @throws as {@link exitRollup} */
export async function exitFromNetwork(
  connection: NetworkConnection,
  { l1 }: NetworkRestore,
  request: ExitRequest,
  prover: Prover,
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
