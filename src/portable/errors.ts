/** Errors of files and workers of the prover that runs in pages and in Node. */

import { defineErrors } from "../util/errors.ts";

export type PortableErrorFacts =
  | { code: "FILE_NOT_READ"; source: string; reason: string }
  | { code: "FILE_TOO_LARGE"; source: string; bytesMax: number }
  | { code: "WORKER_FAILED"; reason: string };

export const portableError = defineErrors<PortableErrorFacts>({
  FILE_NOT_READ: {
    message: ({ source, reason }) => `${source} cannot be read: ${reason}.`,
    fix: "Check the URL or the path, and that connect-src in the page's policy allows it.",
  },
  FILE_TOO_LARGE: {
    message: ({ source, bytesMax }) => `${source} is longer than ${bytesMax} bytes.`,
    fix: "Check that it is the right file, or raise the option bytesMax.",
  },
  WORKER_FAILED: {
    message: ({ reason }) => `The worker of the prover has failed: ${reason}.`,
    fix:
      "Serve groth16-worker.js beside the bundle or pass its workerUrl, and allow it in " +
      "worker-src of the page's policy.",
  },
});
