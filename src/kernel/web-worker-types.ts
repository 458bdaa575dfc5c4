/** The used part of Web Workers, which neither Node's types nor es2023 declare. */

interface MessageReceiver {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBufferLike[]): void;
}

/** A worker, as its creator has it. */
export interface WebWorker extends MessageReceiver {
  onerror: ((event: { readonly message?: string }) => void) | null;
  terminate(): void;
}

/** The global object of a worker. */
export interface WebWorkerScope extends MessageReceiver {
  readonly location: { readonly href: string };
}

/** The constructor of workers, where there is one. */
export type WebWorkerConstructor = new (
  url: string | URL,
  options: { readonly type: "module"; readonly name: string },
) => WebWorker;
