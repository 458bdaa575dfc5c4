/** Restores the rollup from L1, and says how far it has come. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import {
  createRestoreSource,
  type RestoredRollup,
  type RestoreProgress,
  restoreRollup,
} from "../../../src/exit.ts";
import { useWork } from "../../components/use-work.ts";
import { Problem } from "../problem.tsx";
import type { L1Reader } from "./l1.ts";

/** L1 blocks of a step, after each of which the page shows the progress. */
const L1_BLOCKS_PER_STEP = 1_000;

interface RestoreGateProps {
  readonly l1: L1Reader;
  readonly children: (restored: RestoredRollup, again: () => void) => ComponentChildren;
}

export function RestoreGate({ l1, children }: RestoreGateProps) {
  const [state, setState] = useState<{
    readonly of: L1Reader;
    readonly restored: RestoredRollup;
  }>();
  const [progress, setProgress] = useState<RestoreProgress>();
  const { isWorking, problem, run } = useWork();
  const restore = () =>
    run(async () => {
      setProgress(undefined);
      const options = { onProgress: setProgress, l1BlocksPerStep: L1_BLOCKS_PER_STEP };
      setState({ of: l1, restored: await restoreRollup(createRestoreSource(l1.client), options) });
    });
  const isDone = state?.of === l1;
  return (
    <>
      <section class="panel" aria-labelledby="restore-heading">
        <h2 id="restore-heading">State of the rollup</h2>
        {isDone ? (
          <RestoredFacts restored={state.restored} />
        ) : (
          <p>The page reads all blocks of the rollup from L1, and checks each of them.</p>
        )}
        {isWorking && <Bar progress={progress} />}
        <button
          type="button"
          class={isDone ? "quiet" : undefined}
          disabled={isWorking}
          onClick={restore}
        >
          {isWorking ? "Reading L1…" : isDone ? "Read L1 again" : "Restore from L1"}
        </button>
        {problem && <Problem error={problem.error} />}
      </section>
      {isDone && children(state.restored, restore)}
    </>
  );
}

function RestoredFacts({ restored }: { readonly restored: RestoredRollup }) {
  const { executed, pending, l1Block, preset } = restored;
  return (
    <p role="status">
      Restored up to L1 block {l1Block.number}: block {executed.storedBlock.blockNumber} is the last
      executed one, and its state root is the one on L1 (preset {preset.name}).
      {pending.length > 0 &&
        ` ${pending.length} later blocks are committed and not executed; an exodus ignores them.`}
    </p>
  );
}

function Bar({ progress }: { readonly progress: RestoreProgress | undefined }) {
  if (progress === undefined) {
    return (
      <p>
        <progress aria-label="L1 blocks read" /> Looking for the first block
      </p>
    );
  }
  const { l1Block, latestL1Block, blockNumber } = progress;
  const percent = Math.floor((100 * l1Block) / Math.max(1, latestL1Block));
  return (
    <p>
      <progress max={Math.max(1, latestL1Block)} value={l1Block} aria-label="L1 blocks read" />{" "}
      {percent}% of {latestL1Block} L1 blocks, block {blockNumber} of the rollup
    </p>
  );
}
