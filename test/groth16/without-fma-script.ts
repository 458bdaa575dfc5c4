/** Makes a dev key and proves, in a process without fused multiply-add. */
import { loadCircuit } from "../../src/circom/circuit.ts";
import { isKernelSupported } from "../../src/kernel/instance.ts";
import { isRollupError } from "../../src/util/errors.ts";

const [file, cacheDir] = process.argv.slice(2) as [string, string];
const circuit = await loadCircuit({ file, cacheDir, optimization: 1 });
const failure = await circuit.prove({ root: 3n }).catch((error: unknown) => error);
const proven = await circuit.prove({ root: 3n }, { prover: "snarkjs" });
console.log(
  JSON.stringify({
    isSupported: isKernelSupported(),
    code: isRollupError(failure) && failure.code,
    fix: isRollupError(failure) && failure.fix,
    isValid: await circuit.verify(proven),
  }),
);
