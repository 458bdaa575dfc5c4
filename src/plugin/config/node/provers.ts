/** `rollup.node.provers`: who proves the node's blocks, besides its own process. */
import { z } from "zod";

/** The entry `rollup.node.provers` of a Hardhat config. */
export interface ProversUserConfig {
  /**
   * URL of a PostgreSQL database whose workers (`rollup:prover`) prove the blocks. Default: the
   * environment variable ROLLUP_PROVER_QUEUE, or else the node's own process.
   */
  queue?: string;
  /** Schema of its tables. Default `rollup_farm`. */
  schema?: string;
  /** Blocks whose proofs the queue takes at a time, 1 to 1,024. Default 32. */
  capacity?: number;
}

export interface ProversConfig {
  /** With everything that the server needs to know, also a password. */
  readonly queue?: string;
  readonly schema?: string;
  /** Blocks whose proofs the queue takes at a time. */
  readonly capacity?: number;
}

/** Names the queue where a command line or a config file should not have its password. */
export const QUEUE_VARIABLE = "ROLLUP_PROVER_QUEUE";

/** Where a task finds the queue besides its option. */
export const QUEUE_PLACES = [
  `the environment variable ${QUEUE_VARIABLE}`,
  "rollup.node.provers.queue in the config",
] as const;

/** Each waiting block stays in memory with its witness input. */
export const QUEUE_CAPACITY_MAX = 1_024;

export const proversSchema = z
  .object({
    queue: z
      .string()
      .regex(/^postgres(ql)?:\/\//, { message: "The queue is a database, postgres://…" })
      .optional()
      .describe(
        "database whose workers (`rollup:prover`) prove the blocks, `postgres://…`; by default " +
          `the environment variable \`${QUEUE_VARIABLE}\`, or else this process proves them`,
      ),
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,47}$/, { message: "A schema is a name in small letters." })
      .optional()
      .describe("schema of the queue's tables; by default `rollup_farm`"),
    capacity: z
      .number()
      .int()
      .min(1)
      .max(QUEUE_CAPACITY_MAX)
      .optional()
      .describe(
        "blocks whose proofs the queue takes at a time, 1 to 1,024: more than there are workers, so " +
          "that none waits. Default 32",
      ),
  })
  .strict()
  .describe("who proves the blocks, see [the farm](farm.md)");

export function resolveProvers(user: ProversUserConfig = {}): ProversConfig {
  const { queue = process.env[QUEUE_VARIABLE], schema, capacity } = user;
  return {
    ...(queue && { queue }),
    ...(schema !== undefined && { schema }),
    ...(capacity !== undefined && { capacity }),
  };
}
