/** The bond of an operator on L1: what it says of itself, and whether promises are worth it. */
import { Contract, getAddress, type Provider } from "ethers";
import { isRevert } from "../l1/refusals.ts";
import { receiptError } from "./errors.ts";
import { RECEIPT_BOND_ABI } from "./generated/bond-abi.ts";
import type { BondIdentity } from "./sealed-block.ts";

/** A bond as L1 has it. */
export interface Bond extends BondIdentity {
  /** The rollup that its promises are about, checksummed. */
  readonly rollupAddress: string;
  /** Who may withdraw it, checksummed. */
  readonly ownerAddress: string;
  /** Whose signatures are promises, checksummed. */
  readonly signerAddress: string;
  /** Price of a broken promise. */
  readonly penaltyWei: bigint;
  readonly balanceWei: bigint;
  /** From the announcement of a withdrawal to the withdrawal. */
  readonly delaySeconds: bigint;
  /** Unix seconds from which on it can be withdrawn; undefined if nothing is announced. */
  readonly withdrawableAt?: bigint;
}

/**
 * Reads a bond. What it says is worth as much as its code: only a bond whose address comes from
 * somebody trusted is known to be a `ReceiptBond`.
 *
 * @param provider - L1 node that is believed.
 * @param bondAddress - Address of the contract.
 * @returns What L1 has of it now.
 * @throws BOND_NOT_FOUND, and the errors of the provider
 *
 * @example
 * await readBond(ethers.provider, alice.address); // throws BOND_NOT_FOUND
 */
export async function readBond(provider: Provider, bondAddress: string): Promise<Bond> {
  const address = getAddress(bondAddress);
  const { chainId } = await provider.getNetwork();
  if ((await provider.getCode(address)) === "0x") {
    throw receiptError({ code: "BOND_NOT_FOUND", bondAddress: address, chainId });
  }
  const contract = new Contract(address, RECEIPT_BOND_ABI, { provider });
  const read = async (name: string) => {
    try {
      return (await contract.getFunction(name).staticCall()) as unknown;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (!isRevert(error) && code !== "BAD_DATA") throw error;
      throw receiptError({ code: "BOND_NOT_FOUND", bondAddress: address, chainId });
    }
  };
  const [rollup, owner, signer, penalty, delay, withdrawable, balanceWei] = await Promise.all([
    ...["rollup", "owner", "signer", "penalty", "delaySeconds", "withdrawableAt"].map(read),
    provider.getBalance(address),
  ]);
  return {
    chainId,
    bondAddress: address,
    rollupAddress: rollup as string,
    ownerAddress: owner as string,
    signerAddress: signer as string,
    penaltyWei: penalty as bigint,
    balanceWei: balanceWei as bigint,
    delaySeconds: delay as bigint,
    ...(withdrawable !== 0n && { withdrawableAt: withdrawable as bigint }),
  };
}

/**
 * Asserts that promises by a bond are worth something: it names this rollup, can pay a penalty, and
 * is not about to be withdrawn.
 *
 * @param rollupAddress - The rollup that is promised about.
 * @param signerAddress - Who signs, if that is known.
 * @throws BOND_OF_OTHER_ROLLUP, BOND_SIGNER_MISMATCH, BOND_UNDERFUNDED, BOND_WITHDRAWAL_ANNOUNCED
 */
export function assertBond(bond: Bond, rollupAddress: string, signerAddress?: string): void {
  const { bondAddress, balanceWei, penaltyWei, withdrawableAt } = bond;
  if (bond.rollupAddress !== getAddress(rollupAddress)) {
    const facts = { bondAddress, expected: getAddress(rollupAddress), actual: bond.rollupAddress };
    throw receiptError({ code: "BOND_OF_OTHER_ROLLUP", ...facts });
  }
  if (signerAddress !== undefined && bond.signerAddress !== getAddress(signerAddress)) {
    const facts = { bondAddress, expected: bond.signerAddress, actual: getAddress(signerAddress) };
    throw receiptError({ code: "BOND_SIGNER_MISMATCH", ...facts });
  }
  if (balanceWei < penaltyWei) {
    throw receiptError({ code: "BOND_UNDERFUNDED", bondAddress, balanceWei, penaltyWei });
  }
  if (withdrawableAt !== undefined) {
    throw receiptError({ code: "BOND_WITHDRAWAL_ANNOUNCED", bondAddress, withdrawableAt });
  }
}
