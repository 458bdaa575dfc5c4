import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCircuit } from "../../../src/circom/circuit.ts";

const folder = await mkdtemp(join(tmpdir(), "proof-script-"));
const file = join(folder, "square.circom");
await writeFile(
  file,
  `pragma circom 2.1.0;
template Square() { signal input a; signal output b; b <== a * a; }
component main = Square();
`,
);
const square = await loadCircuit({ file, cacheDir: folder, optimization: 1 });
console.log(await square.verify(await square.prove({ a: 6n })));
await rm(folder, { recursive: true });
