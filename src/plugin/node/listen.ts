import type { AddressInfo, Server } from "node:net";
import { pluginError } from "../errors.ts";

/**
 * Makes a server listen.
 *
 * @param port - 0 for any that is free.
 * @returns The port.
 * @throws PORT_IN_USE
 */
export async function listen(server: Server, hostname: string, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, hostname, resolve);
    });
  } catch (cause) {
    throw pluginError({ code: "PORT_IN_USE", port }, { cause });
  }
  return (server.address() as AddressInfo).port;
}
