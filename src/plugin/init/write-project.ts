/** Writes the project of `rollup:init`: a config, a contract, a circuit and tests. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pluginError } from "../errors.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../package-root.ts";
import { mergeGitignore, mergePackageJson, type OwnPackageJson } from "./merge.ts";

export interface InitOptions {
  /** The project's folder; it is created if it is missing. */
  readonly folder: string;
  /** Whether files that differ are replaced without a question. */
  readonly force: boolean;
  /** Asks whether these files may be replaced. Undefined if nobody can answer. */
  readonly confirm?: ((files: readonly string[]) => Promise<boolean>) | undefined;
  /** Files of the template that are not written, because the project has its own. */
  readonly kept?: readonly string[];
}

/** Result of `rollup:init`. Paths are relative to the folder, with forward slashes. */
export interface InitReport {
  /** Absolute path of the project. */
  readonly folder: string;
  readonly written: readonly string[];
  /** Files that existed already with the same text. */
  readonly unchanged: readonly string[];
  /** Files of the template that the project has its own of. */
  readonly kept: readonly string[];
  /** Files that differ and that the user refused to replace; then nothing is written. */
  readonly refused: readonly string[];
}

/** A file of the project: its text, and the text of an existing file in its place. */
interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly present: string | undefined;
  /** Whether the existing file loses something. */
  readonly replaces: boolean;
}

/** Folder of the template in the sources, because `dist` has compiled code only. */
const TEMPLATE = join(PACKAGE_ROOT, "src/plugin/init/template");

/**
 * Writes the template project. Existing files that differ are replaced only with consent.
 * `package.json` and `.gitignore` keep their contents and get what they lack.
 *
 * @returns What was written; nothing at all if the user refuses to replace a file.
 * @throws INIT_FILES_EXIST if a file differs and nobody can be asked; INIT_PACKAGE_JSON_INVALID
 */
export async function writeProject(options: InitOptions): Promise<InitReport> {
  const { folder, force, confirm, kept = [] } = options;
  const root = resolve(folder);
  const files = (await planFiles(root)).filter(({ path }) => !kept.includes(path));
  const differing = files.filter(({ replaces }) => replaces).map(({ path }) => path);
  if (differing.length > 0 && !force) {
    if (confirm === undefined) {
      throw pluginError({ code: "INIT_FILES_EXIST", folder: root, files: differing });
    }
    if (!(await confirm(differing))) {
      return { folder: root, written: [], unchanged: [], kept, refused: differing };
    }
  }
  const changed = files.filter(({ text, present }) => text !== present);
  await mkdir(root, { recursive: true });
  for (const { path, text } of changed) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const unchanged = files.filter((file) => !changed.includes(file));
  return {
    folder: root,
    written: changed.map(({ path }) => path),
    unchanged: unchanged.map(({ path }) => path),
    kept,
    refused: [],
  };
}

async function planFiles(root: string): Promise<PlannedFile[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(TEMPLATE.length + 1))
    .map((name) => name.replaceAll("\\", "/"))
    .sort();
  const copies = names.map((name) =>
    name === "gitignore" ? planGitignore(root) : plan(root, name),
  );
  return Promise.all([planPackageJson(root), ...copies]);
}

async function plan(root: string, path: string): Promise<PlannedFile> {
  const text = await readFile(join(TEMPLATE, path), "utf8");
  const present = await readIfThere(join(root, path));
  return { path, text, present, replaces: present !== undefined && present !== text };
}

/** Reads .gitignore, which has no dot in the template because npm packs no `.gitignore`. */
async function planGitignore(root: string): Promise<PlannedFile> {
  const template = await readFile(join(TEMPLATE, "gitignore"), "utf8");
  const present = await readIfThere(join(root, ".gitignore"));
  const text = mergeGitignore(present ?? "", template);
  return { path: ".gitignore", text, present, replaces: false };
}

async function planPackageJson(root: string): Promise<PlannedFile> {
  const path = "package.json";
  const own = JSON.parse(await readFile(join(PACKAGE_ROOT, path), "utf8")) as OwnPackageJson;
  const present = await readIfThere(join(root, path));
  const { text, replaces } = mergePackageJson(present, own, {
    packageName: PACKAGE_NAME,
    file: join(root, path),
    projectName: basename(root),
  });
  return { path, text, present, replaces };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
