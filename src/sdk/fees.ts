/** Fees that a wallet proposes by itself: what the operator asks for, up to a maximum. */
import type { Provider } from "ethers";
import { L1_GAS } from "../fees/generated/l1-gas.ts";
import type { TransactionType } from "../operations/table.ts";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
import type { Draft } from "./drafts.ts";
import { sdkError } from "./errors.ts";

/** How many times the cost of a whole block a fee in ETH may be. */
const BLOCKS_MAX = 2n;
/** Where the L1 node is the operator's, it can name any gas price. */
const FEE_MAX_WEI = 5n * 10n ** 16n;
/** In a token whose price the wallet does not know. */
const AMOUNT_PARTS = 100n;

/**
 * Returns the maximum that a wallet signs if its user names neither fee nor maximum. In ETH: twice
 * what L1 takes for a block with this transaction alone, at the gas price that the wallet's L1 node
 * names, and 0.05 ETH. In another token: a hundredth of the moved amount.
 *
 * @param fee - The proposed one; if it is 0, L1 is not asked.
 */
async function defaultMaxFee({ content }: Draft, fee: bigint, l1: Provider): Promise<bigint> {
  if (fee === 0n) return 0n;
  if (content.tokenId !== ETH_TOKEN_ID) {
    return "amount" in content ? content.amount / AMOUNT_PARTS : 0n;
  }
  const { gasPrice, maxFeePerGas } = await l1.getFeeData();
  const wei = BLOCKS_MAX * BigInt(gasOfOwnBlock(content.type)) * (gasPrice ?? maxFeePerGas ?? 0n);
  return wei < FEE_MAX_WEI ? wei : FEE_MAX_WEI;
}

/** Gas of an L1 block of one operation, of the most expensive sort of its type. */
function gasOfOwnBlock(type: TransactionType): number {
  const { block, proofs, operations } = L1_GAS;
  const costs = Object.entries(operations)
    .filter(([name]) => name.startsWith(type))
    .map(([, { commit, prove, execute }]) => commit + prove + execute);
  return block.commit + proofs[0].gas + block.execute + Math.max(...costs);
}

/**
 * Decides on the fee of a draft.
 *
 * @param ask - Asks the operator for its fee; only called if the draft has none.
 * @param l1 - The wallet's own L1 node.
 * @throws FEE_ABOVE_MAXIMUM
 */
export async function decideFee(
  draft: Draft,
  ask: () => Promise<bigint>,
  l1: Provider,
): Promise<bigint> {
  const { fee: given, maxFee } = draft.options;
  const fee = given ?? (await ask());
  const maximum = maxFee ?? (given === undefined ? await defaultMaxFee(draft, fee, l1) : fee);
  if (fee <= maximum) return fee;
  throw sdkError({ code: "FEE_ABOVE_MAXIMUM", fee, maximum, tokenId: draft.content.tokenId });
}
