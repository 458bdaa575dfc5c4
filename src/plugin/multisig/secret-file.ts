/** Files with a member's secret: only their owner can read them, and none is ever replaced. */
import { open, rm, stat } from "node:fs/promises";
import { MultisigMember } from "../../multisig/member.ts";
import { readJson } from "./channel.ts";
import { multisigTaskError } from "./errors.ts";

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Creates the file first, runs what makes the secret, and writes it; on failure the file is gone.
 *
 * @throws MULTISIG_SECRET_EXISTS
 */
export async function writeSecret(
  file: string,
  make: () => Promise<MultisigMember>,
): Promise<MultisigMember> {
  const handle = await open(file, "wx", OWNER_ONLY).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw multisigTaskError({ code: "MULTISIG_SECRET_EXISTS", file }, { cause });
  });
  try {
    const member = await make();
    await handle.writeFile(`${JSON.stringify(member.exportSecret(), null, 2)}\n`);
    await handle.sync();
    return member;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Reads a member's secret, from a file that nobody else can read.
 *
 * @throws MULTISIG_FILE_INVALID, MULTISIG_SECRET_EXPOSED, and as `MultisigMember.fromSecret`
 */
export async function readSecret(file: string): Promise<MultisigMember> {
  const value = await readJson(file);
  const { mode } = await stat(file);
  // Windows has no such modes.
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw multisigTaskError({ code: "MULTISIG_SECRET_EXPOSED", file, mode: shown });
  }
  return MultisigMember.fromSecret(value);
}
