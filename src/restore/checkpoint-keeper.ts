/**
 * A checkpoint is a cache: whatever is wrong with it, or with the disk it is on, is told and costs
 * time, and stops nothing. Only a file that belongs to another rollup is left alone.
 */
import type { Preset } from "../protocol/presets.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { type CheckpointIdentity, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { CheckpointStore } from "./checkpoint-file.ts";
import { restoreError } from "./errors.ts";
import type { Journal } from "./journal.ts";

export interface CheckpointKeeper {
  /**
   * Undefined if there is nothing to go on from.
   *
   * @throws CHECKPOINT_OF_OTHER_ROLLUP
   */
  load(preset: Preset, identity: CheckpointIdentity): Promise<Journal | undefined>;
  save(journal: Journal, identity: CheckpointIdentity): Promise<void>;
  /** What was loaded leads to something else than L1 has. */
  reject(difference: string): Promise<void>;
}

const NOTHING: CheckpointKeeper = {
  load: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
  reject: () => Promise.resolve(),
};

/** @param warn - Is told what is wrong with a checkpoint, and once that none can be kept. */
export function createCheckpointKeeper(
  store: CheckpointStore | undefined,
  warn: (warning: RollupError) => void,
): CheckpointKeeper {
  if (store === undefined) return NOTHING;
  const { file } = store;
  let isWarned = false;
  const warnOnce = (error: unknown) => {
    if (!isWarned) warn(notSaved(file, error));
    isWarned = true;
  };
  const setAside = async (warning: RollupError) => {
    warn(warning);
    await store.setAside().catch(warnOnce);
  };
  return {
    load: async (preset, identity) => {
      const text = await store.load().catch(warnOnce);
      if (text === undefined) return undefined;
      try {
        return decodeCheckpoint({ text, file }, preset, identity);
      } catch (error) {
        if (!isRollupError(error) || error.code !== "CHECKPOINT_MALFORMED") throw error;
        await setAside(error);
        return undefined;
      }
    },
    save: async (journal, identity) => {
      await store.save(encodeCheckpoint(journal, identity)).catch(warnOnce);
    },
    reject: (difference) =>
      setAside(restoreError({ code: "CHECKPOINT_DISAGREES", file, difference })),
  };
}

function notSaved(file: string, cause: unknown): RollupError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return restoreError({ code: "CHECKPOINT_NOT_SAVED", file, reason }, { cause });
}
