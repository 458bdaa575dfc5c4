/** The connections of a server: a bounded number, of which none is kept from who comes later. */
import type { Socket } from "node:net";

export class Sockets {
  readonly #maximum: number;
  /** Requests that are being answered, for each connection; least recently active first. */
  readonly #answering = new Map<Socket, number>();

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * Takes a connection. If there are too many, one goes that waits for its client, the one
   * that has done so longest: half a request keeps nobody else out.
   */
  add(socket: Socket): void {
    if (this.#answering.size >= this.#maximum) this.#evict(socket);
    if (socket.destroyed) return;
    this.#answering.set(socket, 0);
    socket.once("close", () => this.#answering.delete(socket));
  }

  /** @returns How many requests of the connection are being answered, with this one. */
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
