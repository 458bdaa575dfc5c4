/** Compiles a circuit; see `measureProcess`. */

import { compileCircuit, type CompileOptions } from "../circom/compile.ts";
import { runInProcess } from "./measure.ts";

runInProcess(async (options: CompileOptions) => (await compileCircuit(options)).stats);
