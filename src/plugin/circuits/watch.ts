/** Compiles circuits again whenever one of their files changes, also an included one. */
import { existsSync, type FSWatcher, statSync, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { locateCircuit } from "../../circom/compilation.ts";
import { collectSources } from "../../circom/sources.ts";
import type { RollupError } from "../../util/errors.ts";
import { pluginError } from "../errors.ts";
import { toCodedError } from "../plugin-errors.ts";
import { compileAll, type Compiled } from "./pipeline.ts";
import { type BuildPlan, selectCircuits } from "./plan.ts";

/** Milliseconds without a change before the circuits are compiled: editors write in steps. */
const QUIET_MS = 100;
/** Sources, and what may have been a folder. */
const RELEVANT = /\.circom$|^[^.]*$/;
/** The files of circomkit, in the root folder of the project. */
const CIRCOMKIT = /\.json$/;

/** What a change has led to. */
export interface WatchRound {
  /** Absolute paths of what has changed; none in the first round. */
  readonly changed: readonly string[];
  /** The circuits that are other ones than before. */
  readonly compiled: readonly Compiled[];
  readonly failure: RollupError | undefined;
}

export interface CircuitWatch {
  /** Stops watching. A running compilation is not waited for, and not reported any more. */
  close(): Promise<void>;
}

/**
 * Compiles the circuits of a plan, and then again after each change.
 *
 * @param report - Receives the first result and each later one.
 * @throws WATCH_FAILED, and as {@link selectCircuits}
 */
export async function startWatch(
  plan: BuildPlan,
  report: (round: WatchRound) => void,
): Promise<CircuitWatch> {
  const changed = new Set<string>();
  let isClosed = false;
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;
  const past = new Set<string>();
  const { root } = plan;
  const { path, include } = plan.config.circuits;
  // The root folder has many others, such as the cache.
  const isOnPath = (changed: string) =>
    [path, ...include, ...past].some((folder) => `${folder}${sep}`.startsWith(`${changed}${sep}`));
  const isSource = (folder: string, name: string) =>
    (folder === root
      ? name.endsWith(".circom")
      : RELEVANT.test(name) || isFolder(join(folder, name))) || isOnPath(join(folder, name));
  const folders = watchFolders((folder, name) => {
    const path = join(folder, name);
    if (isClosed || !(isSource(folder, name) || CIRCOMKIT.test(name))) return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => void run(), QUIET_MS);
  });
  const compileNews = createRounds(plan);
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    do {
      const files = [...changed];
      changed.clear();
      const { sources, unwatched } = await inspectWatched(plan, folders, past);
      const result = await compileNews(sources);
      if (isClosed) return;
      const failure = result?.failure ?? unwatched;
      if (result !== undefined || unwatched !== undefined)
        report({ changed: files, compiled: result?.compiled ?? [], failure });
    } while (changed.size > 0);
    isRunning = false;
  };
  selectCircuits(plan);
  const { unwatched } = await inspectWatched(plan, folders, past);
  if (unwatched !== undefined) throw unwatched;
  void run();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      folders.set([]);
      return Promise.resolve();
    },
  };
}

/** Maximum attempts to see files in folders that appear while they are looked for. */
const ATTEMPTS_MAX = 8;

/** Reads the sources, in folders that are watched before: a change is in the result or an event. */
async function inspectWatched(plan: BuildPlan, folders: WatchedFolders, past: Set<string>) {
  let { sources, paths } = await inspect(plan, past);
  let { added, failure: unwatched } = folders.set(paths);
  for (let attempt = 1; added && attempt < ATTEMPTS_MAX; attempt++) {
    ({ sources, paths } = await inspect(plan, past));
    ({ added, failure: unwatched } = folders.set(paths));
  }
  return { sources, unwatched };
}

/** Compiles what is new since the last call. */
function createRounds(plan: BuildPlan) {
  let last: { readonly sources: string; readonly hasFailed: boolean } | undefined;
  let warned = new Set<string>();
  const paths = new Map<string, string>();
  /** @returns Undefined if nothing is new. */
  return async (sources: string): Promise<Omit<WatchRound, "changed"> | undefined> => {
    if (sources === last?.sources && !last.hasFailed) return undefined;
    const warnings = new Set<string>();
    const warn = (text: string) => {
      warnings.add(text);
      if (!warned.has(text)) plan.warn?.(text);
    };
    const all = await compileAll({ ...plan, warn }).catch((error: unknown) => ({
      compiled: [] as Compiled[],
      failure: toFailure(error),
    }));
    warned = warnings;
    last = { sources, hasFailed: all.failure !== undefined };
    const compiled = all.compiled.filter(({ name, circuit }) => {
      const isNew = paths.get(name) !== circuit.r1csPath;
      paths.set(name, circuit.r1csPath);
      return isNew;
    });
    return { compiled, failure: all.failure };
  };
}

/** What the circuits are made of now. */
interface Inspection {
  /** A text that changes with the sources and options of any circuit. */
  readonly sources: string;
  /** The folders in which files of the circuits are, or may appear. */
  readonly paths: ReadonlySet<string>;
}

/** @param past - The folders of earlier inspections, to which new ones are added. */
async function inspect(plan: BuildPlan, past: Set<string>): Promise<Inspection> {
  const { root, config } = plan;
  const { path, include } = config.circuits;
  const paths = new Set([root, ...include, path, ...(await innerFolders(path))]);
  const seen: unknown[] = [];
  try {
    for (const source of selectCircuits(plan).own) {
      seen.push(source, await inspectSource(source, plan, paths));
    }
  } catch (error) {
    seen.push(toFailure(error).message);
  }
  for (const folder of paths) past.add(folder);
  // What is gone may come back: a package as it is installed again, a folder with another branch.
  for (const folder of past) if (!existsSync(folder)) paths.add(existingAncestor(folder));
  // What is generated there changes with every round.
  for (const folder of paths) {
    if (`${folder}${sep}`.startsWith(`${config.paths.cache}${sep}`)) paths.delete(folder);
  }
  const sources = JSON.stringify(seen, (_key, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  return { sources, paths };
}

/** @returns The digest of a circuit's sources, or why there is none. */
async function inspectSource(
  source: ReturnType<typeof selectCircuits>["own"][number],
  { config }: BuildPlan,
  paths: Set<string>,
): Promise<string> {
  try {
    const { file, folders } = await locateCircuit({ ...source, cacheDir: config.paths.circuits });
    const { files, digest } = collectSources(file, folders);
    for (const { file } of files) paths.add(dirname(file));
    return digest;
  } catch (error) {
    return toFailure(error).message;
  }
}

function existingAncestor(folder: string): string {
  return existsSync(folder) ? folder : existingAncestor(dirname(folder));
}

async function innerFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const inner = entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
  const below = await Promise.all(inner.map(({ name }) => innerFolders(join(folder, name))));
  return [folder, ...below.flat()];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // it is gone, or nobody may look
  }
}

/** Folders whose changes are reported. */
interface WatchedFolders {
  /** Makes these the watched folders. @returns Whether one is new, and what keeps one out. */
  set(folders: Iterable<string>): {
    readonly added: boolean;
    readonly failure: RollupError | undefined;
  };
}

/** Watches folders, of which editors replace the files. */
function watchFolders(onChange: (folder: string, name: string) => void): WatchedFolders {
  const watchers = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  const stop = (folder: string) => {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  };
  const start = (folder: string) => {
    const identity = identify(folder);
    const watcher = watch(folder, (_event, name) => {
      // A removed folder is watched again once it is back.
      if (!existsSync(folder)) stop(folder);
      // The system may not name what has changed.
      onChange(folder, name ?? "");
    });
    watcher.on("error", () => {
      stop(folder);
    });
    watchers.set(folder, { watcher, identity });
  };
  return {
    set: (folders) => {
      const wanted = new Set(folders);
      for (const [folder, { identity }] of [...watchers]) {
        // A watcher follows its folder, also when another one has taken its place.
        if (!wanted.has(folder) || identify(folder) !== identity) stop(folder);
      }
      const missing = [...wanted].filter((folder) => !watchers.has(folder) && existsSync(folder));
      let failure: RollupError | undefined;
      for (const folder of missing) {
        try {
          start(folder);
        } catch (error) {
          const reason = (error as Error).message;
          failure ??= pluginError({ code: "WATCH_FAILED", folder, reason }, { cause: error });
        }
      }
      return { added: missing.length > 0, failure };
    },
  };
}

/** Identifies a folder, also against another one in its place; empty if there is none. */
function identify(folder: string): string {
  const { dev, ino } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return ino === undefined ? "" : `${dev}:${ino}`;
}

/** @throws The error, if it is a fault of this package. */
function toFailure(error: unknown): RollupError {
  const coded = toCodedError("", error);
  if (coded !== undefined) return coded;
  throw error;
}
