/**
 * A cache of compiled circuits, by the content of their sources.
 *
 * An entry is a folder `<name>-<digest>` with the files r1cs, wasm and sym, circom's substitutions,
 * a description, and the SHA-256 of each. It is written under another name and then renamed, so
 * parallel builds never see a part of it. A damaged entry counts as missing.
 *
 * A package can contain compressed entries, so that nobody with the same sources and compiler has
 * to compile them.
 */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import { areIntact, recordDigests } from "../groth16/files/digests.ts";
import { makeFolder, temporaryPath, writingTo } from "../groth16/files/files.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import type { CircuitSignals } from "./signals.ts";

/** The description of a circuit in its entry. */
export interface EntryDescription extends CircuitSignals {
  /** SHA-256 of the r1cs file, in hex: keys belong to it. */
  readonly digest: string;
  readonly stats: R1csHeader;
  /** What circom warned of. Paths of sources are relative to the folder of the circuit. */
  readonly warnings: readonly string[];
  /** Input signals that no constraint binds, such as "in[2]". */
  readonly unusedInputs: readonly string[];
}

const DESCRIPTION = "circuit.json";
const DIGESTS = "SHA256SUMS";
const COMPRESSED = ".br";
/** Maximum attempts to replace an entry that other builds keep damaging. */
const INSTALL_ATTEMPTS = 4;

export function entryPaths(entry: string, name: string) {
  return {
    r1csPath: join(entry, `${name}.r1cs`),
    wasmPath: join(entry, `${name}.wasm`),
    symPath: join(entry, `${name}.sym`),
    substitutionsPath: join(entry, `${name}.substitutions.json`),
  };
}

/** The files of an entry, without the list of their digests. */
function entryFiles(entry: string, name: string): string[] {
  return [...Object.values(entryPaths(entry, name)), join(entry, DESCRIPTION)];
}

function isIntact(entry: string, name: string): Promise<boolean> {
  return areIntact(join(entry, DIGESTS), entryFiles(entry, name));
}

/** Reads an entry. @returns Undefined if it, or one of its files, is missing or damaged. */
export async function readEntry(
  entry: string,
  name: string,
): Promise<EntryDescription | undefined> {
  if (!(await isIntact(entry, name))) return undefined;
  return JSON.parse(await readFile(join(entry, DESCRIPTION), "utf8")) as EntryDescription;
}

/**
 * Creates an entry.
 *
 * @param fill - Writes the compiler's files into the given folder, and describes them.
 * @param present - What happens to a whole entry that is there: another build may be faster.
 * @throws FOLDER_NOT_WRITABLE, and what `fill` throws
 */
export async function makeEntry(
  entry: string,
  name: string,
  fill: (folder: string) => Promise<EntryDescription>,
  present: "keep" | "replace" = "keep",
): Promise<EntryDescription> {
  return withNewFolder(entry, async (folder) => {
    const description = await fill(folder);
    await writeFile(join(folder, DESCRIPTION), JSON.stringify(description, null, 2));
    await recordDigests(join(folder, DIGESTS), entryFiles(folder, name));
    await install(folder, entry, name, present);
    return description;
  });
}

/**
 * Creates an entry from a compressed one of a package.
 *
 * @param packed - Made by {@link packEntry}.
 * @returns Undefined if there is none, or it is damaged.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function unpackEntry(
  packed: string,
  entry: string,
  name: string,
): Promise<EntryDescription | undefined> {
  if (!existsSync(join(packed, DIGESTS))) return undefined;
  return withNewFolder(entry, async (folder) => {
    await copyFile(join(packed, DIGESTS), join(folder, DIGESTS));
    for (const file of entryFiles(folder, name)) {
      const compressed = await readFile(join(packed, basename(file)) + COMPRESSED).catch(
        () => null,
      );
      const content =
        compressed && (await promisify(brotliDecompress)(compressed).catch(() => null));
      if (content === null) return undefined;
      await writeFile(file, content);
    }
    if (!(await isIntact(folder, name))) return undefined;
    await install(folder, entry, name, "keep");
    return readEntry(entry, name);
  });
}

/** Compresses an entry of the cache into a folder of the same name below `target`. */
export async function packEntry(entry: string, name: string, target: string): Promise<void> {
  const packed = join(target, basename(entry));
  await mkdir(packed, { recursive: true });
  for (const file of entryFiles(entry, name)) {
    const content = await readFile(file);
    const compressed = await promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY - 2,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    });
    await writeFile(join(packed, basename(file)) + COMPRESSED, compressed);
  }
  // Without its comments, which are about this machine's files.
  const digests = (await readFile(join(entry, DIGESTS), "utf8")).replace(/^#.*\n/gm, "");
  await writeFile(join(packed, DIGESTS), digests);
}

/** Lets `use` fill a folder beside the entry, and removes what is left of it afterwards. */
async function withNewFolder<T>(entry: string, use: (folder: string) => Promise<T>): Promise<T> {
  await makeFolder(dirname(entry));
  return writingTo(dirname(entry), async () => {
    const folder = temporaryPath(entry);
    await mkdir(folder);
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Renames a folder to the entry, after moving a damaged or unwanted entry away. */
async function install(
  folder: string,
  entry: string,
  name: string,
  present: "keep" | "replace",
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(folder, entry);
      return;
    } catch (error) {
      if (!existsSync(entry) || attempt === INSTALL_ATTEMPTS) throw error;
    }
    // If another build was faster, its entry is the same.
    if (present === "keep" && (await isIntact(entry, name))) return;
    const old = temporaryPath(entry);
    await rename(entry, old).catch(() => undefined); // or another build has moved it away
    await rm(old, { recursive: true, force: true });
  }
}
