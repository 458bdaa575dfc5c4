/** The connections of a server: at most a maximum; an idle one makes room for a new one. */
import type { Socket } from "node:net";

export class Sockets {
  readonly #maximum: number;
  /** Requests under way of each connection; least recently active first. */
  readonly #answering = new Map<Socket, number>();

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * Adds a connection. Beyond the maximum, the connection that has waited longest for its client is
   * closed, so half a request keeps nobody else out.
   */
  add(socket: Socket): void {
    if (this.#answering.size >= this.#maximum) this.#evict(socket);
    if (socket.destroyed) return;
    this.#answering.set(socket, 0);
    socket.once("close", () => this.#answering.delete(socket));
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
    for (const [socket, answering] of this.#answering) {
      if (answering > 0) continue;
      this.#answering.delete(socket);
      socket.destroy();
      return;
    }
    newcomer.destroy();
  }
}
