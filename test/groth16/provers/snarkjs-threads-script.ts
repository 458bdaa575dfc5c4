/** Proves by snarkjs in a process that has no other user of its threads: `… SEED FOLDER`. */
import { setTimeout as sleep } from "node:timers/promises";
import { createSnarkjsProver } from "../../../src/groth16/provers/snarkjs-prover.ts";
import { openSnarkjs } from "../../../src/groth16/snarkjs.ts";
import { isRollupError } from "../../../src/util/errors.ts";
import { createRandom } from "../../helpers/random.ts";
import { createSyntheticKey } from "../synthetic-key.ts";

const [seed, folder] = process.argv.slice(2) as [string, string];
const options = { constraints: 1000, bitEvery: 0, random: createRandom(seed) };
const { zkeyPath, witness, verificationKey } = await createSyntheticKey(folder, "key", options);

function hasThreads(): boolean {
  return ((globalThis as { curve_bn128?: unknown }).curve_bn128 ?? undefined) !== undefined;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.catch((error: unknown) => error);
  return isRollupError(outcome) ? outcome.code : "none";
}

async function shareThreads() {
  const threads = [hasThreads()];
  const [prover, judge] = [createSnarkjsProver(), openSnarkjs()];
  threads.push(hasThreads());
  const proofs = await Promise.all([
    prover.prove(zkeyPath, witness),
    judge.prove(zkeyPath, witness),
  ]);
  await prover.close();
  threads.push(hasThreads());
  const verified: boolean[] = [];
  for (const proof of proofs) verified.push(await judge.verify(verificationKey, proof));
  await judge.close();
  threads.push(hasThreads());
  return { threads, verified };
}

async function closeWhileProving() {
  const prover = createSnarkjsProver();
  const pending = codeOf(prover.prove(zkeyPath, witness));
  const closing = prover.close();
  const next = openSnarkjs();
  const proven = await next.prove(zkeyPath, witness);
  await closing;
  const later = await codeOf(prover.prove(zkeyPath, witness));
  const isValid = await next.verify(verificationKey, proven);
  await next.close();
  while (hasThreads()) await sleep(20); // after what snarkjs was computing
  return { pending: await pending, later, isValid };
}

console.log(JSON.stringify({ shared: await shareThreads(), closed: await closeWhileProving() }));
