/** The state of the rollup at a glance. */
import { Link } from "wouter-preact";
import type { RpcClient } from "../../src/api/client.ts";
import type { BlockInfo, OperatorStatus } from "../../src/sdk.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { BlockLink, Hash, L1Link } from "../components/references.tsx";
import { showCount, showCounted, toWord } from "../components/text.ts";
import { Ago } from "../components/time.tsx";
import { Title } from "../components/title.tsx";
import { observeTime } from "../rollup/clock.ts";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { BlockTable } from "./block-table.tsx";
import { BarChart } from "./chart.tsx";
import { OperationCells, OperationHeads, type OperationInfo } from "./operations.tsx";
import { Pipeline } from "./pipeline.tsx";
import { countOperations, overallRate, ratesOf } from "./throughput.ts";

/** Blocks of the chart, and rows of each table. */
const CHART_BLOCKS = 60;
const TABLE_ROWS = 8;

interface Overview {
  readonly status: OperatorStatus;
  /** The latest first. */
  readonly blocks: readonly BlockInfo[];
  readonly latest: readonly PlacedOperation[];
}

interface PlacedOperation {
  readonly block: BlockInfo;
  readonly operation: OperationInfo;
}

async function readOverview({ rollup, client }: Connection): Promise<Overview> {
  const [status, { items: blocks }] = await Promise.all([
    rollup.getStatus(),
    client.call("rollup_getBlocks", { limit: CHART_BLOCKS + 1 }),
  ]);
  observeTime(blocks[0]?.timestamp ?? 0n);
  return { status, blocks, latest: await readLatest(client, blocks) };
}

/** Operations of the blocks that were shown last: a sealed block has the same for good. */
let shown = new Map<string, readonly OperationInfo[]>();

/** @param blocks - The latest first. */
async function readLatest(
  client: RpcClient,
  blocks: readonly BlockInfo[],
): Promise<PlacedOperation[]> {
  let missing = TABLE_ROWS;
  const needed = blocks.filter((block) => {
    const isNeeded = missing > 0;
    missing -= countOperations(block);
    return isNeeded;
  });
  const pages = await Promise.all(
    needed.map(async (block) => {
      const key = `${block.blockNumber}/${block.newStateRoot}`;
      return { block, key, operations: shown.get(key) ?? (await readOperations(client, block)) };
    }),
  );
  shown = new Map(pages.map(({ key, operations }) => [key, operations]));
  return pages
    .flatMap(({ block, operations }) => operations.map((operation) => ({ block, operation })))
    .slice(0, TABLE_ROWS);
}

async function readOperations(client: RpcClient, block: BlockInfo): Promise<OperationInfo[]> {
  const page = await client.call("rollup_getBlockOperations", block.blockNumber, { limit: 100 });
  return (page?.items ?? []).filter(({ type }) => type !== "noop").reverse();
}

export function HomePage() {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readOverview(connection), [connection]);
  return (
    <>
      <Title>Overview</Title>
      <Answered answer={answer} what="the state of the rollup">
        {(overview) => <OverviewParts {...overview} />}
      </Answered>
    </>
  );
}

function OverviewParts({ status, blocks, latest }: Overview) {
  return (
    <>
      <Figures status={status} blocks={blocks} />
      <Pipeline status={status} blocks={blocks} />
      <div class="columns">
        <Throughput blocks={blocks} />
        <About latestRoot={blocks[0]?.newStateRoot} />
      </div>
      <Card title="Latest blocks" aside={<Link href="/blocks">All blocks</Link>}>
        {blocks.length === 0 ? <NothingYet /> : <BlockTable blocks={blocks.slice(0, TABLE_ROWS)} />}
      </Card>
      <Card title="Latest transactions">
        {latest.length === 0 ? <NothingYet /> : <LatestTable latest={latest} />}
      </Card>
    </>
  );
}

function NothingYet() {
  return (
    <Empty>
      There is no block yet. A deposit on L1 or a transaction makes one: the{" "}
      <Link href="/wallet">wallet</Link> sends both.
    </Empty>
  );
}

/** The numbers that most visitors look for. */
function Figures({ status, blocks }: Pick<Overview, "status" | "blocks">) {
  const { sealed, executed } = status.blocks;
  const rate = overallRate(blocks);
  const figures = [
    ["Operations a second", rate.toFixed(rate < 10 ? 2 : 0), "over the last blocks"],
    ["Blocks", showCount(sealed), `${showCount(executed)} of them final`],
    [
      "Operations",
      showCount(blocks.reduce((sum, block) => sum + countOperations(block), 0)),
      `in the last ${showCounted(blocks.length, "block")}`,
    ],
  ] as const;
  return (
    <div class="figures">
      {figures.map(([name, value, note]) => (
        <div class="figure" key={name}>
          <span class="figure-name">{name}</span>
          <span class="figure-value">{value}</span>
          <span class="figure-note">{note}</span>
        </div>
      ))}
      <Operator status={status} />
    </div>
  );
}

function Operator({ status: { accepting, obstacle } }: Pick<Overview, "status">) {
  return (
    <div class="figure" role="status">
      <span class="figure-name">Operator</span>
      <span class={`figure-value operator-${accepting ? "open" : "closed"}`}>
        {accepting ? "Accepting" : "Not accepting"}
      </span>
      <span class="figure-note">
        {obstacle === undefined ? (
          "takes transactions now"
        ) : (
          <>
            <code>{obstacle.code}</code> {obstacle.sentence} {obstacle.fix}
          </>
        )}
      </span>
    </div>
  );
}

function Throughput({ blocks }: Pick<Overview, "blocks">) {
  const bars = ratesOf(blocks).map(({ blockNumber, perSecond }) => {
    return { blockNumber, value: perSecond };
  });
  const most = bars.reduce((max, { value }) => Math.max(max, value), 0);
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <Card title="Operations a second">
      {first === undefined || last === undefined ? (
        <Empty>The chart begins with the second block.</Empty>
      ) : (
        <BarChart
          bars={bars}
          show={(value) => value.toFixed(1)}
          describe={({ blockNumber, value }) =>
            `Block ${blockNumber}: ${value.toFixed(2)} operations a second since the one before.`
          }
          summary={
            `Blocks ${first.blockNumber} to ${last.blockNumber}: ` +
            `${overallRate(blocks).toFixed(2)} operations a second, at most ${most.toFixed(1)}.`
          }
        />
      )}
    </Card>
  );
}

function About({ latestRoot }: { readonly latestRoot: bigint | undefined }) {
  const { info } = useConnection();
  return (
    <Card title="The rollup">
      <Facts>
        <Fact name="State root">
          {latestRoot === undefined ? (
            "that of genesis"
          ) : (
            <Hash value={toWord(latestRoot)} what="the state root" length="short" />
          )}
        </Fact>
        <Fact name="Contract on L1">
          <L1Link kind="address" value={info.rollupAddress} />
        </Fact>
        <Fact name="Chain id of L1">{info.chainId.toString()}</Fact>
        <Fact name="Preset">{info.preset}</Fact>
        <Fact name="Prover">{info.prover}</Fact>
        <Fact name="Fee account">
          <Link href={`/accounts/${info.feeAccountId}`}>account {info.feeAccountId}</Link>
        </Fact>
        <Fact name="Protocol digest">
          <Hash value={info.protocolDigest} what="the protocol digest" length="short" />
        </Fact>
      </Facts>
    </Card>
  );
}

function LatestTable({ latest }: Pick<Overview, "latest">) {
  return (
    <TableScroll label="Latest transactions">
      <table>
        <thead>
          <tr>
            <OperationHeads />
            <th scope="col">Block</th>
            <th scope="col">Age</th>
          </tr>
        </thead>
        <tbody>
          {latest.map(({ block, operation }) => (
            <tr key={`${block.blockNumber}/${operation.slotIndex}`}>
              <OperationCells operation={operation} />
              <td>
                <BlockLink number={block.blockNumber} />
              </td>
              <td class="nowrap">
                <Ago seconds={block.timestamp} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
