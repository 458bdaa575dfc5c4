import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureProcess } from "../../src/bench/measure.ts";
import type { CompileOptions } from "../../src/circom/compilation.ts";

const SOURCE = `pragma circom 2.1.0;
template Square() { signal input a; signal output b; b <== a * a; }
component main = Square();
`;
const BALLAST_BYTES = 600e6;

describe("bench: measure", () => {
  it("measures the memory of a process without that of its parent", async () => {
    const folder = await mkdtemp(join(tmpdir(), "measure-"));
    const file = join(folder, "square.circom");
    await writeFile(file, SOURCE);
    const ballast = Buffer.alloc(BALLAST_BYTES, 1);
    const options: CompileOptions = { file, optimization: 1, cacheDir: join(folder, "cache") };
    const usage = await measureProcess<CompileOptions, { constraints: number }>(
      "compile-process",
      options,
    );
    expect(usage.result.constraints).to.equal(1);
    expect(usage.peakMemoryBytes).to.be.within(20e6, ballast.length / 2);
    await rm(folder, { recursive: true });
  });
});
