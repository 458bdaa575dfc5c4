import { expect } from "chai";
import { createRpcClient } from "../../src/api/client.ts";
import { toJsonRpcError } from "../../src/api/error-transport.ts";
import { rpcError } from "../../src/api/errors.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const REQUEST = { type: "deposit", requestId: 7, status: "executed", blockNumber: 1, slotIndex: 0 };

describe("sdk: provider", () => {
  it("continues to wait when the operator is busy", async () => {
    const busy = rpcError({ code: "RPC_BUSY", what: "waiting calls", maximum: 1 });
    const methods: string[] = [];
    const client = createRpcClient((method) => {
      methods.push(method);
      if (methods.length > 1) return Promise.resolve(REQUEST);
      return Promise.reject(Object.assign(new Error(), toJsonRpcError(method, busy)));
    });
    const receipt = await new RollupProvider(client).waitForPriorityRequest(7, "executed");
    expect(receipt.status).to.equal("executed");
    expect(methods).to.deep.equal(new Array(2).fill("rollup_waitForPriorityRequest"));
  });

  it("throws every other refusal", async () => {
    const refusal = rpcError({ code: "RPC_METHOD_UNKNOWN", method: "rollup_x" });
    const client = createRpcClient((method) =>
      Promise.reject(Object.assign(new Error(), toJsonRpcError(method, refusal))),
    );
    const waiting = new RollupProvider(client).waitForPriorityRequest(7, "executed");
    await expectRejection("RPC_METHOD_UNKNOWN", waiting);
  });
});
