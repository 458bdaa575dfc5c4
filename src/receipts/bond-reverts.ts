/** What a bond on L1 says when it refuses something. */
import { Interface } from "ethers";
import { namedRevert } from "../l1/reverts.ts";
import { RECEIPT_BOND_ABI } from "./generated/bond-abi.ts";

/** A Solidity error of a bond, or of the rollup that it asks. */
export interface BondRevert {
  /** Name of the Solidity error. */
  readonly error: string;
  /** The error's values by name. */
  readonly values: { readonly [name: string]: unknown };
  /** What to do about it. */
  readonly advice: string;
}

const SECONDS_PER_DAY = 24n * 60n * 60n;
const NOTHING_LEFT = "Nothing is left to claim: the penalty of this promise is paid, or not owed.";
const LOOK_UP = "Look the error up in hardhat-zkrollup/contracts/interfaces/IReceiptBond.sol.";

/** Errors that people meet, by what they can do; the others stand in the contract. */
const ADVICE: { readonly [error: string]: (values: Record<string, unknown>) => string } = {
  SignerZero: () => "Pass the address of the key that signs promises as --signer.",
  PenaltyZero: () => "Pass a penalty above 0 as --penalty.",
  DelayTooShort: ({ neededSeconds }) =>
    `Pass at least ${((neededSeconds as bigint) + SECONDS_PER_DAY - 1n) / SECONDS_PER_DAY} ` +
    "as --delay-days: claims need that time.",
  NotOwner: () => "Make the bond's owner the first account of the network.",
  WithdrawalNotAnnounced: () => "Announce the withdrawal with --announce, and wait for its delay.",
  WithdrawalTooEarly: ({ availableAt }) =>
    `Withdraw from ${new Date(1000 * Number(availableAt)).toISOString()} on.`,
  BondEmpty: () => "There is nothing to pay out; --fund pays into the bond.",
  PaymentFailed: ({ recipient }) => `Use an account that takes ETH: ${String(recipient)} does not.`,
  ClaimedAlready: () => NOTHING_LEFT,
  InclusionClaimedAlready: () => NOTHING_LEFT,
  PromiseKept: () => NOTHING_LEFT,
  InclusionKept: () => NOTHING_LEFT,
  PromiseVoid: () => "Nothing is owed: a reorg of L1 has replaced the block of the promise.",
  AnchorUnavailable: () => "Somebody must call keepAnchor of the bond while L1 has the block.",
};

/** Reads the Solidity error of a refused call. @returns Undefined if none was reverted by name. */
export function readBondRevert(error: unknown): BondRevert | undefined {
  const revert = namedRevert(error, new Interface(RECEIPT_BOND_ABI));
  if (revert === undefined) return undefined;
  const { name, values } = revert;
  return { error: name, values, advice: ADVICE[name]?.(values) ?? LOOK_UP };
}
