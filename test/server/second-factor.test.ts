/** Second factors over JSON-RPC and REST. */
import { expect } from "chai";
import { toUtf8String } from "ethers";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { toJson } from "../../src/util/json.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type OperatorWorld,
  signBatch,
  signFor,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { confirm, signSetting, textOf } from "../helpers/second-factor.ts";

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly data: { readonly code: string; readonly facts: { message: string } };
  };
}

const TRANSFER = { type: "transfer", tokenId: 0, recipient: 5n, amount: 7n } as const;

describe("server: second factor", () => {
  const random = createRandom("second factor");
  let world: OperatorWorld;
  let server: OperatorServer;
  let user: User;

  beforeEach(async () => {
    world = await createOperatorWorld();
    const noL1 = () => Promise.reject(new Error("no"));
    server = await serveOperator(world.operator, noL1, { port: 0 });
    user = await createFundedUser(world, random);
  });
  afterEach(() => server.close());

  async function call(method: string, ...params: unknown[]): Promise<Answer> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return (await (await fetch(server.url, { method: "POST", body })).json()) as Answer;
  }

  async function set(changes: object = {}): Promise<Answer> {
    const { limit = null, ...setting } = await signSetting(world, user, changes);
    return call("rollup_setSecondFactor", toJson({ ...setting, limit }));
  }

  it("sets, shows and removes limits", async () => {
    const id = world.operator.state.accountIdOf(user.address)!;
    const none = { nonce: 0, limits: [] };
    expect((await call("rollup_getSecondFactor", id)).result).to.deep.equal(none);
    const limits = [{ tokenId: 0, limit: "0x9", left: "0x9" }];
    expect((await set({ limit: 9n })).result).to.deep.equal({ nonce: 1, limits });
    const byAddress = await call("rollup_getSecondFactor", user.l1.address);
    expect(byAddress.result).to.deep.equal({ nonce: 1, limits });
    const off = await set({ limit: undefined });
    expect(off.result).to.deep.equal({ nonce: 2, limits: [] });
    expect((await call("rollup_getSecondFactor", 60)).result).to.equal(null);
  });

  it("refuses settings that are no setting", async () => {
    const { limit, ...setting } = await signSetting(world, user);
    const good = toJson({ ...setting, limit }) as Record<string, unknown>;
    for (const bad of [
      { ...good, limit: undefined },
      { ...good, limit: `0x1${"0".repeat(32)}` },
      { ...good, signature: "0x00" },
      { ...good, nonce: -1 },
      { ...good, more: 1 },
    ]) {
      const { error } = await call("rollup_setSecondFactor", bad);
      expect(error!.data.code).to.equal("RPC_PARAMS_INVALID");
    }
  });

  it("answers by REST as well", async () => {
    const { limit, ...setting } = await signSetting(world, user, { limit: 3n });
    const body = JSON.stringify(toJson({ ...setting, limit }));
    const posted = await fetch(`${server.url}/v1/second-factors`, { method: "POST", body });
    expect(posted.status).to.equal(200);
    const path = `/v1/accounts/${user.l1.address}/second-factor`;
    const got = await (await fetch(`${server.url}${path}`)).json();
    expect(got).to.deep.equal({ nonce: 1, limits: [{ tokenId: 0, limit: "0x3", left: "0x3" }] });
    expect((await fetch(`${server.url}/v1/accounts/60/second-factor`)).status).to.equal(404);
  });

  it("RPC_RATE_LIMITED: signatures to recover cost their client more than others", async () => {
    await server.close();
    const limits = { unitsPerSecond: 0.001, unitsBurst: 1000 };
    const noL1 = () => Promise.reject(new Error("no"));
    const signed = toJson(signFor(world, user, TRANSFER)) as object;
    const recovered = { ...signed, ethereumSignature: `0x${"11".repeat(65)}` };
    const consents = { ...signed, authorization: `0x${"11".repeat(66)}` };
    const sends: ((body: unknown) => Promise<Response>)[] = [
      (transaction) =>
        fetch(server.url, {
          method: "POST",
          body: JSON.stringify({
            ...{ jsonrpc: "2.0", id: 1, method: "rollup_submitTransaction" },
            params: [transaction],
          }),
        }),
      (transaction) =>
        fetch(`${server.url}/v1/transactions`, {
          method: "POST",
          body: JSON.stringify(transaction),
        }),
      (transaction) =>
        fetch(`${server.url}/v1/batches`, {
          method: "POST",
          body: JSON.stringify([transaction, transaction]),
        }),
    ];
    for (const send of sends) {
      const counts: number[] = [];
      for (const transaction of [signed, recovered, consents]) {
        server = await serveOperator(world.operator, noL1, { port: 0, limits });
        let count = 0;
        while ((await send(transaction)).status !== 429) count++;
        counts.push(count);
        await server.close();
      }
      const [plain, ...expensive] = counts as [number, ...number[]];
      for (const count of expensive) expect(plain).to.be.greaterThan(3 * count);
    }
    server = await serveOperator(world.operator, noL1, { port: 0 });
  });

  it("passes the whole text to a client without this SDK, and takes its signature", async () => {
    await set();
    const signed = signFor(world, user, { ...TRANSFER, validUntil: world.l1.timestamp + 60n });
    const { error } = await call("rollup_submitTransaction", toJson(signed));
    expect(error!.data.code).to.equal("SECOND_FACTOR_REQUIRED");
    const text = toUtf8String(error!.data.facts.message);
    expect(text).to.equal(textOf(world, [signed]));
    const ethereumSignature = await user.l1.signMessage(text);
    const { result } = await call(
      "rollup_submitTransaction",
      toJson({ ...signed, ethereumSignature }),
    );
    expect(result!["status"]).to.equal("accepted");
  });

  it("takes the signature of a batch, on the first transaction of the owner", async () => {
    await set();
    const batch = signBatch(world, [
      [user, TRANSFER],
      [user, TRANSFER],
    ]);
    const { error } = await call("rollup_submitBatch", toJson(batch));
    expect(toUtf8String(error!.data.facts.message)).to.equal(textOf(world, batch));
    const confirmed = (await confirm(world, batch, user)).map(
      ({ transaction, ethereumSignature }) => ({ ...transaction, ethereumSignature }),
    );
    const { result } = await call("rollup_submitBatch", toJson(confirmed));
    expect(result).to.have.length(2);
  });
});
