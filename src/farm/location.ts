/** Where proof jobs are kept. It names no type of an optional package, as users' types reach it. */
export interface QueueLocation {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Schema of the tables. Default `rollup_farm`. */
  readonly schema?: string;
}

/** The queue of an operator. */
export interface QueueSettings extends QueueLocation {
  /** Blocks whose proofs it takes at a time, from 1. Default 32. */
  readonly capacity?: number;
}

export const DEFAULT_SCHEMA = "rollup_farm";
