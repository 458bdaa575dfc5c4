/** Which web pages may call: a browser names the origin of the page and the host that it asks. */
import { isIP } from "node:net";
import { serverError } from "./errors.ts";

/** Stands for any origin or any host name. */
export const ANY = "*";

/** The address of a server that only its own machine reaches. */
export const LOOPBACK = "127.0.0.1";

/** Whether a server that listens there can only be reached from its own machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname.startsWith("127.");
}

/**
 * Whether a request may name this host. A page whose name was made to mean 127.0.0.1 (DNS
 * rebinding) names itself; no page can do so with an address.
 *
 * @param host - The header, with or without a port.
 */
export function isHostAllowed(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined || allowed.includes(ANY)) return true;
  const name = host
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  return name === "localhost" || isIP(name) !== 0 || allowed.includes(name);
}

/** @param origin - The header; only browsers send it. */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes(ANY) || allowed.includes(origin);
}

/**
 * Whether a page comes from the host that it asks; TLS may end at a proxy before this server.
 *
 * @param host - The header, of a host that is allowed.
 */
export function isOriginOf(host: string | undefined, origin: string): boolean {
  return origin === `http://${host ?? ""}` || origin === `https://${host ?? ""}`;
}

/** @throws ORIGIN_INVALID for a text that no browser sends as an origin. */
export function assertOrigin(text: string): void {
  if (text !== ANY && (!URL.canParse(text) || new URL(text).origin !== text)) {
    throw serverError({ code: "ORIGIN_INVALID", origin: text });
  }
}
