import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { createSnarkjsProver } from "../../../src/groth16/provers/snarkjs-prover.ts";
import { openSnarkjs } from "../../../src/groth16/snarkjs.ts";
import { expectRejection } from "../../helpers/expect-code.ts";
import { createRandom } from "../../helpers/random.ts";
import { createSyntheticKey } from "../synthetic-key.ts";

const random = createRandom();

/**
 * Whether snarkjs's threads run in this process. Only that is compared: what a failed comparison
 * has compared is sent to mocha's main process, which removes the functions of the curve.
 */
function hasThreads(): boolean {
  return ((globalThis as { curve_bn128?: unknown }).curve_bn128 ?? undefined) !== undefined;
}

describe(`groth16: snarkjs prover (${random.title})`, function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "snarkjs-"));
  after(() => rmSync(directory, { recursive: true }));
  let key: Awaited<ReturnType<typeof createSyntheticKey>>;
  before(async () => {
    // A user that has closed while snarkjs computed leaves the threads until then.
    while (hasThreads()) await sleep(20);
    const options = { constraints: 1000, bitEvery: 0, random };
    key = await createSyntheticKey(directory, "key", options);
  });

  it("proves for several users at a time, and its threads end with the last user", async () => {
    expect(hasThreads()).to.equal(false);
    const [prover, judge] = [createSnarkjsProver(), openSnarkjs()];
    expect(hasThreads()).to.equal(false);
    const [one, other] = await Promise.all([
      prover.prove(key.zkeyPath, key.witness),
      judge.prove(key.zkeyPath, key.witness),
    ]);
    await prover.close();
    expect(hasThreads()).to.equal(true);
    expect(await judge.verify(key.verificationKey, one)).to.equal(true);
    expect(await judge.verify(key.verificationKey, other)).to.equal(true);
    await judge.close();
    expect(hasThreads()).to.equal(false);
  });

  it("PROVER_CLOSED: rejects pending and later proofs, and the next user proves", async () => {
    const prover = createSnarkjsProver();
    const failed = expectRejection("PROVER_CLOSED", prover.prove(key.zkeyPath, key.witness));
    const closing = prover.close();
    const next = openSnarkjs();
    const proven = await next.prove(key.zkeyPath, key.witness);
    await Promise.all([closing, failed]);
    await expectRejection("PROVER_CLOSED", prover.prove(key.zkeyPath, key.witness));
    expect(await next.verify(key.verificationKey, proven)).to.equal(true);
    await next.close();
    while (hasThreads()) await sleep(20); // after what snarkjs was computing
  });
});
