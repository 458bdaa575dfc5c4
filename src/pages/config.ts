/** What the pages know of the rollup that they show: the file `config.json` beside them. */
import { z } from "zod";

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an L1 address of 0x-hex");
/** A link to anything else, such as `javascript:`, would run in the pages. */
const webUrl = z.string().regex(/^https?:\/\/[^\s]+$/i, "a URL of http or https");

export const pagesConfig = z
  .object({
    /** URL of a node of the rollup, relative to the pages or absolute. */
    rpc: z.string(),
    /** URL of an RPC node of L1; default: the node's, which an exit must not depend on. */
    l1: z.string().optional(),
    /** Address of the rollup's contract; the pages refuse a node of another one. */
    rollup: address.optional(),
    /** URL of a block explorer of L1, such as `https://etherscan.io`. */
    l1Explorer: webUrl.optional(),
    /** URLs of the exit circuit's files; without them an exit goes by path. */
    exit: z.object({ wasm: z.string(), zkey: z.string(), verificationKey: z.string() }).optional(),
    /** Public test accounts of a devnet. */
    accounts: z.array(z.object({ address, privateKey: z.string() })).optional(),
  })
  .strict();

/** What `config.json` has; each field is described at the schema {@link pagesConfig}. */
export type PagesConfig = z.infer<typeof pagesConfig>;
