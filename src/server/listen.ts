import { type AddressInfo, createServer, type Server } from "node:net";
import { serverError } from "./errors.ts";

const PORT_MAX = 65_535;

/**
 * Makes a server listen.
 *
 * @param hostname - Address or name of this machine.
 * @param port - 0 to 65535; 0 for any free port.
 * @returns The port that it listens on.
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export async function listen(server: Server, hostname: string, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw serverError({ code: "PORT_OUT_OF_RANGE", port, maximum: PORT_MAX });
  }
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, hostname, resolve);
    });
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw serverError({ code: "PORT_IN_USE", port }, { cause });
    throw serverError({ code: "LISTEN_FAILED", hostname, port, reason: code }, { cause });
  }
  return (server.address() as AddressInfo).port;
}

/** The URL of a server that listens. */
export function urlOf(hostname: string, port: number): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * Fails early if no server can listen there, before what it serves is built.
 *
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export async function assertPortFree(hostname: string, port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, hostname, port);
  await new Promise((resolve) => probe.close(resolve));
}
