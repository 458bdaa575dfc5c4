/** A stranger asks for promises while the signer hangs, until the port answers nobody. */
import { expect } from "chai";
import { serveOperator } from "../../src/server/serve-operator.ts";
import { submit } from "../helpers/operator-world.ts";
import { createPromiseWorld } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const REQUESTS_MAX = 8;

describe(`attacks: a signer of promises that hangs (${random.title})`, () => {
  for (const asked of ["rollup_getInclusionPromise", "rollup_waitForReceipt"]) {
    it(`lets others through, however often a stranger calls ${asked}`, async () => {
      const signer = { signTypedData: () => new Promise<string>(() => undefined) };
      const world = await createPromiseWorld(random, { signer }, { options: { mode: "interval" } });
      const { operator, alice } = world;
      const pay = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 1n };
      const { hash } = submit(world, alice, pay);
      const limits = { requestsMax: REQUESTS_MAX, waitingCallsMax: REQUESTS_MAX / 2 };
      const server = await serveOperator(operator, () => Promise.resolve(null), {
        port: 0,
        limits,
      });
      const end = new AbortController();
      const call = (method: string, params: unknown[]) => {
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
        return fetch(server.url, { method: "POST", body, signal: end.signal });
      };
      const more = asked === "rollup_waitForReceipt" ? ["executed"] : [];
      for (let count = 0; count < REQUESTS_MAX; count++) {
        void call(asked, [hash, ...more]).catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { status } = await call("rollup_getConfig", []);
      end.abort();
      await server.close();
      await operator.close();
      expect(status).to.equal(200);
    });
  }
});
