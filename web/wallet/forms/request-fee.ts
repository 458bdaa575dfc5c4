/** What L1 takes for a request, beside gas. */
import type { Fact } from "../facts.tsx";
import { ETH, showAmount } from "../tokens.ts";

/** A line of a review; none where L1 takes nothing. @param fee - In wei. */
export function feeFacts(fee: bigint): readonly Fact[] {
  return fee === 0n ? [] : [["Request fee", showAmount(fee, ETH)]];
}
