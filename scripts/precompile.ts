/**
 * Compiles the rollup's circuits into `precompiled/`, which the package contains, so that users do
 * not compile them. The digest of sources, compiler and options finds them; a project compiles what
 * it changes.
 *
 * The preset `full` is omitted: its circuits would make the package many times as large, and making
 * their keys takes much longer than compiling them.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compileCircuit } from "../src/circom/compile.ts";
import { packEntry } from "../src/circom/compile-cache.ts";
import { withTemporaryFolder } from "../src/groth16/files/files.ts";
import { resolveRollupConfig } from "../src/plugin/config/resolve.ts";
import { ROLLUP_SOURCE, rollupKeyIds, writeRollupCircuit } from "../src/plugin/circuits/sources.ts";
import type { PresetName } from "../src/protocol/presets.ts";

const PRECOMPILED: readonly PresetName[] = ["minimal", "dev"];

await withTemporaryFolder("precompile", async (root) => {
  const target = ROLLUP_SOURCE.precompiledDir;
  await rm(target, { recursive: true, force: true });
  const config = resolveRollupConfig({}, { root, cache: join(root, "cache") });
  for (const preset of PRECOMPILED) {
    for (const keyId of rollupKeyIds(preset, config)) {
      const source = await writeRollupCircuit(preset, keyId, config);
      const { circuits: cacheDir } = config.paths;
      const { name, r1csPath } = await compileCircuit({ ...source, cacheDir });
      await packEntry(dirname(r1csPath), name, target);
      console.log(`Precompiled ${name}: ${await kilobytesIn(target)} KB in all`);
    }
  }
});

async function kilobytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
