/**
 * The evidence for an exit, which claims a balance in a final state: the witness of
 * `circuits/exit/exit.circom`, or the same data as a path for `contracts/ExitVerifier.sol`.
 *
 * @see docs/restore-and-exit.md#by-proof-or-by-path
 */
import { existingAccount } from "../operations/rules.ts";
import { isMainToken } from "../protocol/kinds.ts";
import { EXIT_PUBLIC_INPUTS, type ExitPublicInput } from "../protocol/public-inputs.ts";
import type { RollupState, Siblings } from "../state/rollup-state.ts";

/**
 * The input signals of the circuit `Exit`. A type, not an interface, so that it is assignable to
 * the inputs of any circuit.
 */
export type ExitWitnessInput = Readonly<Record<ExitPublicInput, bigint>> & {
  readonly nonce: bigint;
  readonly pubKeyHash: bigint;
  readonly reserved: bigint;
  readonly tails: readonly bigint[];
  readonly balances: readonly bigint[];
  /** Of the token's place in its tail, which holds 0 if it is a main token. */
  readonly tailSiblings: Siblings;
  readonly stateSiblings: Siblings;
};

/**
 * Creates the inputs of the exit circuit for one balance of an account.
 *
 * @param state - The state after the last executed block; L1 accepts exits from no other.
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 */
export function createExitWitnessInput(
  state: RollupState,
  accountId: number,
  tokenId: number,
): ExitWitnessInput {
  const { address, nonce, pubKeyHash } = existingAccount(state, accountId);
  const { balance, leaf, tailSiblings, stateSiblings } = state.witness(accountId, tokenId);
  return {
    stateRoot: state.root,
    accountId: BigInt(accountId),
    tokenId: BigInt(tokenId),
    owner: address,
    amount: balance,
    nonce: BigInt(nonce),
    pubKeyHash,
    reserved: leaf.reserved,
    tails: leaf.tails,
    balances: leaf.balances,
    tailSiblings,
    stateSiblings,
  };
}

/**
 * Returns the path from a claim to the state root, in the order of `IExitVerifier`: the words of
 * the account's leaf that the claim does not name, siblings in the token's tail unless it is a main
 * token, siblings in the state tree.
 */
export function exitPath(input: ExitWitnessInput): bigint[] {
  const { nonce, pubKeyHash, reserved, tails, balances, tailSiblings, stateSiblings } = input;
  const inTail = isMainToken(Number(input.tokenId)) ? [] : tailSiblings;
  const leaf = [nonce, pubKeyHash, reserved, ...tails, ...balances];
  return [...leaf, ...inTail.flat(), ...stateSiblings.flat()];
}

/** Returns the public inputs of an exit, in the order of the circuit. */
export function exitPublicInputs(input: ExitWitnessInput): bigint[] {
  return EXIT_PUBLIC_INPUTS.map((name) => input[name]);
}
