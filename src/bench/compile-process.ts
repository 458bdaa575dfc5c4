/** Compiles a circuit; see `measureProcess`. */

import type { CompileOptions } from "../circom/compilation.ts";
import { compileCircuit } from "../circom/compile.ts";
import { runInProcess } from "./measure.ts";

runInProcess(async (options: CompileOptions) => (await compileCircuit(options)).stats);
