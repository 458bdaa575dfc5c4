/**
 * What shows a claim to be right, an account's balance in a state that is final: the witness of
 * `circuits/exit/exit.circom`, or the same as a path for `contracts/ExitVerifier.sol`.
 */
import { existingAccount } from "../operations/rules.ts";
import { EXIT_PUBLIC_INPUTS, type ExitPublicInput } from "../protocol/public-inputs.ts";
import type { BranchWitness, RollupState } from "../state/rollup-state.ts";

/**
 * The input signals of the circuit `Exit`. A type, so that it fits where any circuit's inputs do.
 */
export type ExitWitnessInput = Readonly<Record<ExitPublicInput, bigint>> & {
  readonly nonce: bigint;
  readonly pubKeyHash: bigint;
  readonly stateSiblings: BranchWitness["stateSiblings"];
  readonly tokenSiblings: BranchWitness["tokenSiblings"];
};

/**
 * All that the exit circuit needs to prove what an account holds.
 *
 * @param state - After the last executed block: L1 takes exits against no other.
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 */
export function createExitWitnessInput(
  state: RollupState,
  accountId: number,
  tokenId: number,
): ExitWitnessInput {
  const { address, nonce, pubKeyHash } = existingAccount(state, accountId);
  const { balance, stateSiblings, tokenSiblings } = state.witness(accountId, tokenId);
  return {
    stateRoot: state.root,
    accountId: BigInt(accountId),
    tokenId: BigInt(tokenId),
    owner: address,
    amount: balance,
    nonce: BigInt(nonce),
    pubKeyHash,
    stateSiblings,
    tokenSiblings,
  };
}

/**
 * What the state has between a claim and its root, in the order of `IExitVerifier`: nonce and
 * public key hash of the account, the siblings in its balance tree, those in the state tree.
 */
export function exitPath({
  nonce,
  pubKeyHash,
  tokenSiblings,
  stateSiblings,
}: ExitWitnessInput): bigint[] {
  return [nonce, pubKeyHash, ...tokenSiblings.flat(), ...stateSiblings.flat()];
}

/** The public ones of an exit's input signals, in the order of the circuit. */
export function exitPublicInputs(input: ExitWitnessInput): bigint[] {
  return EXIT_PUBLIC_INPUTS.map((name) => input[name]);
}
