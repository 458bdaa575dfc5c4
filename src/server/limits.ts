/** How much one server does for its clients. */

/** Limits of one server. A request over a limit is refused; all others are served. */
export interface RpcLimits {
  /** Bytes of the body of a request; the largest batch of transactions takes a tenth. */
  readonly bodyBytesMax: number;
  /** Calls in one request. */
  readonly batchCallsMax: number;
  /** Levels of nesting in the parameters of a call. */
  readonly paramsDepthMax: number;
  /** Bytes of the answer to one request with all its calls. */
  readonly answerBytesMax: number;
  /** Bytes of all bodies and answers that are held at a time. */
  readonly heldBytesMax: number;
  /** Bytes held for one client address, so that a slow client holds up no other. */
  readonly heldBytesPerClientMax: number;
  /** Connections; of the client with the most, the longest idle one makes room for another. */
  readonly socketsMax: number;
  /** Requests under way at a time. */
  readonly requestsMax: number;
  /** Requests under way of one connection: a client may send the next before the answer. */
  readonly requestsPerSocketMax: number;
  /** Time for the headers of a request to arrive. */
  readonly headersMs: number;
  /** Time for a whole request to arrive. */
  readonly requestMs: number;
  /** Time for a client to take its answer. */
  readonly answerMs: number;
  /** Time for requests under way when the server closes. */
  readonly closingMs: number;
  /** Calls that wait for a stage at a time; fewer than requests, so that others get through. */
  readonly waitingCallsMax: number;
  /** Calls of one client address that wait for a stage. */
  readonly waitingCallsPerClientMax: number;
  /** Units that one client address may use a second; 0 for no limit. */
  readonly unitsPerSecond: number;
  /** Units that a client may use at once after a silence. */
  readonly unitsBurst: number;
}

/** Silence after which a client has its full burst. */
export const BURST_SECONDS = 5;
/** Far more than a wallet needs, and less than keeps one processor busy. */
export const DEFAULT_UNITS_PER_SECOND = 2_000;

/** The defaults of {@link RpcLimits}. */
export const DEFAULT_RPC_LIMITS: RpcLimits = {
  bodyBytesMax: 1 << 20,
  batchCallsMax: 100,
  paramsDepthMax: 16,
  answerBytesMax: 10 << 20,
  heldBytesMax: 64 << 20,
  heldBytesPerClientMax: 16 << 20,
  socketsMax: 2048,
  requestsMax: 1024,
  requestsPerSocketMax: 64,
  headersMs: 10_000,
  requestMs: 20_000,
  answerMs: 30_000,
  closingMs: 1_500,
  waitingCallsMax: 512,
  waitingCallsPerClientMax: 256,
  unitsPerSecond: DEFAULT_UNITS_PER_SECOND,
  unitsBurst: BURST_SECONDS * DEFAULT_UNITS_PER_SECOND,
};

/** A body costs one unit, and one more for each of these bytes. */
export const BODY_BYTES_PER_UNIT = 4096;

/** Units that a call to L1 costs: the time of its node may cost money. */
export const L1_CALL_UNITS = 10;
