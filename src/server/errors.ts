/** What can go wrong when the server starts; what it answers clients is in `src/api/errors.ts`. */
import { defineErrors } from "../util/errors.ts";

export type ServerErrorFacts =
  | { code: "PORT_IN_USE"; port: number }
  | { code: "PORT_OUT_OF_RANGE"; port: number; maximum: number }
  | { code: "LISTEN_FAILED"; hostname: string; port: number; reason: string }
  | { code: "ORIGIN_INVALID"; origin: string }
  | { code: "L2_CHAIN_ID_INVALID"; l2ChainId: number; l1ChainId: bigint; maximum: number };

export const serverError = defineErrors<ServerErrorFacts>({
  PORT_IN_USE: {
    message: ({ port }) => `Another program listens on port ${port}.`,
    fix: "Stop what runs there, perhaps another devnet, or pass another --port.",
  },
  PORT_OUT_OF_RANGE: {
    message: ({ port, maximum }) => `Port ${port} is out of range: ports go from 1 to ${maximum}.`,
    fix: "Pass a --port in that range, or 0 for any that is free.",
  },
  LISTEN_FAILED: {
    message: ({ hostname, port, reason }) =>
      `The server cannot listen on port ${port} of ${hostname} (${reason}).`,
    fix: "Pass a --hostname that this machine has, and a --port that needs no rights, from 1024 on.",
  },
  ORIGIN_INVALID: {
    message: ({ origin }) => `${origin} is not the origin of a web page.`,
    fix: 'Pass origins such as https://wallet.example, separated by commas, or "*" for any page.',
  },
  L2_CHAIN_ID_INVALID: {
    message: ({ l2ChainId, l1ChainId, maximum }) =>
      `L2 cannot have the chain id ${l2ChainId}: it is an integer from 1 to ${maximum} other than ` +
      `that of L1, ${l1ChainId}.`,
    fix: "Choose another rollup.node.l2ChainId, or leave it out to have one derived.",
  },
});
