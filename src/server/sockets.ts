/** The connections of a server: at most a maximum; an idle one makes room for a new one. */
import type { Socket } from "node:net";
import { ClientTally } from "./client-tally.ts";
import { clientOf } from "./rate-limiter.ts";

export class Sockets {
  readonly #maximum: number;
  /** Requests under way of each connection; least recently active first. */
  readonly #answering = new Map<Socket, number>();
  /** Connections of each client address. */
  readonly #byClient = new ClientTally();

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * Adds a connection. Beyond the maximum, an idle connection of the client with the most is
   * closed, the one idle longest. So neither half a request nor an address that opens many
   * connections keeps others out.
   */
  add(socket: Socket): void {
    if (this.#answering.size >= this.#maximum) this.#evict(socket);
    if (socket.destroyed) return;
    this.#answering.set(socket, 0);
    const client = clientOf(socket.remoteAddress);
    this.#byClient.add(client, 1);
    socket.once("close", () => {
      this.#answering.delete(socket);
      this.#byClient.add(client, -1);
    });
  }

  /** @returns The number of requests under way on the connection, this one included. */
  begin(socket: Socket): number {
    const count = (this.#answering.get(socket) ?? 0) + 1;
    if (this.#answering.has(socket)) this.#answering.set(socket, count);
    return count;
  }

  end(socket: Socket): void {
    const count = this.#answering.get(socket);
    if (count === undefined) return;
    this.#answering.delete(socket);
    this.#answering.set(socket, count - 1);
  }

  destroyAll(): void {
    for (const socket of this.#answering.keys()) socket.destroy();
  }

  #evict(newcomer: Socket): void {
    const { largest } = this.#byClient;
    const isOfMost = ({ remoteAddress }: Socket) =>
      this.#byClient.of(clientOf(remoteAddress)) === largest;
    const idle = [...this.#answering].filter(([, answering]) => answering === 0);
    const [evicted] = idle.find(([socket]) => isOfMost(socket)) ?? idle[0] ?? [newcomer];
    this.#answering.delete(evicted);
    evicted.destroy();
  }
}
