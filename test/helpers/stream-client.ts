/** A client of the WebSocket at `/v1/stream`. */
export type Message = Readonly<Record<string, unknown>>;

/** A client of the stream, with everything it has received. */
export class StreamClient {
  readonly messages: Message[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<number>;
  /** Above those that tests choose. */
  #nextId = 1_000;
  #onMessage = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      this.#onMessage();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code }) => resolve(code));
    });
  }

  static async open(url: string): Promise<StreamClient> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`);
    const client = new StreamClient(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    return client;
  }

  /** Sends a request. @returns Its answer. */
  async ask(request: object): Promise<Message> {
    const id = this.#nextId++;
    this.send(JSON.stringify({ id, ...request }));
    return this.until((message) => message["id"] === id);
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  async until(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#onMessage = resolve));
    }
  }

  get events(): Message[] {
    return this.messages.filter(({ event }) => event !== undefined);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
