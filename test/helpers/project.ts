/** Projects of users, made in a temporary folder: this package is installed in them by a link. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import plugin from "../../src/index.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

export interface Project {
  readonly root: string;
  /** Writes or replaces a file, given by its path in the project. */
  write(path: string, text: string): Promise<void>;
  delete(path: string): Promise<void>;
  /** A fresh environment, as each run of `hardhat` has one. */
  createHre(config?: HardhatUserConfig): Promise<HardhatRuntimeEnvironment>;
  remove(): Promise<void>;
}

/**
 * @param fixture Folder of `test/fixture-projects` to start from; empty if none is named.
 */
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
      createHardhatRuntimeEnvironment({ ...config, plugins: [plugin] }, {}, root),
    remove: () => rm(root, { recursive: true }),
  };
}
