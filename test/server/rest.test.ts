import { expect } from "chai";
import { createOpenApi } from "../../src/api/openapi.ts";
import { RPC_METHODS } from "../../src/api/methods.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { toJson } from "../../src/util/json.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type OperatorWorld,
  signBatch,
  signFor,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

describe("server: REST routes", () => {
  const random = createRandom("rest");
  let world: OperatorWorld;
  let server: OperatorServer;
  let user: User;
  let hashes: string[];

  before(async () => {
    world = await createOperatorWorld();
    const { operator } = world;
    server = await serveOperator(operator, () => Promise.reject(new Error("no")), { port: 0 });
    user = await createFundedUser(world, random);
    await operator.processBlocks();
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    const batch = signBatch(world, [
      [user, draft],
      [user, draft],
    ]);
    const submissions = batch.map((transaction) => ({ transaction, authorization: "0x" }));
    hashes = operator.submitBatch(submissions).map(({ hash }) => hash);
    operator.sealBlock();
    await operator.commitBlocks();
    await deposit(world, user.address, 7n);
  });
  after(() => server.close());

  async function ask(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(`${server.url}${path}`, init);
    expect(response.headers.get("content-type")).to.equal("application/json");
    const text = await response.text();
    expect(text).not.to.match(/\n\s+at |\/src\/|node_modules/);
    return { status: response.status, json: JSON.parse(text) as Record<string, unknown> };
  }
  const post = (path: string, body: unknown) =>
    ask(path, { method: "POST", body: JSON.stringify(body) });
  const codeOf = ({ json }: Answer) => (json["error"] as { code: string }).code;

  it("answers as JSON-RPC does", async () => {
    for (const [method, params, path] of [
      ["rollup_getConfig", [], "/v1/config"],
      ["rollup_getStatus", [], "/v1/status"],
      ["rollup_getProving", [], "/v1/proving"],
      ["rollup_getAccount", [1], "/v1/accounts/1"],
      ["rollup_getBlock", [1], "/v1/blocks/1"],
      ["rollup_getBlock", ["latest"], "/v1/blocks/latest"],
      ["rollup_getFee", ["transfer", 0, { account: 1 }], "/v1/fees/transfer/0?account=1"],
      ["rollup_getPriorityRequest", [0], "/v1/requests/0"],
      [
        "rollup_getAccountTransactions",
        [1, { type: "deposit", tokenId: 0, limit: 1 }],
        "/v1/accounts/1/transactions?type=deposit&tokenId=0&limit=1",
      ],
      ["rollup_getTokens", [], "/v1/tokens"],
    ] as const) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const rpc = await (await fetch(server.url, { method: "POST", body })).json();
      const { status, json } = await ask(path);
      expect(status, path).to.equal(200);
      expect(json, path).to.deep.equal((rpc as { result: unknown }).result);
    }
  });

  it("shows an account in the accepted, committed and finalized state", async () => {
    const account = `0x${user.address.toString(16).padStart(40, "0")}`;
    const nonces = await Promise.all(
      ["accepted", "committed", "finalized"].map(async (state) => {
        const { json } = await ask(`/v1/accounts/${account}/states/${state}`);
        return [json["nonce"], json["balances"]];
      }),
    );
    const balances = (amount: bigint) => [{ tokenId: 0, amount: `0x${amount.toString(16)}` }];
    expect(nonces).to.deep.equal([
      [3, balances(10n ** 18n + 7n)],
      [3, balances(10n ** 18n)],
      [1, balances(10n ** 18n)],
    ]);
    expect((await ask("/v1/accounts/1/states/other")).status).to.equal(400);
  });

  it("shows a transaction with what was signed, and its batch", async () => {
    const { json } = await ask(`/v1/transactions/${hashes[1]}`);
    expect(json["batch"]).to.deep.equal(hashes);
    expect(json["receipt"]).to.include({ status: "committed", slotIndex: 1 });
    expect(json["data"]).to.include({ type: "transfer", amount: "0x1", nonce: 2 });
  });

  it("shows the operations of a block with their fields, in pages", async () => {
    const { operator } = world;
    const number = operator.blocks.at(-1)!.applied.block.blockNumber;
    const first = await ask(`/v1/blocks/${number}/operations?limit=1`);
    expect(first.json["next"]).to.equal("1");
    const rest = await ask(`/v1/blocks/${number}/operations?cursor=1`);
    const items = [first, rest].flatMap(({ json }) => json["items"] as { hash?: string }[]);
    const { operations } = operator.block(number)!.applied.block;
    expect(items).to.have.length(operations.length);
    expect(items.slice(0, 2).map(({ hash }) => hash)).to.deep.equal(hashes);
    const { type, ...data } = operations[0]!;
    expect(items[0]).to.deep.equal({ slotIndex: 0, type, hash: hashes[0], data: toJson(data) });
  });

  it("lists all blocks and L1 transactions in pages of one, latest first", async () => {
    for (const path of ["/v1/blocks", "/v1/l1-transactions"]) {
      const whole = (await ask(`${path}?limit=100`)).json["items"] as unknown[];
      const paged: unknown[] = [];
      let cursor: string | undefined;
      do {
        const from = cursor === undefined ? "" : `&cursor=${cursor}`;
        const { json } = await ask(`${path}?limit=1${from}`);
        paged.push(...(json["items"] as unknown[]));
        cursor = json["next"] as string | undefined;
      } while (cursor !== undefined && paged.length <= whole.length);
      expect(paged, path).to.deep.equal(whole);
      expect(whole.length, path).to.be.greaterThan(1);
    }
    const { json } = await ask("/v1/l1-transactions");
    const [latest] = json["items"] as { step: string; blocks: number[] }[];
    expect(latest).to.include({ step: "commit" });
    expect(latest!.blocks).to.deep.equal([world.operator.progress.committed]);
  });

  it("takes a transaction, and refuses one with the code of the rule", async () => {
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    const signed = signFor(world, user, draft);
    const taken = await post("/v1/transactions", toJson(signed));
    expect(taken).to.nested.include({ status: 200, "json.status": "accepted" });
    const late = await post(
      "/v1/transactions",
      toJson(signFor(world, user, { ...draft, nonce: 9 })),
    );
    expect(late.status).to.equal(422);
    expect(codeOf(late)).to.equal("NONCE_MISMATCH");
    expect((late.json["error"] as { fix: string }).fix).not.to.equal("");
  });

  it("refuses with a status and a code", async () => {
    const cases: readonly (readonly [number, string, Promise<Answer>])[] = [
      [404, "RPC_NOT_FOUND", ask("/v1/accounts/60")],
      [404, "RPC_NOT_FOUND", ask(`/v1/transactions/0x${"12".repeat(32)}`)],
      [404, "RPC_NOT_FOUND", ask("/v1/blocks/99/operations")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/accounts/__proto__")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/blocks?limit=101")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/blocks?limit=1&limit=2")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/blocks?constructor=1")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/blocks?cursor=-1")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/blocks?__proto__=1")],
      [400, "RPC_PARAMS_INVALID", ask("/v1/l1-transactions?cursor=commit-0x12")],
      [410, "RPC_CURSOR_GONE", ask("/v1/accounts/1/transactions?cursor=99")],
      [400, "RPC_PARAMS_INVALID", post("/v1/transactions", { type: "transfer" })],
      [400, "RPC_PARAMS_INVALID", ask("/v1/transactions", { method: "POST", body: "{" })],
      [
        400,
        "RPC_PARAMS_INVALID",
        post("/v1/batches", JSON.parse(`${"[".repeat(99)}${"]".repeat(99)}`)),
      ],
    ];
    for (const [index, [status, code, answer]] of cases.entries()) {
      const got = await answer;
      expect([index, got.status, codeOf(got)]).to.deep.equal([index, status, code]);
    }
    for (const path of ["/v1/", "/v1/blocks/", "/v1/nothing", "/v1/accounts/1/", "/v2/blocks"]) {
      expect((await fetch(`${server.url}${path}`)).status, path).to.equal(404);
    }
  });

  it("describes every public method that waits for no stage", async () => {
    const { json } = await ask("/v1/openapi.json");
    expect(json).to.deep.equal(createOpenApi());
    const described = Object.values(json["paths"] as Record<string, object>)
      .flatMap((ofPath) => Object.values(ofPath) as { operationId: string }[])
      .map(({ operationId }) => operationId);
    const atOnce = Object.entries(RPC_METHODS)
      .filter(([name, { access }]) => access === "public" && !name.startsWith("rollup_waitFor"))
      .map(([name]) => name);
    expect(described.sort()).to.deep.equal(atOnce.sort());
    const named = Object.keys((json["components"] as { schemas: object }).schemas);
    const used = [...JSON.stringify(json).matchAll(/#\/components\/schemas\/(\w+)/g)];
    expect(named).to.include.members(used.map(([, name]) => name!));
  });
});
