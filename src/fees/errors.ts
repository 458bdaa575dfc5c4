/** Why no fee can be named, or a fee is not enough. */
import { defineErrors } from "../util/errors.ts";

export type FeeErrorFacts =
  | { code: "FEE_TOO_LOW"; given: bigint; required: bigint; tokenId: number; symbol: string }
  | { code: "FEE_TOKEN_WITHOUT_PRICE"; tokenId: number }
  | { code: "FEE_PRICE_UNKNOWN"; tokenId: number; maximumAgeSeconds: number }
  | { code: "FEE_GAS_PRICE_UNKNOWN"; maximumAgeSeconds: number }
  | { code: "FEE_OUT_OF_RANGE"; tokenId: number; cost: bigint }
  | { code: "FEE_TARGET_UNKNOWN"; kind: string; known: readonly string[] }
  | { code: "PRICE_INVALID"; source: string; reason: string }
  | { code: "PRICE_SOURCE_INVALID"; source: string; reason: string };

export const feeError = defineErrors<FeeErrorFacts>({
  FEE_TOO_LOW: {
    message: ({ given, required, tokenId, symbol }) =>
      `The fee is ${given} of token ${tokenId} (${symbol}), and ${required} is required at present.`,
    fix: "Sign again with the fee of rollup_getFee or rollup_getBatchFee, or leave it to the wallet.",
  },
  FEE_TOKEN_WITHOUT_PRICE: {
    message: ({ tokenId }) => `No fee can be paid in token ${tokenId}, which has no price here.`,
    fix: "Pay no fee in it: send it in a batch with a transaction that pays for both in ETH.",
  },
  FEE_PRICE_UNKNOWN: {
    message: ({ tokenId, maximumAgeSeconds }) =>
      `The price of token ${tokenId} could not be read for ${maximumAgeSeconds} s.`,
    fix: "Pay in another token, or try again later; whoever runs the operator checks its source.",
  },
  FEE_GAS_PRICE_UNKNOWN: {
    message: ({ maximumAgeSeconds }) =>
      `The gas price of L1 could not be read for ${maximumAgeSeconds} s, so no fee can be named.`,
    fix: "Try again later; whoever runs the operator checks its L1 node.",
  },
  FEE_OUT_OF_RANGE: {
    message: ({ tokenId, cost }) =>
      `A fee worth ${cost} wei is more of token ${tokenId} than a transaction can carry.`,
    fix: "Pay the fee in another token.",
  },
  FEE_TARGET_UNKNOWN: {
    message: ({ kind, known }) => `The target of fees is a block ${kind}, not ${known.join(", ")}.`,
    fix: "Name one of these kinds in rollup.node.fees.target.kind, or omit it.",
  },
  PRICE_INVALID: {
    message: ({ source, reason }) => `The price from ${source} cannot be used: ${reason}.`,
    fix: "Check the source: the last price stays in use for the time that the config allows.",
  },
  PRICE_SOURCE_INVALID: {
    message: ({ source, reason }) => `The price source ${source} cannot be used: ${reason}.`,
    fix: "Correct its entry in rollup.node.fees.tokens, see docs/fees.md.",
  },
});
