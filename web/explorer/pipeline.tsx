/** The stages of blocks as a picture: which block is where, and how many wait. */
import { Link } from "wouter-preact";
import type { BlockInfo, OperatorStatus } from "../../src/sdk.ts";
import { Card } from "../components/card.tsx";
import { showCounted } from "../components/text.ts";

/** Stages of a block with what each means. */
const STAGES = [
  ["sealed", "closed by the operator"],
  ["committed", "public data on L1"],
  ["proven", "proof verified on L1"],
  ["executed", "final, paid out"],
] as const;
/** Blocks that are drawn at a stage. */
const CHIPS_MAX = 4;

interface PipelineProps {
  readonly status: OperatorStatus;
  /** The latest first. */
  readonly blocks: readonly BlockInfo[];
}

export function Pipeline({ status, blocks }: PipelineProps) {
  return (
    <Card title="From a signature to finality">
      <ol class="pipeline">
        <Accepted status={status} />
        {STAGES.map(([stage, meaning], index) => {
          const last = status.blocks[stage];
          const next = STAGES[index + 1]?.[0];
          const waiting = next === undefined ? 0 : last - status.blocks[next];
          return (
            <li key={stage} class={`stage stage-${stage}`}>
              <span class="stage-name">{stage}</span>
              <span class="stage-meaning">{meaning}</span>
              <span class="stage-count">
                {last === 0 ? (
                  "no block yet"
                ) : (
                  <>
                    up to block <Link href={`/blocks/${last}`}>{last}</Link>
                  </>
                )}
              </span>
              <Chips blocks={blocks.filter((block) => block.status === stage)} />
              <span class="stage-wait">
                {next !== undefined && waiting > 0
                  ? `${showCounted(waiting, "block")} not yet ${next}`
                  : next !== undefined && "nothing waits"}
              </span>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

/** The node says whether it accepts, and not how many transactions wait for a block. */
function Accepted({ status: { accepting, obstacle } }: Pick<PipelineProps, "status">) {
  return (
    <li class="stage stage-accepted">
      <span class="stage-name">accepted</span>
      <span class="stage-meaning">checked, given a place</span>
      <span class="stage-count">{accepting ? "open for transactions" : "closed"}</span>
      <span class={`signal signal-${accepting ? "open" : "closed"}`} aria-hidden="true" />
      <span class="stage-wait">{obstacle?.code ?? "next block fills"}</span>
    </li>
  );
}

function Chips({ blocks }: Pick<PipelineProps, "blocks">) {
  const shown = blocks.slice(0, CHIPS_MAX);
  return (
    <span class="chips" aria-hidden="true">
      {shown.map(({ blockNumber }) => (
        <span class="chip" key={blockNumber}>
          {blockNumber}
        </span>
      ))}
    </span>
  );
}
