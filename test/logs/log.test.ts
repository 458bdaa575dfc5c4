import { expect } from "chai";
import { createLog, type LogFormat, type LogLevel } from "../../src/logs/log.ts";

const KEY = `0x${"ab12".repeat(16)}`;

function createTestLog(format: LogFormat, level?: LogLevel) {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const nowMs = () => Date.UTC(2026, 0, 5, 18, 31, 7);
  return { lines, log: createLog({ format, output, level, nowMs }) };
}

describe("logs: entries", () => {
  it("writes an entry as one line of JSON with its fields", () => {
    const { lines, log } = createTestLog("json");
    log.info("commit: block 3", { step: "commit", blockNumber: 3, gasUsed: 255n });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/\n$/);
    expect(JSON.parse(lines[0]!)).to.deep.equal({
      level: "info",
      time: "2026-01-05T18:31:07.000Z",
      step: "commit",
      blockNumber: 3,
      gasUsed: "0xff",
      message: "commit: block 3",
    });
  });

  it("keeps a stack trace in one line of JSON, and time and level from fields", () => {
    const { lines, log } = createTestLog("json");
    log.error("failed\n    at somewhere", { level: "info", time: "never", message: "other" });
    const entry = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(lines[0]!.trimEnd()).not.to.include("\n");
    expect(entry).to.include({ level: "error", message: "failed\n    at somewhere" });
    expect(entry["time"]).to.equal("2026-01-05T18:31:07.000Z");
  });

  it("writes a line for people without what the message says already", () => {
    const { lines, log } = createTestLog("text");
    log.info("commit: block 3", { step: "commit", blockNumbers: [3], hash: "0x12" });
    log.error("no");
    expect(lines).to.deep.equal(["18:31:07 commit: block 3  hash=0x12\n", "18:31:07 ERROR no\n"]);
  });

  it("removes what a terminal would take for a command", () => {
    const { lines, log } = createTestLog("text");
    log.info("a\u001b[2Jb\rc\u009bd");
    expect(lines[0]).to.equal("18:31:07 a [2Jb c d\n");
  });

  it("leaves out what is below its level", () => {
    const levels = { debug: 3, info: 2, error: 1 } as const;
    for (const level of ["debug", "info", "error"] as const) {
      const { lines, log } = createTestLog("json", level);
      log.debug("one");
      log.info("two");
      log.error("three");
      expect(lines, level).to.have.length(levels[level]);
    }
  });
});

describe("logs: secrets", () => {
  const secretTexts = [
    ["https://mainnet.infura.io/v3/0123456789abcdef", "https://mainnet.infura.io/[…]"],
    ["wss://user:pass@l1.example/ws?key=1", "wss://[…]@l1.example/[…]"],
    ["postgres://rollup:hunter2@db.example:5432/rollup", "postgres://[…]@db.example:5432/[…]"],
    ["http://127.0.0.1:8545", "http://127.0.0.1:8545"],
    ["https://l1.example/?apikey=abc", "https://l1.example/[…]"],
    ["https://a:b@c@l1.example/x", "https://[…]@l1.example/[…]"],
  ] as const;
  for (const [text, expected] of secretTexts) {
    it(`keeps scheme and host of ${text}`, () => {
      const { lines, log } = createTestLog("json");
      log.error(`no answer of ${text} yet`, { url: text, nested: [{ text }] });
      const entry = JSON.parse(lines[0]!) as Record<string, unknown>;
      expect(entry["message"]).to.equal(`no answer of ${expected} yet`);
      expect(entry["url"]).to.equal(expected);
      expect(entry["nested"]).to.deep.equal([{ text: expected }]);
    });
  }

  it("removes keys that it was told of, in any case, with and without 0x", () => {
    const { lines, log } = createTestLog("json", "debug");
    log.hide(KEY);
    const bare = KEY.slice(2).toUpperCase();
    log.debug(`${KEY} and ${bare}`, { raw: `x${bare}y`, cause: new Error(`bad ${KEY}`) });
    expect(lines[0]!.toLowerCase()).not.to.include(KEY.slice(2));
    expect(JSON.parse(lines[0]!)).to.include({ message: "0x[…] and […]", raw: "x[…]y" });
  });

  it("removes the values of fields with the name of a secret, and keeps those like them", () => {
    const { lines, log } = createTestLog("json");
    const secret = { privateKey: 1n, password: "a", mnemonic: ["b"], apiKey: "c", key: "d" };
    log.info("start", { ...secret, tokenId: 3, keyId: 4, signal: undefined });
    const fields = JSON.parse(lines[0]!) as Record<string, unknown>;
    const own = ["level", "time", "message"];
    const given = Object.entries(fields).filter(([name]) => !own.includes(name));
    const hidden = Object.fromEntries(Object.keys(secret).map((name) => [name, "[…]"]));
    expect(Object.fromEntries(given)).to.deep.equal({ ...hidden, tokenId: 3, keyId: 4 });
  });

  it("bounds depth, length and number of what it writes", () => {
    const { lines, log } = createTestLog("json");
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    log.info("x".repeat(1e6), { cycle, list: Array.from({ length: 1e5 }, (_, index) => index) });
    expect(lines[0]!.length).to.be.lessThan(20_000);
  });
});
