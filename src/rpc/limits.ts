/** What one server answers at most. Who asks for more is refused, and everybody else is served. */

export interface RpcLimits {
  /** Of the body of one request; a batch of transactions of the largest size takes a tenth. */
  readonly bodyBytesMax: number;
  /** Calls in one request. */
  readonly batchCallsMax: number;
  /** How deep the values in the parameters of a call may be nested. */
  readonly paramsDepthMax: number;
  /** Of the answer to one request, with all its calls. */
  readonly answerBytesMax: number;
  /** Of all bodies and answers that are held at a time. */
  readonly heldBytesMax: number;
  /** Of these, those of one client address: whoever sends or reads slowly holds its own only. */
  readonly heldBytesPerClientMax: number;
  /** Connections; for another one the oldest goes that is not being answered. */
  readonly socketsMax: number;
  /** Requests that are answered at a time. */
  readonly requestsMax: number;
  /** Of these, those of one connection: a client may send the next before it has the answer. */
  readonly requestsPerSocketMax: number;
  /** For the headers of a request. */
  readonly headersMs: number;
  /** For a request to arrive as a whole. */
  readonly requestMs: number;
  /** For a client to take its answer. */
  readonly answerMs: number;
  /** For requests that are being answered when the server closes. */
  readonly closingMs: number;
  /** Calls that wait for a stage at a time; fewer than requests, which they would hold up. */
  readonly waitingCallsMax: number;
  /** Of these, those of one client address. */
  readonly waitingCallsPerClientMax: number;
  /** How many units of work one client address is served a second; 0 for any number. */
  readonly unitsPerSecond: number;
  /** How many units a client that has been silent may ask for at once. */
  readonly unitsBurst: number;
}

/** A client that has been silent this long may ask for all of it at once. */
export const BURST_SECONDS = 5;
/** Far more than a wallet needs, and less than keeps one processor busy. */
export const DEFAULT_UNITS_PER_SECOND = 2_000;

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

/** A body costs its client one unit, and one more for each of these. */
export const BODY_BYTES_PER_UNIT = 4096;

/** A call to L1 costs its client that many: it takes time of a node that may be paid for. */
export const L1_CALL_UNITS = 10;
