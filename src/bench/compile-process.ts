/** Compiles a circuit; see `measureProcess`. */

import { compileCircuit, type CompileOptions } from "../circuits/compile.ts";
import { runInProcess } from "./measure.ts";

runInProcess(async (options: CompileOptions) => (await compileCircuit(options)).stats);
