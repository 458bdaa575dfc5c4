/**
 * A program with rapidsnark's command line, for tests: `node external-prover.mjs zkey wtns proof
 * public [fault]`.
 */
import { writeFileSync } from "node:fs";
import { groth16 } from "snarkjs";

const [zkey, wtns, proofPath, publicPath, fault] = process.argv.slice(2);
if (fault === "crash") {
  console.error("out of memory");
  process.exit(3);
}
if (fault === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
if (fault === "silence") process.exit(0);
const { proof, publicSignals } = await groth16.prove(zkey, wtns);
// A well-formed proof that is invalid.
if (fault === "forge") proof.pi_c = proof.pi_a;
// rapidsnark does not write the curve.
delete proof.curve;
writeFileSync(proofPath, JSON.stringify(proof));
writeFileSync(publicPath, JSON.stringify(publicSignals));
process.exit(0);
