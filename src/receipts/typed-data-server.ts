/** A key server that signs typed data, for promises. */
import { type TypedDataDomain, TypedDataEncoder, type TypedDataField } from "ethers";
import type { TypedDataSigner } from "../l1/authorization.ts";
import type { Eip1193 } from "../l1/eip1193.ts";

/** Time that the server has for an answer. */
const ANSWER_MS_MAX = 10_000;

/**
 * Creates a signer that asks a key server by `eth_signTypedData_v4`. What it answers is the
 * caller's to check.
 *
 * @param server - Connection to it, which nobody else can read.
 * @param address - The account that signs.
 */
export function createTypedDataServer(server: Eip1193, address: string): TypedDataSigner {
  return {
    signTypedData: async (
      domain: TypedDataDomain,
      types: Record<string, TypedDataField[]>,
      value: Record<string, unknown>,
    ) => {
      const payload = JSON.stringify(TypedDataEncoder.getPayload(domain, types, value));
      const answer = await server.request({
        method: "eth_signTypedData_v4",
        params: [address, payload],
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      if (typeof answer === "string") return answer;
      throw new Error("the answer is no signature");
    },
  };
}
