/** Errors of a devnet that is saved to a file, or loaded from one. */
import { defineErrors } from "../../util/errors.ts";
import { printable } from "../../util/printable.ts";

export type DevnetErrorFacts =
  | { code: "DEVNET_STATE_UNREADABLE"; file: string; reason: string }
  | { code: "DEVNET_STATE_INVALID"; file: string; reason: string }
  | { code: "DEVNET_STATE_VERSION"; file: string; kept: number; known: number }
  | { code: "DEVNET_STATE_MISMATCH"; file: string; differences: string }
  | { code: "DEVNET_STATE_FOREIGN"; file: string }
  | { code: "DEVNET_STATE_NOT_WRITABLE"; file: string; reason: string }
  | {
      code: "DEVNET_REPLAY_DIFFERS";
      file: string;
      blockNumber: number;
      reason: string;
      /** Versions of Hardhat. */
      kept: string;
      used: string;
    }
  | { code: "DEVNET_NOT_SAVABLE"; reason: string };

export const devnetError = defineErrors<DevnetErrorFacts>({
  DEVNET_STATE_UNREADABLE: {
    message: ({ file, reason }) => `The devnet's state ${file} cannot be read: ${reason}.`,
    fix: "Name a file that rollup:devnet has written with --dump; --state begins without one.",
  },
  DEVNET_STATE_INVALID: {
    message: ({ file, reason }) => `${file} is no state of a devnet: ${printable(reason)}.`,
    fix: "Name a file that rollup:devnet has written with --dump, and that nobody has changed.",
  },
  DEVNET_STATE_VERSION: {
    message: ({ file, kept, known }) =>
      `${file} is of the version ${kept}, and this package knows no other one than ${known}.`,
    fix: "Load it with the version of hardhat-zkrollup that has written it, or begin a new devnet.",
  },
  DEVNET_STATE_MISMATCH: {
    message: ({ file, differences }) =>
      `The config does not fit the state ${file}: ${printable(differences)}.`,
    fix:
      "Start with the config and options that it was saved with: preset, block kinds, prover, and " +
      "networks.node with its accounts, chainId and hardfork.",
  },
  DEVNET_STATE_FOREIGN: {
    message: ({ file }) => `${file} exists and is no state of a devnet, so it is not replaced.`,
    fix: "Pass another path, or move the file away.",
  },
  DEVNET_STATE_NOT_WRITABLE: {
    message: ({ file, reason }) => `The devnet cannot be kept in ${file}: ${reason}.`,
    fix: "Pass a path in a folder that exists or can be created, and that can be written.",
  },
  DEVNET_REPLAY_DIFFERS: {
    message: ({ file, blockNumber, reason, kept, used }) =>
      `L1 block ${blockNumber} of ${file} comes out differently: ${printable(reason)}. ` +
      `Hardhat ${printable(kept)} has written it, and this is ${used}.`,
    fix:
      "Use that version of Hardhat and the same networks.node in the config (hardfork, mining, gas), " +
      "or begin a new devnet.",
  },
  DEVNET_NOT_SAVABLE: {
    message: ({ reason }) => `The devnet cannot be saved: ${reason}.`,
    fix: "Begin a new devnet, and save it before it has grown as much.",
  },
});
