/** Files of a group: they are public, and none is ever replaced. */
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { MultisigGroup } from "../../multisig/group.ts";
import { groupToJson } from "../../multisig/group-json.ts";
import { multisigTaskError } from "./errors.ts";

/** Checks that a key generation can write its group there. @throws MULTISIG_GROUP_EXISTS */
export async function assertNoGroup(file: string): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw multisigTaskError({ code: "MULTISIG_GROUP_EXISTS", file });
}

/**
 * Writes a group. Members who share a folder may write the same group to one file.
 *
 * @throws MULTISIG_GROUP_EXISTS if the file has anything else
 */
export async function writeGroup(file: string, group: MultisigGroup): Promise<void> {
  const text = `${JSON.stringify(groupToJson(group), null, 2)}\n`;
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, text);
    await link(draft, file); // unlike a rename, it replaces nothing
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    if ((await readFile(file, "utf8")) === text) return;
    throw multisigTaskError({ code: "MULTISIG_GROUP_EXISTS", file }, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}
