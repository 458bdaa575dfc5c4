/** Errors of `src/kernel`. */

import { defineErrors } from "../util/errors.ts";

export type KernelErrorFacts = { code: "KERNEL_UNSUPPORTED" };

export const kernelError = defineErrors<KernelErrorFacts>({
  KERNEL_UNSUPPORTED: {
    message: () =>
      "This JavaScript engine or processor has no fused multiply-add for WebAssembly vectors.",
    fix: 'Set prover: "snarkjs" on this machine, or use a processor with FMA3 or NEON.',
  },
});
