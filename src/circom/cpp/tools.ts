/** What a C++ witness generator is built with, and which of it is missing. */
import { runProcess } from "../../util/run-process.ts";

/** Time limit of asking a tool for its version. */
const PROBE_MS = 30_000;

/** The files that the code of circom includes, and the packages of Debian that have them. */
const HEADERS: Readonly<Record<string, string>> = {
  "gmp.h": "libgmp-dev",
  "nlohmann/json.hpp": "nlohmann-json3-dev",
};

/** Whether circom's arithmetic in assembler is for this processor. */
export const HAS_ASSEMBLER = process.arch === "x64";

/** Lists the tools and headers that are not installed; none if a generator can be built. */
export async function missingTools(): Promise<string[]> {
  const programs = ["make", "g++", ...(HAS_ASSEMBLER ? ["nasm"] : [])];
  const missing: string[] = [];
  for (const program of programs) {
    // nasm knows -v, and both others know it, too.
    if (!(await succeeds(program, ["-v"]))) missing.push(program);
  }
  if (missing.includes("g++")) return missing;
  for (const [header, source] of Object.entries(HEADERS)) {
    const include = ["-E", "-x", "c++", "-include", header, "/dev/null"];
    if (!(await succeeds("g++", include))) missing.push(`${header} (${source})`);
  }
  return missing;
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  const { status } = await runProcess(program, args, { timeoutMs: PROBE_MS });
  return status === 0;
}
