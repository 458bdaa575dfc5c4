/** Limits the bytes of bodies and answers that a server holds at a time. */
export class HeldBytes {
  readonly maximum: number;
  #held = 0;

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  /** Opens the account of one request. */
  open(): HeldByRequest {
    let own = 0;
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.maximum) return false;
        this.#held += bytes;
        own += bytes;
        return true;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

export interface HeldByRequest {
  /** @returns Whether there was room for the bytes, which then are taken. */
  take(bytes: number): boolean;
  /** Releases all bytes that were taken. */
  release(): void;
}
