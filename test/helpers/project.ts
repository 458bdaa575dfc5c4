/** Creates projects of users in a temporary folder, with a link to this package. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import plugin from "../../src/index.ts";
import { sharedSolc } from "./solc-cache.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

export interface Project {
  readonly root: string;
  /** Writes or replaces a file, given by its path in the project. */
  write(path: string, text: string): Promise<void>;
  delete(path: string): Promise<void>;
  /** Creates a new runtime environment, as each run of `hardhat` does. */
  createHre(config?: HardhatUserConfig): Promise<HardhatRuntimeEnvironment>;
  remove(): Promise<void>;
}

/** Creates a project. @param fixture - Folder of `test/fixture-projects` to copy; default: none. */
export async function createProject(fixture?: string): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "hardhat-zkrollup-")));
  if (fixture !== undefined) {
    await cp(join(PACKAGE_ROOT, "test", "fixture-projects", fixture), root, { recursive: true });
  }
  const write = (path: string, text: string) => writeFile(join(root, path), text);
  await write("package.json", JSON.stringify({ name: "project", type: "module" }));
  await mkdir(join(root, "node_modules"));
  await symlink(PACKAGE_ROOT, join(root, "node_modules", PACKAGE_NAME));
  return {
    root,
    write,
    delete: (path) => rm(join(root, path)),
    createHre: (config = {}) =>
      createHardhatRuntimeEnvironment({ ...config, plugins: [plugin, sharedSolc] }, {}, root),
    remove: () => rm(root, { recursive: true }),
  };
}
