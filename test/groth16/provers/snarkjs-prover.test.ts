/**
 * snarkjs's threads belong to the process, so a process of its own shows when they start and end:
 * circuits that other tests share keep them.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { createRandom } from "../../helpers/random.ts";

const random = createRandom();
const SCRIPT = join(import.meta.dirname, "snarkjs-threads-script.ts");

interface Seen {
  readonly shared: { readonly threads: readonly boolean[]; readonly verified: readonly boolean[] };
  readonly closed: { readonly pending: string; readonly later: string; readonly isValid: boolean };
}

describe(`groth16: snarkjs prover (${random.title})`, () => {
  let folder: string;
  let seen: Seen;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "snarkjs-"));
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, random.seed, folder]);
    seen = JSON.parse(stdout) as Seen;
  });
  after(() => rm(folder, { recursive: true }));

  it("proves for several users at a time, and its threads end with the last user", () => {
    // Before the users, after they are opened, after the first has closed, and after the last.
    expect(seen.shared.threads).to.deep.equal([false, false, true, false]);
    expect(seen.shared.verified).to.deep.equal([true, true]);
  });

  it("PROVER_CLOSED: rejects pending and later proofs, and the next user proves", () => {
    const code = "PROVER_CLOSED";
    expect(seen.closed).to.deep.equal({ pending: code, later: code, isValid: true });
  });
});
