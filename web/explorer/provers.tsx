/** How proving goes, as far as a node says it to everybody. */
import type { BlockInfo, OperatorStatus } from "../../src/sdk.ts";
import { median } from "../../src/util/median.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { BlockLink } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showCount } from "../components/text.ts";
import { Ago } from "../components/time.tsx";
import { Title } from "../components/title.tsx";
import { observeTime } from "../rollup/clock.ts";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { BarChart } from "./chart.tsx";
import { Farm } from "./farm.tsx";
import { countOperations } from "./throughput.ts";

/** Blocks that are looked at. */
const BLOCKS = 100;

interface Proving {
  readonly status: OperatorStatus;
  /** The latest first. */
  readonly blocks: readonly BlockInfo[];
}

async function readProving({ rollup, client }: Connection): Promise<Proving> {
  const [status, { items: blocks }] = await Promise.all([
    rollup.getStatus(),
    client.call("rollup_getBlocks", { limit: BLOCKS }),
  ]);
  observeTime(blocks[0]?.timestamp ?? 0n);
  return { status, blocks };
}

export function ProversPage() {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readProving(connection), [connection]);
  return (
    <>
      <Title>Provers</Title>
      <Answered answer={answer} what="what is known of proofs">
        {(proving) => <ProvingParts {...proving} />}
      </Answered>
    </>
  );
}

function ProvingParts({ status, blocks }: Proving) {
  const { info } = useConnection();
  const { sealed, proven } = status.blocks;
  const waiting = blocks.filter(({ blockNumber }) => blockNumber > proven).reverse();
  const figures = [
    ["Prover", info.prover, "as the node names it"],
    ["Proven", `block ${showCount(proven)}`, `of ${showCount(sealed)} sealed`],
    ["Without a proof on L1", showCount(sealed - proven), "blocks"],
  ] as const;
  return (
    <>
      <div class="figures">
        {figures.map(([name, value, note]) => (
          <div class="figure" key={name}>
            <span class="figure-name">{name}</span>
            <span class="figure-value">{value}</span>
            <span class="figure-note">{note}</span>
          </div>
        ))}
      </div>
      <Card title="Blocks that wait for a proof">
        {waiting.length === 0 ? (
          <Empty>
            All sealed blocks are proven. The next one shows here until L1 has its proof.
          </Empty>
        ) : (
          <WaitingTable blocks={waiting} />
        )}
      </Card>
      <Card title="Time to prove a block">
        <Times blocks={blocks} />
        <KindTable status={status} blocks={blocks} />
      </Card>
      <Farm />
    </>
  );
}

function WaitingTable({ blocks }: Pick<Proving, "blocks">) {
  return (
    <TableScroll label="Blocks that wait for a proof">
      <table>
        <thead>
          <tr>
            <th scope="col">Block</th>
            <th scope="col">Status</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Operations
            </th>
            <th scope="col">Sealed</th>
            <th scope="col">Proof</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map((block) => (
            <tr key={block.blockNumber}>
              <td>
                <BlockLink number={block.blockNumber} />
              </td>
              <td>
                <StatusBadge status={block.status} />
              </td>
              <td class="nowrap">{block.kind}</td>
              <td class="number">{countOperations(block)}</td>
              <td class="nowrap">
                <Ago seconds={block.timestamp} />
              </td>
              <td>{block.proofMs === undefined ? "not made yet" : "made, not on L1 yet"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Milliseconds below a second, else seconds. */
function showMs(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

function timesOf(blocks: readonly BlockInfo[]): number[] {
  return blocks.flatMap(({ proofMs }) => proofMs ?? []);
}

function Times({ blocks }: Pick<Proving, "blocks">) {
  const bars = blocks
    .flatMap(({ blockNumber, proofMs }) =>
      proofMs === undefined ? [] : [{ blockNumber, value: proofMs }],
    )
    .reverse();
  if (bars.length === 0) {
    return (
      <Empty>
        The node has measured no proof yet. It measures those that it makes from now on.
      </Empty>
    );
  }
  const middle = median(bars.map(({ value }) => value));
  return (
    <BarChart
      bars={bars}
      show={showMs}
      describe={({ blockNumber, value }) => `Block ${blockNumber}: ${showMs(value)}.`}
      summary={
        `Witness and proof of the last blocks: a median of ${showMs(middle)}, at most ` +
        `${showMs(Math.max(...bars.map(({ value }) => value)))}.`
      }
    />
  );
}

function KindTable({ status, blocks }: Proving) {
  return (
    <TableScroll label="Proofs by the kind of block">
      <table>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Blocks sealed
            </th>
            <th scope="col" class="number">
              Measured
            </th>
            <th scope="col" class="number">
              Median
            </th>
            <th scope="col" class="number">
              Longest
            </th>
          </tr>
        </thead>
        <tbody>
          {status.kinds.map(({ kind, blocks: count }) => {
            const times = timesOf(blocks.filter((block) => block.kind === kind));
            return (
              <tr key={kind}>
                <td class="nowrap">{kind}</td>
                <td class="number">{showCount(count)}</td>
                <td class="number">{showCount(times.length)}</td>
                <td class="number">{times.length === 0 ? "none" : showMs(median(times))}</td>
                <td class="number">{times.length === 0 ? "none" : showMs(Math.max(...times))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
