/** How members exchange messages: files in a folder that all of them see, or pasted lines. */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { multisigError } from "../../multisig/errors.ts";
import { multisigTaskError } from "./errors.ts";

const MESSAGE_KINDS = [
  "key",
  "keygen-announcement",
  "keygen-shares",
  "proposal",
  "commitment",
  "share",
] as const;

/** Type of a message, without `multisig/`. */
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A channel that all members use. */
export interface Channel {
  /**
   * Sends a message to all members.
   *
   * @param member - Sender; none of a proposal.
   * @throws MULTISIG_FOLDER_USED
   */
  send(kind: MessageKind, message: object, member?: number): Promise<void>;
  /**
   * Waits for one message of each of these members, who include the caller.
   *
   * @param members - None for the proposal.
   * @returns The messages, unchecked.
   * @throws MULTISIG_MESSAGES_INCOMPLETE, MULTISIG_FILE_INVALID
   */
  collect(kind: MessageKind, members?: readonly number[]): Promise<unknown[]>;
}

/** Reads lines that a person types or pastes. */
export interface LineReader {
  /** Returns the next line, or undefined at the end. */
  next(): Promise<string | undefined>;
}

const POLL_MS = 150;
/** A message of a group of 64 members takes 30 KB. */
const MESSAGE_BYTES_MAX = 1_000_000;

/** @throws MULTISIG_FILE_INVALID */
function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw multisigTaskError({ code: "MULTISIG_FILE_INVALID", file, reason: "it is not JSON" });
  }
}

/** Reads a JSON file of bounded size. @throws MULTISIG_FILE_INVALID */
export async function readJson(file: string): Promise<unknown> {
  const found = await stat(file).catch(() => undefined);
  const reason =
    found?.isFile() !== true
      ? "there is no such file"
      : found.size > MESSAGE_BYTES_MAX
        ? `it has more than ${MESSAGE_BYTES_MAX} bytes`
        : undefined;
  if (reason !== undefined)
    throw multisigTaskError({ code: "MULTISIG_FILE_INVALID", file, reason });
  return parse(await readFile(file, "utf8"), file);
}

/**
 * Exchanges messages by files in a folder, such as a shared drive.
 *
 * @param timeoutMs - Time to wait for the others.
 */
export function createFolderChannel(folder: string, timeoutMs: number): Channel {
  const fileOf = (kind: MessageKind, member?: number) =>
    join(folder, member === undefined ? `${kind}.json` : `${kind}-${member}.json`);
  const isThere = (file: string) =>
    stat(file).then(
      () => true,
      () => false,
    );
  return {
    send: async (kind, message, member) => {
      await mkdir(folder, { recursive: true });
      const file = fileOf(kind, member);
      if (await isThere(file)) throw multisigTaskError({ code: "MULTISIG_FOLDER_USED", file });
      const draft = `${file}.${process.pid}.part`;
      await writeFile(draft, `${JSON.stringify(message, null, 2)}\n`);
      await rename(draft, file); // nobody reads half a message
    },
    collect: async (kind, members) => {
      const wanted = members ?? [undefined];
      const endMs = performance.now() + timeoutMs;
      for (;;) {
        const there = await Promise.all(wanted.map((member) => isThere(fileOf(kind, member))));
        if (!there.includes(false)) break;
        if (performance.now() > endMs) {
          const missing = (members ?? []).filter((_, index) => !there[index]);
          const facts = { source: kind, members: missing };
          throw multisigError({ code: "MULTISIG_MESSAGES_INCOMPLETE", ...facts });
        }
        await sleep(POLL_MS);
      }
      return Promise.all(wanted.map((member) => readJson(fileOf(kind, member))));
    },
  };
}

/**
 * Exchanges messages by copy and paste, one line each, in any order.
 *
 * @param say - Prints a line to the person.
 */
export function createPasteChannel(lines: LineReader, say: (line: string) => void): Channel {
  const received = new Map<string, unknown>();
  const keyOf = (type: unknown, member: unknown) => `${String(type)} ${String(member)}`;
  const store = (message: unknown) => {
    if (typeof message !== "object" || message === null || !("type" in message)) return false;
    if (!MESSAGE_KINDS.some((kind) => message.type === `multisig/${kind}`)) return false;
    const member = "member" in message ? message.member : undefined;
    const key = keyOf(message.type, member);
    if (received.has(key)) return false;
    received.set(key, message);
    return true;
  };
  return {
    send: async (kind, message) => {
      store(message);
      say(`Send this line to all others (${kind}):`);
      say(JSON.stringify(message));
    },
    collect: async (kind, members) => {
      const wanted = members ?? [undefined];
      const isMissing = (member: number | undefined) =>
        !received.has(keyOf(`multisig/${kind}`, member));
      while (wanted.some(isMissing)) {
        const from = members === undefined ? "" : ` of members ${wanted.filter(isMissing).join()}`;
        say(`Paste the ${kind}${from}, one line each:`);
        const line = await lines.next();
        if (line === undefined) {
          const facts = { source: kind, members: (members ?? []).filter(isMissing) };
          throw multisigError({ code: "MULTISIG_MESSAGES_INCOMPLETE", ...facts });
        }
        if (line.trim() === "") continue;
        if (!store(parse(line.slice(0, MESSAGE_BYTES_MAX), "The line"))) {
          say("Ignored: it is no message, or the second one of its kind by this member.");
        }
      }
      return wanted.map((member) => received.get(keyOf(`multisig/${kind}`, member)));
    },
  };
}
