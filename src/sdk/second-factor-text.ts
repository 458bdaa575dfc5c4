/** The text that the owner of an account signs if its second factor asks for it. */
import type { AuthorizationDomain } from "../l1/authorization.ts";
import { type TextTransaction, transactionText } from "../l1/second-factor.ts";
import { findToken, type Token } from "./provider.ts";

/**
 * Writes the text of a transaction, or of a whole batch, that an owner signs by EIP-191 with the
 * Ethereum key. A wallet does so by itself; a program of your own puts the signature into
 * `ethereumSignature` of a transaction of the owner.
 *
 * @param batch - All transactions of the batch in their order; one if it is sent alone.
 * @param tokens - Those that the batch moves: with addresses and decimals of L1, and the symbols
 * that the operator names.
 * @param rollup - Chain id of L1 and address of the contract: the text counts nowhere else.
 * @returns The text: what is done, token, fee, account, nonce, validity and rollup.
 * @throws TOKEN_UNKNOWN
 *
 * @example
 * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 5n });
 * const text = secondFactorText([signed], await provider.getTokens(), await provider.getConfig());
 * const ethereumSignature = await alice.l1Signer.signMessage(text);
 * (await provider.submitTransaction({ ...signed, ethereumSignature })).status; // "accepted"
 * text.split("\n")[1]; // "Fee: 0.0 ETH"
 */
export function secondFactorText(
  batch: readonly TextTransaction[],
  tokens: readonly Token[],
  rollup: AuthorizationDomain,
): string {
  return transactionText(batch, (tokenId) => findToken(tokens, tokenId), rollup);
}
