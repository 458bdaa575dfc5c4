/**
 * Prices from a feed on L1 in the form of Chainlink's aggregators, which answer in ETH a token.
 *
 * @see https://docs.chain.link/data-feeds/api-reference
 */
import { Contract, type Provider } from "ethers";
import { feeError } from "../errors.ts";
import { ETHER } from "../model.ts";
import { withDeadline } from "../../util/deadline.ts";
import type { PriceSource } from "./price-source.ts";

const FEED_ABI = [
  "function decimals() view returns (uint8)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
];

interface Round {
  readonly answer: bigint;
  readonly updatedAt: bigint;
}
interface Feed {
  decimals(): Promise<bigint>;
  latestRoundData(): Promise<Round>;
}

/** More would be a mistake. */
const DECIMALS_MAX = 36n;
/** The latest block may have been read before the answer. */
const LEAD_MAX_SECONDS = 900n;

/** A feed, and how old its answers may be. */
export interface FeedPriceOptions {
  /** Address of the contract. */
  readonly address: string;
  /** Seconds between the feed's update and the latest block of L1, at most. */
  readonly maxAgeSeconds: number;
}

/**
 * Reads the price of a token from a feed of ETH a token.
 *
 * @param provider - Of the L1 that has the feed.
 */
export function feedPrice(
  { address, maxAgeSeconds }: FeedPriceOptions,
  provider: Provider,
): PriceSource {
  const name = `the feed ${address}`;
  const refuse = (reason: string) => feeError({ code: "PRICE_INVALID", source: name, reason });
  const feed = new Contract(address, FEED_ABI, provider) as unknown as Feed;
  const readAll = () =>
    Promise.all([feed.decimals(), feed.latestRoundData(), provider.getBlock("latest")]);
  return {
    name,
    async read(deadlineMs) {
      const answers = await withDeadline(readAll(), deadlineMs).catch((error: unknown) => {
        throw feeError(
          { code: "PRICE_INVALID", source: name, reason: "it does not answer as a feed does" },
          { cause: error },
        );
      });
      const [decimals, { answer, updatedAt }, latest] = answers;
      if (decimals > DECIMALS_MAX) throw refuse(`it has ${decimals} decimals`);
      if (answer <= 0n) throw refuse(`its answer is ${answer}`);
      // A round that has not been answered yet has no time.
      if (updatedAt === 0n) throw refuse("its round is not complete");
      if (latest === null) throw refuse("the L1 node has no latest block");
      const age = BigInt(latest.timestamp) - updatedAt;
      const isInFuture = age < -LEAD_MAX_SECONDS;
      if (isInFuture || age > BigInt(maxAgeSeconds)) throw refuse(`its answer is ${age} s old`);
      const wei = (answer * ETHER) / 10n ** decimals;
      if (wei < 1n) throw refuse("it is less than 1 wei a token");
      return wei;
    },
  };
}
