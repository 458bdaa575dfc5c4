/** `rollup.node.fees`: how the node computes fees, and who pays them. */
import { z } from "zod";
import type { FeeSettings, TokenPriceConfig } from "../../../fees/create-fee-service.ts";

/** Fees of a node; without it everything is free. */
export type FeesConfig = FeeSettings;

const PERCENT_MAX = 100;
const BLOCKS_MAX = 1_000;
/** More would be a mistake; the history of prices is kept for it. */
const GRACE_MAX_SECONDS = 3_600;

const count = () => z.number().int().positive();
const percent = (max: number) => z.number().int().min(0).max(max);
const decimal = () =>
  z.string().regex(/^\d+(\.\d+)?$/, 'A price is a text in ETH, such as "0.00042".');
const addressText = () => z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address has 20 bytes.");

const tokenPriceSchema: z.ZodType<TokenPriceConfig> = z
  .object({
    eth: decimal().optional(),
    http: z
      .object({ url: z.string().url(), path: z.string().min(1) })
      .strict()
      .optional(),
    feed: z
      .object({ address: addressText(), maxAgeSeconds: count().optional() })
      .strict()
      .optional(),
    min: decimal().optional(),
    max: decimal().optional(),
    maxChangePercent: z.number().int().min(1).max(99).optional(),
    ttlSeconds: count().optional(),
    timeoutSeconds: count().optional(),
    maxAgeSeconds: count().optional(),
  })
  .strict()
  .refine(({ eth, http, feed }) => [eth, http, feed].filter(Boolean).length === 1, {
    message: "The price of a token comes from one of eth, http and feed.",
  })
  .refine(({ http, min, max }) => http === undefined || (min !== undefined && max !== undefined), {
    message: "A price over http needs min and max: its first answer is checked by nothing else.",
  });

const gasPriceSchema = z
  .object({
    maxGwei: count().describe("maximum that users pay; default 500").optional(),
    smoothing: count()
      .max(BLOCKS_MAX)
      .describe("number of readings averaged; default 8")
      .optional(),
    marginPercent: z
      .number()
      .int()
      .min(0)
      .max(1_000)
      .describe("addition for what changes until the execution; default 20")
      .optional(),
  })
  .strict()
  .describe("the price of L1 gas");

const targetSchema = z
  .object({
    kind: z
      .string()
      .min(1)
      .describe("its name, such as `64-main-6`; default: most slots")
      .optional(),
    fillPercent: z
      .number()
      .int()
      .min(1)
      .max(PERCENT_MAX)
      .describe("slots that are taken; default 100")
      .optional(),
    blocksPerTransaction: count()
      .max(BLOCKS_MAX)
      .describe("blocks that are committed or executed together; default 1")
      .optional(),
    proofsPerTransaction: count()
      .max(BLOCKS_MAX)
      .describe("blocks that are proven together; default 1")
      .optional(),
  })
  .strict()
  .describe("the block that every operation pays a share of");

const provingSchema = z
  .object({
    gweiPerMillionConstraints: z
      .number()
      .int()
      .min(0)
      .describe("price of a proof; default: the product of the two others")
      .optional(),
    coreSecondsPerMillionConstraints: count().describe("default 24, as measured").optional(),
    gweiPerCoreSecond: z.number().int().min(0).describe("default 4").optional(),
  })
  .strict()
  .describe("what a proof costs");

export const feesSchema = z
  .object({
    gasPrice: gasPriceSchema.optional(),
    target: targetSchema.optional(),
    proving: provingSchema.optional(),
    payoutGas: count().describe("least gas of a payout; default: as measured").optional(),
    tokens: z
      .record(z.string().min(1), tokenPriceSchema)
      .describe(
        "by address or unique symbol: tokens besides ETH that pay fees, and their price in ETH, see " +
          "docs/fees.md",
      )
      .optional(),
    tolerancePercent: percent(99).describe("how much less is accepted; default 5").optional(),
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(GRACE_MAX_SECONDS)
      .describe("how long a fee is accepted after it was named; default 60")
      .optional(),
    refreshSeconds: count()
      .max(GRACE_MAX_SECONDS)
      .describe("between readings; default 15")
      .optional(),
    maxAgeSeconds: count()
      .describe("how long the last gas price counts if L1 does not answer; default 600")
      .optional(),
    subsidised: z
      .array(z.union([z.number().int().min(0), addressText()]))
      .describe("ids and owners of accounts that pay nothing")
      .optional(),
    freeFirstKey: z.boolean().describe("whether an account's first key is free").optional(),
  })
  .strict()
  .describe("fees of L2 transactions; without it all are free");
