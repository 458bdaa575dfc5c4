/** One block: what it is, what it does, its bytes, and its proof. */
import { Link, useParams } from "wouter-preact";
import { decodePubdata } from "../../src/block/pubdata.ts";
import type { BlockInfo } from "../../src/sdk.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { AccountLink, Hash, L1Link } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showCount, showCounted, toWord } from "../components/text.ts";
import { Moment } from "../components/time.tsx";
import { Title } from "../components/title.tsx";
import { readCommitBlock, readProof } from "../rollup/block-on-l1.ts";
import { observeTime } from "../rollup/clock.ts";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { DataFacts } from "./fields.tsx";
import { L1Steps } from "./l1-steps.tsx";
import { OperationCells, OperationHeads, type OperationInfo, TypeBadge } from "./operations.tsx";
import { encodeOperations, layOutPubdata } from "./pubdata-layout.ts";
import { PubdataView } from "./pubdata-view.tsx";
import { StageLine } from "./stage-line.tsx";
import { blockPoints } from "./stages-of.tsx";
import { countOperations } from "./throughput.ts";

/** The largest number that a block can have, uint32. */
const BLOCK_NUMBER_MAX = 2 ** 32 - 1;

interface WholeBlock {
  readonly block: BlockInfo;
  readonly operations: readonly OperationInfo[];
  /** Number of the last sealed block. */
  readonly latest: number;
}

async function readBlock(
  { rollup, client }: Connection,
  blockNumber: number,
): Promise<WholeBlock | null> {
  const [block, { blocks }] = await Promise.all([rollup.getBlock(blockNumber), rollup.getStatus()]);
  if (block === null) return null;
  observeTime(block.timestamp);
  const operations: OperationInfo[] = [];
  let cursor: string | undefined;
  do {
    const options = { limit: 100, ...(cursor !== undefined && { cursor }) };
    const page = await client.call("rollup_getBlockOperations", blockNumber, options);
    operations.push(...(page?.items ?? []));
    cursor = page?.next;
  } while (cursor !== undefined);
  return { block, operations, latest: blocks.sealed };
}

export function BlockPage() {
  const { number } = useParams<{ number: string }>();
  const blockNumber = /^\d{1,10}$/.test(number) ? Number(number) : -1;
  const isNumber = blockNumber > 0 && blockNumber <= BLOCK_NUMBER_MAX;
  return (
    <>
      <Title>Block {number}</Title>
      {blockNumber === 0 ? (
        <Empty>
          Block 0 is genesis: the state in which the rollup has begun, without operations.{" "}
          <Link href="/blocks/1">Block 1</Link> is the first.
        </Empty>
      ) : isNumber ? (
        <KnownBlock blockNumber={blockNumber} />
      ) : (
        <Empty>
          A block is named by a number from 1 on. <Link href="/blocks">See all blocks</Link>.
        </Empty>
      )}
    </>
  );
}

function KnownBlock({ blockNumber }: { readonly blockNumber: number }) {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readBlock(connection, blockNumber), [connection, blockNumber]);
  return (
    <Answered answer={answer} what={`block ${blockNumber}`}>
      {(whole) =>
        whole === null ? (
          <Empty>
            This node has no block {blockNumber}: it is not sealed yet, or older than what the node
            keeps. <Link href="/blocks">See all blocks</Link>.
          </Empty>
        ) : (
          <BlockParts {...whole} />
        )
      }
    </Answered>
  );
}

function BlockParts({ block, operations, latest }: WholeBlock) {
  const { blockNumber } = block;
  return (
    <>
      <nav class="steps" aria-label="Neighbours">
        {blockNumber > 1 && <Link href={`/blocks/${blockNumber - 1}`}>← {blockNumber - 1}</Link>}
        {blockNumber < latest && (
          <Link href={`/blocks/${blockNumber + 1}`}>{blockNumber + 1} →</Link>
        )}
      </nav>
      <BlockFacts block={block} />
      <Card title="On L1">
        <L1Steps block={block} />
      </Card>
      <Operations operations={operations} block={block} />
      <PublicData block={block} operations={operations} />
      <Proof block={block} />
    </>
  );
}

function BlockFacts({ block }: { readonly block: BlockInfo }) {
  return (
    <Card title="Block" aside={<StatusBadge status={block.status} />}>
      <StageLine points={blockPoints(block)} label="Stages of the block" />
      <Facts>
        <Fact name="Time">
          <Moment seconds={block.timestamp} />
        </Fact>
        <Fact name="Kind">
          {block.kind} <span class="faint">slots, tokens, levels of its circuit</span>
        </Fact>
        <Fact name="Operations">
          {showCount(countOperations(block))} in {showCounted(block.operations.length, "slot")}
        </Fact>
        <Fact name="Fee account">
          <AccountLink id={block.feeAccountId} />
        </Fact>
        <Fact name="State root before">
          <Hash value={toWord(block.oldStateRoot)} what="the state root before" />
        </Fact>
        <Fact name="State root after">
          <Hash value={toWord(block.newStateRoot)} what="the state root after" />
        </Fact>
      </Facts>
    </Card>
  );
}

function Operations({ operations, block }: Pick<WholeBlock, "operations" | "block">) {
  return (
    <Card title="Operations">
      {operations.length === 0 ? (
        <Empty>The node lists no operation of block {block.blockNumber}.</Empty>
      ) : (
        <TableScroll label="Operations">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">
                  Slot
                </th>
                <OperationHeads />
              </tr>
            </thead>
            <tbody>
              {operations.map((operation) => (
                <tr key={operation.slotIndex}>
                  <td class="number">{operation.slotIndex}</td>
                  <OperationCells operation={operation} />
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {operations.length > 0 && <AllFields operations={operations} />}
    </Card>
  );
}

function AllFields({ operations }: Pick<WholeBlock, "operations">) {
  return (
    <details>
      <summary>All fields of the operations</summary>
      {operations.map(({ slotIndex, type, data }) => (
        <section key={slotIndex} aria-label={`Fields of slot ${slotIndex}`}>
          <h3>
            Slot {slotIndex} <TypeBadge type={type} />
          </h3>
          <Facts>
            <DataFacts data={data} />
          </Facts>
        </section>
      ))}
    </details>
  );
}

/** Where the bytes are from, and whether they say what the node lists. */
interface PublicBytes {
  readonly pubdata: Uint8Array;
  readonly isFromL1: boolean;
  readonly isAsListed: boolean;
}

async function readPublicBytes(
  connection: Connection,
  block: BlockInfo,
  operations: readonly OperationInfo[],
): Promise<PublicBytes> {
  const listed = encodeOperations(operations);
  const committed = await readCommitBlock(connection, block);
  const pubdata = committed?.pubdata ?? listed;
  decodePubdata(pubdata);
  const isAsListed =
    pubdata.length === listed.length && pubdata.every((byte, index) => byte === listed[index]);
  return { pubdata, isFromL1: committed !== undefined, isAsListed };
}

function PublicData({ block, operations }: Pick<WholeBlock, "operations" | "block">) {
  const connection = useConnection();
  const hash = block.commit?.hash;
  const answer = useAnswer(
    () => readPublicBytes(connection, block, operations),
    [connection, block.blockNumber, hash, block.newStateRoot],
  );
  return (
    <Card
      title="Public data"
      aside={hash === undefined ? undefined : <L1Link kind="tx" value={hash} />}
    >
      <Answered answer={answer} what="the public data">
        {({ pubdata, isFromL1, isAsListed }) => (
          <>
            <p class="note">
              {isFromL1
                ? "These bytes are from the calldata on L1. "
                : "L1 does not have this block yet: these bytes are encoded from the operations. "}
              {isFromL1 && isAsListed && (
                <span class="good">They say the same as the operations that the node lists.</span>
              )}
              {isFromL1 && !isAsListed && (
                <span class="bad">They differ from the operations that the node lists.</span>
              )}
            </p>
            <PubdataView rows={layOutPubdata(pubdata)} />
          </>
        )}
      </Answered>
    </Card>
  );
}

/** Names of the words of a proof, in the order of EIP-197. */
const PROOF_WORDS = ["A.x", "A.y", "B.x₁", "B.x₀", "B.y₁", "B.y₀", "C.x", "C.y"];

function Proof({ block }: { readonly block: BlockInfo }) {
  const connection = useConnection();
  const { blockNumber, prove, proofMs } = block;
  const answer = useAnswer(
    async () => (await readProof(connection, block)) ?? null,
    [connection, blockNumber, prove?.hash],
  );
  const time = proofMs === undefined ? undefined : `${showCount(Math.ceil(proofMs))} ms`;
  if (prove === undefined) {
    return (
      <Card title="Proof">
        <Empty>
          {time === undefined
            ? "There is no proof of this block yet."
            : `The proof is made, in ${time}; L1 has not verified it yet.`}
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Proof" aside={<L1Link kind="tx" value={prove.hash} />}>
      <Answered answer={answer} what="the proof">
        {(proof) =>
          proof === null ? (
            <Empty>The calldata of the L1 transaction has no proof of this block.</Empty>
          ) : (
            <Facts>
              <Fact name="Verified on L1">
                {proof.together === 1
                  ? "by itself"
                  : `together with ${showCounted(proof.together - 1, "other block")}`}
              </Fact>
              {time !== undefined && <Fact name="Time to prove">{time}</Fact>}
              <Fact name="Key">
                {proof.kind} <span class="faint">of kind {block.kind}</span>
              </Fact>
              {(["digest", "z", "y"] as const).map((name) => (
                <Fact key={name} name={`Public input ${name}`}>
                  <Hash value={toWord(proof[name])} what={`the public input ${name}`} />
                </Fact>
              ))}
              <ProofWords words={proof.proof} />
            </Facts>
          )
        }
      </Answered>
    </Card>
  );
}

function ProofWords({ words }: { readonly words: readonly bigint[] }) {
  if (words.every((word) => word === 0n)) {
    return (
      <Fact name="Proof">
        eight words of zeros: the mock prover of devnets makes no proof, and only a verifier of
        devnets accepts that
      </Fact>
    );
  }
  return (
    <>
      {words.map((word, index) => (
        <Fact key={index} name={`Proof ${PROOF_WORDS[index]}`}>
          <Hash value={toWord(word)} what="the word of the proof" />
        </Fact>
      ))}
    </>
  );
}
