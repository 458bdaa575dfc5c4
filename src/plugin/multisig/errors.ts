/** Errors of the walk-through of accounts with several signers. */
import { defineErrors } from "../../util/errors.ts";

export type MultisigTaskErrorFacts =
  | { code: "MULTISIG_FILE_INVALID"; file: string; reason: string }
  | { code: "MULTISIG_SECRET_EXISTS"; file: string }
  | { code: "MULTISIG_GROUP_EXISTS"; file: string }
  | { code: "MULTISIG_SECRET_EXPOSED"; file: string; mode: string }
  | { code: "MULTISIG_FOLDER_USED"; file: string }
  | { code: "MULTISIG_DECLINED" }
  | { code: "MULTISIG_CONTENT_MISSING"; options: readonly string[] };

export const multisigTaskError = defineErrors<MultisigTaskErrorFacts>({
  MULTISIG_FILE_INVALID: {
    message: ({ file, reason }) => `${file} is no message of a group: ${reason}.`,
    fix: "Pass a file that rollup:multisig has written, or paste a message as one line.",
  },
  MULTISIG_SECRET_EXISTS: {
    message: ({ file }) => `${file} exists, and no secret is ever replaced.`,
    fix: "Pass another path as --secret.",
  },
  MULTISIG_GROUP_EXISTS: {
    message: ({ file }) => `${file} exists, and no file of a group is ever replaced.`,
    fix: "Pass another path as --group; a secret that keygen has written before has its group, too.",
  },
  MULTISIG_SECRET_EXPOSED: {
    message: ({ file, mode }) => `Others on this machine can read ${file}: its mode is ${mode}.`,
    fix: "Set it to 600 with chmod; if others may have read it, create a new group.",
  },
  MULTISIG_FOLDER_USED: {
    message: ({ file }) => `${file} exists: the folder has messages of another session.`,
    fix: "Use an empty folder for each key generation and each session, the same for all members.",
  },
  MULTISIG_DECLINED: {
    message: () => "Nothing was signed, because the answer was not the number that was asked for.",
    fix: "Type the number after you have read the transaction, or pass --yes in a script that has checked it.",
  },
  MULTISIG_CONTENT_MISSING: {
    message: ({ options }) => `This step needs ${options.join(", ")}.`,
    fix: "Pass these options; the task explains its options with --help.",
  },
});
