/** Errors of `src/kernel`. */

import { defineErrors } from "../util/errors.ts";

export type KernelErrorFacts = { code: "KERNEL_UNSUPPORTED" } | { code: "KERNEL_FORBIDDEN" };

export const kernelError = defineErrors<KernelErrorFacts>({
  KERNEL_UNSUPPORTED: {
    message: () =>
      "This JavaScript engine or processor has no fused multiply-add for WebAssembly vectors.",
    fix: 'Set prover: "snarkjs" on this machine, or use a processor with FMA3 or NEON.',
  },
  KERNEL_FORBIDDEN: {
    message: () =>
      "The content security policy of this page forbids to compile WebAssembly, " +
      "which proofs need.",
    fix: "Add 'wasm-unsafe-eval' to script-src in the policy of the page and of the worker's file.",
  },
});
