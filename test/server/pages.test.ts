import { expect } from "chai";
import { Monitor } from "../../src/metrics/monitor.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { createOperatorWorld, type OperatorWorld } from "../helpers/operator-world.ts";

describe("server: health, readiness and metrics", () => {
  let world: OperatorWorld;
  let monitor: Monitor;
  let server: OperatorServer;

  before(async () => {
    world = await createOperatorWorld();
    monitor = new Monitor(world.operator);
    const askL1 = () => Promise.reject(new Error("L1 at 10.0.0.1 is down"));
    const limits = { unitsPerSecond: 100, unitsBurst: 100 };
    server = await serveOperator(world.operator, askL1, { port: 0, adminPort: 0, monitor, limits });
  });
  after(async () => {
    await server.close();
    monitor.close();
  });

  async function get(url: string, path: string) {
    const response = await fetch(`${url}${path}`);
    const text = await response.text();
    return { status: response.status, text, type: response.headers.get("content-type") };
  }

  it("says on both ports that it is alive and ready", async () => {
    for (const url of [server.url, server.adminUrl!]) {
      expect(await get(url, "/health")).to.include({ status: 200, text: '{"status":"alive"}' });
      expect((await get(url, "/ready")).status).to.equal(200);
    }
    expect((await get(server.url, "/ready")).text).to.equal('{"ready":true}');
    expect((await get(server.adminUrl!, "/ready")).text).to.equal('{"ready":true,"reasons":[]}');
  });

  it("serves metrics on the admin port alone", async () => {
    const { status, text, type } = await get(server.adminUrl!, "/metrics");
    expect(status).to.equal(200);
    expect(type).to.match(/^text\/plain; version=0\.0\.4/);
    expect(text).to.include("# TYPE rollup_ready gauge\nrollup_ready 1\n");
    expect((await get(server.url, "/metrics")).status).to.equal(404);
  });

  it("counts calls by known names and codes", async () => {
    const call = (method: string) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] });
      return fetch(server.url, { method: "POST", body });
    };
    for (const method of ["rollup_getConfig", "rollup_x1", "rollup_x2", "eth_call", "abc"]) {
      await (await call(method)).text();
    }
    const { text } = await get(server.adminUrl!, "/metrics");
    const lines = text.split("\n").filter((line) => line.startsWith("rollup_api_calls_total{"));
    expect(lines.sort()).to.deep.equal([
      'rollup_api_calls_total{method="l1",outcome="FAILED"} 1',
      'rollup_api_calls_total{method="l1",outcome="RPC_METHOD_UNKNOWN"} 1',
      'rollup_api_calls_total{method="rollup_getConfig",outcome="ok"} 1',
      'rollup_api_calls_total{method="unknown",outcome="RPC_METHOD_UNKNOWN"} 2',
    ]);
  });

  it("answers 404 and 405 without a word about the inside", async () => {
    const paths = ["/", "/metrics/", "//metrics", "/%2e%2e/etc/passwd", "/ready/..", "/health?x=%"];
    for (const path of paths) {
      const { status, text } = await get(server.url, path);
      if (status === 200) expect(path).to.match(/^\/health/);
      else expect({ path, status, text }).to.deep.equal({ path, status: 404, text: "" });
    }
    expect((await fetch(server.url, { method: "PUT", body: "x" })).status).to.equal(405);
  });

  it("says why it is not ready on the admin port alone", async () => {
    world.l1.beginExodus();
    await world.operator.syncL1();
    expect(await get(server.url, "/ready")).to.include({ status: 503, text: '{"ready":false}' });
    const { status, text } = await get(server.adminUrl!, "/ready");
    expect(status).to.equal(503);
    const { reasons } = JSON.parse(text) as { reasons: { code: string; fix: string }[] };
    expect(reasons.map(({ code }) => code)).to.deep.equal(["ROLLUP_IN_EXODUS"]);
    expect(reasons[0]!.fix).to.include("rollup:exit");
    expect((await get(server.url, "/health")).status).to.equal(200);
  });

  it("limits the rate of pages, too", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => get(server.url, "/health")),
    );
    expect(answers.some(({ status }) => status === 429)).to.equal(true);
  });
});
