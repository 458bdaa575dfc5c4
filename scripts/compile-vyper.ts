/**
 * Compiles the Vyper contracts of the tests again, after a change of their generator:
 *
 *     VYPER=vyper node scripts/compile-vyper.ts
 *
 * VYPER is a Vyper compiler of version 0.4, absolute or in the PATH.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createWorkspace } from "../test/circom/workspace.ts";
import {
  generateFixture,
  loadFixtureCircuit,
  VYPER_FIXTURES,
  vyperPaths,
} from "../test/groth16/vyper-fixtures.ts";

const program = process.env["VYPER"] ?? "vyper";
const run = (...args: string[]) => execFileSync(program, args, { encoding: "utf8" }).trim();
const vyper = run("--version").split("+")[0]!;
const workspace = await createWorkspace();
try {
  for (const fixture of VYPER_FIXTURES) {
    const circuit = await loadFixtureCircuit(fixture, workspace);
    const paths = vyperPaths(fixture);
    await writeFile(paths.source, await generateFixture(fixture, circuit));
    await circuit.close();
    const bytecode = run("-f", "bytecode", "--evm-version", "cancun", paths.source);
    await writeFile(paths.compiled, `${JSON.stringify({ vyper, bytecode }, null, 2)}\n`);
    console.log(`${paths.source}: ${(bytecode.length - 2) / 2} bytes by Vyper ${vyper}`);
  }
} finally {
  await workspace.remove();
}
