/**
 * Lets the projects of the tests share what solc compiles, by the content of its input. The
 * contracts of this package are compiled apart from those of each project, so their input is always
 * the same.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HardhatConfig, SolidityBuildProfileConfig } from "hardhat/types/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { Compiler, CompilerInput, CompilerOutput } from "hardhat/types/solidity";
import { writeFileAtomically } from "../../src/groth16/files/files.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

const FOLDER = join(PACKAGE_ROOT, "cache/test-solc");

/** Gives files a compiler config of their own, with the settings of all others. */
function compileApart(
  profile: SolidityBuildProfileConfig,
  files: readonly string[],
): SolidityBuildProfileConfig {
  const apart = structuredClone(profile.compilers[0]!);
  const overrides = Object.fromEntries(files.map((file) => [file, apart]));
  return { ...profile, overrides: { ...overrides, ...profile.overrides } };
}

function withPackageApart(config: HardhatConfig): HardhatConfig {
  const { profiles, npmFilesToBuild } = config.solidity;
  const apart = Object.entries(profiles).map(([name, profile]) => {
    return [name, compileApart(profile, npmFilesToBuild)] as const;
  });
  return { ...config, solidity: { ...config.solidity, profiles: Object.fromEntries(apart) } };
}

async function compileOnce(
  { longVersion }: Compiler,
  input: CompilerInput,
  compile: () => Promise<CompilerOutput>,
): Promise<CompilerOutput> {
  const key = createHash("sha256")
    .update(JSON.stringify([longVersion, input]))
    .digest("hex");
  const file = join(FOLDER, `${key}.json`);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as CompilerOutput;
  const output = await compile();
  await mkdir(FOLDER, { recursive: true });
  await writeFileAtomically(file, [JSON.stringify(output)]);
  return output;
}

/** A plugin that follows ours. */
export const sharedSolc: HardhatPlugin = {
  id: "shared-solc",
  hookHandlers: {
    config: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            resolveUserConfig: async (user, resolveVariable, next) =>
              withPackageApart(await next(user, resolveVariable)),
          }),
      }),
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            invokeSolc: (context, compiler, input, config, next) =>
              compileOnce(compiler, input, () => next(context, compiler, input, config)),
          }),
      }),
  },
};
