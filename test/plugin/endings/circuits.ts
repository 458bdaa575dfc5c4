/** A circuit in a folder of its own, for scripts that prove. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @returns How to load the circuit; the caller removes `cacheDir`. */
export async function writeSquare() {
  const cacheDir = await mkdtemp(join(tmpdir(), "proof-script-"));
  const file = join(cacheDir, "square.circom");
  await writeFile(
    file,
    `pragma circom 2.1.0;
template Square() { signal input a; signal output b; b <== a * a; }
component main = Square();
`,
  );
  return { file, cacheDir, optimization: 1 } as const;
}
