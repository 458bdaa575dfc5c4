/** What threads.ts and its workers say to each other. */

/** A call of an exported function. */
export interface Task {
  readonly name: string;
  readonly args: readonly number[];
}

export interface OpenMessage {
  readonly kind: "open";
  readonly space: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly counterAddress: number;
  readonly scratchAddress: number;
}

export interface RunMessage {
  readonly kind: "run";
  readonly space: number;
  readonly tasks: readonly Task[];
}

export interface CloseMessage {
  readonly kind: "close";
  readonly space: number;
}

export type ThreadMessage = OpenMessage | RunMessage | CloseMessage;

export interface ThreadReply {
  readonly error: Error | null;
}
