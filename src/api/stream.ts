/** The messages of the WebSocket at `/v1/stream`, as JSON. */
import { z } from "zod";
import { accountReference, hash } from "./schemas.ts";

const id = z.number().int().nonnegative();
/** The cursor of the last event that the client has; none: from now on. */
const from = z
  .string()
  .regex(/^[0-9a-f]{8}-\d{1,15}$/, "expected the cursor of an event")
  .optional();

/** What a client may send. The answer has the same `id`. */
export const streamRequest = z.union([
  z.object({ id, subscribe: z.literal("blocks"), from }).strict(),
  z.object({ id, subscribe: z.literal("account"), account: accountReference, from }).strict(),
  z.object({ id, subscribe: z.literal("transaction"), hash, from }).strict(),
  z.object({ id, unsubscribe: id }).strict(),
]);
export type StreamRequest = z.output<typeof streamRequest>;

/** Why the server closes a connection, by the code of its close frame. */
export const STREAM_CLOSE_CODES = {
  /** The client does not read what it has subscribed to. */
  slowClient: 4000,
  /** The client sends more than its rate. */
  rateLimited: 4001,
  /** The state was replaced by an earlier one, as `evm_revert` does: cursors are void. */
  replaced: 4002,
} as const;
