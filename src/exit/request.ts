/** Turns an account and a token, as a person names them, into an exit; requests or performs it. */
import { Contract } from "ethers";
import { toChecksumAddress } from "../l1/addresses.ts";
import type { RollupClient } from "../l1/client.ts";
import { providerOf } from "../l1/events.ts";
import type { L1Transaction, Token } from "../l1/types.ts";
import { existingAccount } from "../operations/rules.ts";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
import type { Prover } from "../prover/prover.ts";
import { completeHistory, readTokens } from "../restore/history.ts";
import type { RestoredRollup } from "../restore/restore.ts";
import { address, readInput } from "../sdk/inputs.ts";
import { findToken } from "../sdk/provider.ts";
import { exitError } from "./errors.ts";
import {
  type ExitListener,
  type ExitReport,
  type ExitRequest,
  exitRollup,
  readExodusStatus,
} from "./exit.ts";

/** An exit with the balances on L1 around it. */
export interface AccountedExit {
  readonly request: ExitRequest;
  readonly report: ExitReport;
  /** The owner's balance on L1, in the token's smallest unit. */
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
}

/**
 * Finds the exit that a person means.
 *
 * @param l1 - A client of the rollup.
 * @param restored - From {@link restoreRollup}.
 * @param account - Id of an account, or L1 address of an owner for all accounts of that owner.
 * @param token - ETH, or symbol, address or id of a token.
 * @returns The request, with the history of L1 up to its latest block.
 * @throws ADDRESS_INVALID, ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_UNKNOWN
 *
 * @example
 * const restored = await restoreRollup(createRestoreSource(client));
 * const { owner, accountIds } = await toExitRequest(client, restored, alice.address, "ETH");
 * owner === alice.address; // true
 * accountIds.length; // 1
 * await toExitRequest(client, restored, alice.address, "NONE"); // throws TOKEN_UNKNOWN
 */
export async function toExitRequest(
  l1: RollupClient,
  { executed, history: known }: RestoredRollup,
  account: string,
  token: string,
): Promise<ExitRequest & Required<Pick<ExitRequest, "history">>> {
  const history = await completeHistory(l1, known);
  const tokens = await readTokens(l1, history);
  const named = findToken(tokens, /^\d+$/.test(token) ? Number(token) : token);
  const common = { token: named, executed, history };
  if (/^\d+$/.test(account)) {
    const accountId = Number(account);
    const owner = toChecksumAddress(existingAccount(executed.state, accountId).address);
    return { ...common, owner, accountIds: [accountId] };
  }
  const owner = readInput(address, account, "account");
  return { ...common, owner, accountIds: executed.state.accountIdsOf(BigInt(owner)) };
}

/** Whether the operator can still be asked: no request has waited too long. */
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
 * Requests full exits on L1, which the operator must serve. Of several accounts it requests those
 * with a balance in the last executed state or after a later block.
 *
 * @param connectAs - Connects with an address as the signer: L1 takes the request from its owner
 * alone.
 * @param restored - From {@link restoreRollup}.
 * @param request - From {@link toExitRequest}.
 * @returns One entry for each request: account, id in the priority queue and L1 transaction.
 * @throws EXIT_NOTHING_TO_CLAIM without an account; the codes of sending, see {@link RollupClient}
 *
 * @example
 * const restored = await restoreRollup(createRestoreSource(client));
 * const request = await toExitRequest(client, restored, alice.address, "ETH");
 * const connectAs = async (owner) => connectRollup(client, await ethers.getSigner(owner));
 * const [{ requestId }] = await requestFullExits(connectAs, restored, request);
 * await rollup.processBlocks();
 * await alice.getBalance("ETH"); // 0n
 * rollup.operator.requestReceipt(requestId).status; // "executed"
 */
export async function requestFullExits(
  connectAs: (owner: string) => Promise<RollupClient>,
  { pending }: RestoredRollup,
  { owner, accountIds, token, executed }: ExitRequest,
): Promise<AskedExit[]> {
  if (accountIds.length === 0) {
    const { id: tokenId, symbol } = token;
    throw exitError({ code: "EXIT_NOTHING_TO_CLAIM", owner, tokenId, symbol });
  }
  const states = [executed, ...pending].map(({ state }) => state);
  const holders = accountIds.filter((id) =>
    states.some((state) => state.balance(id, token.id) > 0n),
  );
  const asOwner = await connectAs(owner);
  const asked: AskedExit[] = [];
  for (const accountId of holders.length > 0 ? holders : accountIds.slice(0, 1)) {
    asked.push({ accountId, ...(await asOwner.requestFullExit(accountId, token.address)) });
  }
  return asked;
}

/**
 * Performs an exit, and reads the owner's balance on L1 before and after.
 *
 * @param l1 - A client whose signer pays for gas; it need not be the owner.
 * @param request - From {@link toExitRequest}.
 * @param prover - As of {@link exitRollup}.
 * @param onStep - Receives each step as it begins.
 * @returns The report, and the owner's balances in the token's smallest unit.
 * @throws as {@link exitRollup}
 *
 * @example
 * await client.depositEth(alice.address, 5n);
 * await networkHelpers.time.increase(15 * 24 * 60 * 60);
 * const restored = await restoreRollup(createRestoreSource(client));
 * const request = await toExitRequest(client, restored, alice.address, "ETH");
 * const exit = await exitAndAccount(client, request, undefined, () => {});
 * exit.balanceAfter - exit.balanceBefore; // ethers.parseEther("10") + 5n
 */
export async function exitAndAccount(
  l1: RollupClient,
  request: ExitRequest,
  prover: Prover | undefined,
  onStep: ExitListener,
): Promise<AccountedExit> {
  const balanceBefore = await balanceOnL1(l1, request);
  const report = await exitRollup(l1, prover, request, onStep);
  const balanceAfter = await balanceOnL1(l1, request);
  return { request, report, balanceBefore, balanceAfter };
}

const BALANCE_ABI = ["function balanceOf(address) view returns (uint256)"];

async function balanceOnL1(
  { contract }: RollupClient,
  { owner, token }: { readonly owner: string; readonly token: Token },
): Promise<bigint> {
  const provider = providerOf(contract);
  if (token.id === ETH_TOKEN_ID) return provider.getBalance(owner);
  const erc20 = new Contract(token.address, BALANCE_ABI, provider);
  return erc20.getFunction("balanceOf")(owner) as Promise<bigint>;
}
