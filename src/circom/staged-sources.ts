/**
 * The sources of a circuit as the compiler reads them: all in one folder, under short names.
 *
 * circom looks every include up in the same folders, so it cannot take two copies of a package.
 * Here each include names the one file that it means. Lines and columns stay as they are, and the
 * compiler's messages get the real paths again.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFile } from "./sources.ts";

/** The circuit itself; circom names its results after it. */
export const STAGED_CIRCUIT = "circuit.circom";

/** Name of an included file by its index; an include is longer, so that columns stay. */
export function stagedName(index: number): string {
  return index === 0 ? STAGED_CIRCUIT : `@${index}`;
}

/** Writes the sources into a new folder. */
export async function stageSources(folder: string, files: readonly SourceFile[]): Promise<void> {
  await mkdir(folder);
  for (const [index, source] of files.entries()) {
    await writeFile(join(folder, stagedName(index)), stagedText(source));
  }
}

/** Replaces each include by the staged name of its file, and blanks up to the same length. */
export function stagedText({ text, includes }: SourceFile): string {
  let staged = "";
  let end = 0;
  for (const { path, start, index } of includes) {
    staged += text.slice(end, start) + `"${stagedName(index)}"`.padEnd(path.length + 2);
    end = start + path.length + 2;
  }
  return staged + text.slice(end);
}

/**
 * Replaces the staged names in the compiler's messages.
 *
 * @param folder - The folder of the staged files, as the compiler knows it.
 * @param nameFile - Returns the name of a file by its index.
 */
export function restoreNames(
  output: string,
  folder: string,
  files: readonly SourceFile[],
  nameFile: (index: number) => string,
): string {
  const includes = files.flatMap((file) => file.includes);
  return files
    .map((_, index) => index)
    .reduceRight((text, index) => {
      const name = stagedName(index);
      // Lines of the source that a message quotes.
      const paths = includes.filter((include) => include.index === index).map(({ path }) => path);
      const quoted = new RegExp(`"${name}" *`, "g");
      return text
        .replaceAll(`"${folder}/${name}"`, () => `"${nameFile(index)}"`)
        .replaceAll(quoted, (staged) => originalPath(staged, paths));
    }, output);
}

/** Quotes the path that has left the most of the blanks, which may be one of several of a file. */
function originalPath(staged: string, paths: readonly string[]): string {
  const fitting = paths.filter((path) => path.length + 2 <= staged.length);
  const [longest] = fitting.sort((a, b) => b.length - a.length);
  return longest === undefined ? staged : `"${longest}"`.padEnd(staged.length);
}
