/** Where the price of a token comes from. */

/** A source of one token's price. */
export interface PriceSource {
  /** Names the source in logs, without secrets. */
  readonly name: string;
  /**
   * Reads the price.
   *
   * @param deadlineMs - Maximum time of the answer.
   * @returns Wei for one whole token, at least 1.
   * @throws PRICE_INVALID, or any error of the transport.
   */
  read(deadlineMs: number): Promise<bigint>;
}

/** A source whose price never changes. @param wei - For one whole token, at least 1. */
export function fixedPrice(wei: bigint): PriceSource {
  return { name: "the config", read: () => Promise.resolve(wei) };
}
