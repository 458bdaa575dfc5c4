/** The job of a worker thread, apart from the public types, which Node's types cannot express. */
import type { CompileJob } from "./compile-job.ts";

/** A job with the compiler itself. */
export interface PackageJob extends CompileJob {
  readonly compiler: WebAssembly.Module;
}
