/** The SDK for people who write into the browser's console. */
import { connectToNode, readConfig } from "../rollup/connection.tsx";

/**
 * Puts `zkrollup` beside the names of the browser.
 *
 * @example
 * const rollup = await zkrollup.connect(); // to the node of the pages
 * await rollup.getStatus();
 */
export function offerInConsole(): void {
  const zkrollup = { connect: async () => connectToNode(await readConfig()) };
  Object.assign(globalThis, { zkrollup });
}
