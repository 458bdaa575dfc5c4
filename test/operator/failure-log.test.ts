import { expect } from "chai";
import { operatorError } from "../../src/operator/errors.ts";
import { FailureLog } from "../../src/operator/failure-log.ts";
import type { Logger } from "../../src/operator/logger.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

function createLog() {
  const lines: string[] = [];
  const clock = new FakeClock();
  const logger: Logger = { debug: () => {}, info: () => {}, error: (line) => lines.push(line) };
  return { lines, clock, log: new FailureLog(logger, clock) };
}

const failed = (blockNumber: number, cause: Error) =>
  operatorError({ code: "BLOCK_STEP_FAILED", step: "commit", blockNumber, reason: "" }, { cause });

describe("operator: the log of failures", () => {
  it("logs repeated failures once, also if their numbers differ", () => {
    const { lines, log } = createLog();
    for (let i = 0; i < 5; i++)
      log.record(failed(i, new Error(`no answer to 0x${i}a after ${i} ms`)));
    expect(lines).to.have.length(1);
    log.record(failed(1, new Error("something else")));
    expect(lines).to.have.length(2);
  });

  it("repeats a failure after some time, with the number of attempts", async () => {
    const { lines, clock, log } = createLog();
    for (let i = 0; i < 25 * 60; i++) {
      log.record(new Error("no"));
      await clock.advance(0);
      if (i % 60 === 59) await clock.advance(60_000);
    }
    expect(lines).to.have.length(3);
    expect(lines[1]).to.contain("600 more attempts");
  });

  it("logs a failure again after a success", () => {
    const { lines, log } = createLog();
    log.record(new Error("no"));
    log.clear();
    log.record(new Error("no"));
    expect(lines).to.have.length(2);
  });

  it("survives a logger that throws, and failures of any type", () => {
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      error: () => {
        throw new Error("the disk is full");
      },
    };
    const log = new FailureLog(logger, new FakeClock());
    for (const failure of [undefined, null, "text", { code: 1 }, new Error("no")]) {
      expect(() => log.record(failure)).not.to.throw();
    }
  });
});
