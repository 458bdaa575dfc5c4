import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { measureChild } from "../../src/bench/child-usage.ts";

const run = promisify(execFile);
const MEGABYTES = 1 << 20;
/** Fills 100 MB, and computes for 0.3 s of CPU time. */
const PROGRAM = `
  const filled = Buffer.alloc(100 * ${MEGABYTES}, 1);
  while (process.cpuUsage().user < 300_000);
  console.log(filled.length);
`;

describe("bench: programs", () => {
  it("measures CPU time and memory of a program, on Linux", async () => {
    const measured = await measureChild(() => run(process.execPath, ["-e", PROGRAM]));
    const { wallSeconds, cpuSeconds, peakMemoryBytes, result } = measured;
    expect(result.stdout.trim()).to.equal(String(100 * MEGABYTES));
    expect(wallSeconds).to.be.above(0);
    if (process.platform === "linux") {
      expect(cpuSeconds).to.be.at.least(0.29);
      expect(peakMemoryBytes).to.be.above(100 * MEGABYTES);
    } else expect([cpuSeconds, peakMemoryBytes]).to.deep.equal([undefined, undefined]);
  });

  it("passes the failure of a program on", async () => {
    const failed = await measureChild(() => run(process.execPath, ["-e", "process.exit(3)"])).catch(
      (error: unknown) => error as { code: number },
    );
    expect(failed).to.include({ code: 3 });
  });
});
