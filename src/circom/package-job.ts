/** What the worker thread of the package's compiler gets. Users' types do not know WebAssembly. */
import type { CompileJob } from "./compile-job.ts";

/** A job with the compiler itself. */
export interface PackageJob extends CompileJob {
  readonly compiler: WebAssembly.Module;
}
