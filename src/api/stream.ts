/** The messages of the WebSocket at `/v1/stream`, as JSON. */
import { z } from "zod";
import { accountReference, block, hash, requestReceipt, transactionReceipt } from "./schemas.ts";

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

const progress = {
  /** Number of the subscription. */
  subscription: id,
  cursor: z.string(),
  status: transactionReceipt.shape.status,
  blockNumber: transactionReceipt.shape.blockNumber,
  slotIndex: transactionReceipt.shape.slotIndex,
};

/** What happens to a block, a transaction or a request. */
const streamEvent = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("block"),
    subscription: id,
    cursor: z.string(),
    blockNumber: z.number().int().positive(),
    status: block.shape.status,
  }),
  z.object({
    event: z.literal("transaction"),
    ...progress,
    type: transactionReceipt.shape.type,
    hash,
    accountId: transactionReceipt.shape.accountId,
    nonce: transactionReceipt.shape.nonce,
    rejection: transactionReceipt.shape.rejection,
  }),
  z.object({
    event: z.literal("request"),
    ...progress,
    type: requestReceipt.shape.type,
    requestId: requestReceipt.shape.requestId,
  }),
]);

/** What a server sends: an answer, a refusal, or an event. */
export const streamMessage = z.union([
  streamEvent,
  z.object({ id, subscription: id, cursor: z.string().optional() }),
  z.object({
    id: id.nullable(),
    error: z.object({
      code: z.string(),
      facts: z.record(z.unknown()),
      sentence: z.string(),
      fix: z.string(),
    }),
  }),
]);
export type StreamEvent = z.output<typeof streamEvent>;
