/** The stages of what a block carries. */
import type { Status } from "../../src/protocol/stages.ts";
import type { BlockInfo } from "../../src/sdk.ts";
import { L1Moment } from "../components/l1-moment.tsx";
import { BlockLink } from "../components/references.tsx";
import { Moment } from "../components/time.tsx";
import { isAt, StageLine, type StagePoint } from "./stage-line.tsx";

const ON_L1 = [
  ["committed", "commit"],
  ["proven", "prove"],
  ["executed", "execute"],
] as const;

/** Stages of a block, from its sealing on. */
export function blockPoints(block: BlockInfo): StagePoint[] {
  const { status, timestamp } = block;
  const later = ON_L1.map(([stage, step]) => {
    const transaction = block[step];
    const detail = transaction && <L1Moment block={transaction.blockNumber} />;
    return { stage, isReached: isAt(status, stage), detail };
  });
  return [{ stage: "sealed", isReached: true, detail: <Moment seconds={timestamp} /> }, ...later];
}

/** The stages of a transaction or request, of which the block is known as soon as it is sealed. */
export function ItemStages({
  status,
  block,
  label,
}: {
  readonly status: Status;
  readonly block: BlockInfo | null;
  readonly label: string;
}) {
  const ahead = ["sealed", ...ON_L1.map(([stage]) => stage)].map((stage) => {
    return { stage, isReached: isAt(status, stage) };
  });
  const points: StagePoint[] = [
    {
      stage: "accepted",
      isReached: true,
      detail: block ? (
        <>
          in block <BlockLink number={block.blockNumber} />
        </>
      ) : (
        "waits for a block"
      ),
    },
    ...(status === "rejected"
      ? [{ stage: "rejected", isReached: true }]
      : block === null
        ? ahead
        : blockPoints(block)),
  ];
  return <StageLine points={points} label={label} />;
}
