import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";

const SCRIPT = join(import.meta.dirname, "without-fma-script.ts");
/** V8's switch that disables FMA3. */
const WITHOUT_FMA = "--no-enable-fma3";
/** Time limit that only a process without end reaches. */
const LIMIT_MS = 60_000;

describe("groth16: a processor without fused multiply-add", function () {
  this.timeout(2 * LIMIT_MS);
  let workspace: Workspace;
  before(async () => (workspace = await createWorkspace()));
  after(() => workspace.remove());

  it("makes the same dev keys, proves by snarkjs, and names it where the kernel fails", async function () {
    if (process.arch !== "x64") this.skip(); // others always have it
    const { file } = workspace.options("squarer");
    const cacheDir = join(workspace.folder, "without-fma");
    const args = [WITHOUT_FMA, SCRIPT, file, cacheDir];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
    const { isSupported, code, fix, isValid } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ isSupported, code, isValid }).to.deep.equal({
      isSupported: false,
      code: "KERNEL_UNSUPPORTED",
      isValid: true,
    });
    expect(fix).to.include('prover: "snarkjs"');

    const circuit = await loadCircuit(workspace.options("squarer"));
    const slow = await loadCircuit({ ...workspace.options("squarer"), cacheDir });
    const [key, slowKey] = [await circuit.zkeyPath(), await slow.zkeyPath()];
    expect((await readFile(key)).equals(await readFile(slowKey))).to.equal(true);
  });
});
