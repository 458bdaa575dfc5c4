/** One transaction: how far it is, what it says, and what the operator has promised about it. */
import { Link, useParams } from "wouter-preact";
import type { RpcResult } from "../../src/api/methods.ts";
import type { BlockInfo, TransactionDetails } from "../../src/sdk.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty } from "../components/card.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import {
  AccountLink,
  BlockLink,
  Hash,
  L1Link,
  TransactionLink,
} from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showCount } from "../components/text.ts";
import { Moment } from "../components/time.tsx";
import { Title } from "../components/title.tsx";
import { observeTime } from "../rollup/clock.ts";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { DataFacts } from "./fields.tsx";
import { TypeBadge } from "./operations.tsx";
import { ItemStages } from "./stages-of.tsx";

/** A transaction, and its block if it has one. */
interface WholeTransaction {
  readonly details: TransactionDetails;
  readonly block: BlockInfo | null;
}

async function readTransaction(
  { rollup }: Connection,
  hash: string,
): Promise<WholeTransaction | null> {
  const details = await rollup.getTransaction(hash);
  if (details === null) return null;
  const { blockNumber } = details.receipt;
  const block = blockNumber === undefined ? null : await rollup.getBlock(blockNumber);
  observeTime(block?.timestamp ?? 0n);
  return { details, block };
}

export function TransactionPage() {
  const { hash } = useParams<{ hash: string }>();
  const isHash = /^0x[0-9a-f]{64}$/i.test(hash);
  return (
    <>
      <Title>Transaction</Title>
      {isHash ? (
        <KnownTransaction hash={hash.toLowerCase()} />
      ) : (
        <Empty>
          A transaction is named by its hash: 0x and 64 hexadecimal digits. Copy it as a whole.
        </Empty>
      )}
    </>
  );
}

function KnownTransaction({ hash }: { readonly hash: string }) {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readTransaction(connection, hash), [connection, hash]);
  return (
    <Answered answer={answer} what="the transaction">
      {(whole) =>
        whole === null ? (
          <Empty>
            This node knows no transaction of this hash: it was never accepted here, or is older
            than what the node keeps. <Link href="/blocks">See the blocks</Link>.
          </Empty>
        ) : (
          <TransactionParts {...whole} />
        )
      }
    </Answered>
  );
}

function TransactionParts({ details, block }: WholeTransaction) {
  const { receipt, operation, data, batch } = details;
  const { status, rejection } = receipt;
  return (
    <>
      <Card title="Progress" aside={<StatusBadge status={status} />}>
        <ItemStages status={status} block={block} label="Stages of the transaction" />
        {rejection && (
          <div class="failure">
            <p>
              <code>{rejection.code}</code> {rejection.sentence}
            </p>
            <p>{rejection.fix}</p>
          </div>
        )}
        <Receipt receipt={receipt} />
      </Card>
      <Card title={operation === undefined ? "What is signed" : "Operation"}>
        <Facts>
          <Fact name="Type">
            <TypeBadge type={operation?.type ?? receipt.type} />
          </Fact>
          <DataFacts data={operation?.data ?? data ?? {}} />
        </Facts>
      </Card>
      {batch.length > 1 && <Batch batch={batch} hash={receipt.hash} />}
      <PromiseCard hash={receipt.hash} status={status} />
    </>
  );
}

function Receipt({ receipt }: Pick<TransactionDetails, "receipt">) {
  const { hash, accountId, nonce, blockNumber, slotIndex } = receipt;
  return (
    <Facts>
      <Fact name="Hash">
        <Hash value={hash} what="the transaction's hash" />
      </Fact>
      <Fact name="Signed by">
        <AccountLink id={accountId} />, nonce {showCount(nonce)}
      </Fact>
      <Fact name="Block">
        {blockNumber === undefined ? (
          "none yet"
        ) : (
          <>
            <BlockLink number={blockNumber} />
            {slotIndex !== undefined && <>, slot {slotIndex}</>}
          </>
        )}
      </Fact>
    </Facts>
  );
}

function Batch({ batch, hash }: { readonly batch: readonly string[]; readonly hash: string }) {
  return (
    <Card title="Batch">
      <p class="note">Included together with these or not at all, in this order.</p>
      <ol class="batch">
        {batch.map((member) => (
          <li key={member}>
            <TransactionLink hash={member} length="whole" />{" "}
            {member === hash && <span class="faint">this one</span>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

type Promised = NonNullable<RpcResult<"rollup_getInclusionPromise">>;

/** Why an operator has no promise to show, beside that there is none. */
type NoPromise = "notOffered" | "none";

async function readPromise({ client }: Connection, hash: string): Promise<Promised | NoPromise> {
  try {
    return (await client.call("rollup_getInclusionPromise", hash)) ?? "none";
  } catch (error) {
    if (isRollupError(error) && error.code === "PROMISES_NOT_OFFERED") return "notOffered";
    throw error;
  }
}

function PromiseCard({ hash, status }: { readonly hash: string; readonly status: string }) {
  const connection = useConnection();
  const answer = useAnswer(() => readPromise(connection, hash), [connection, hash, status]);
  return (
    <Card title="Promise of inclusion">
      <Answered answer={answer} what="the promise">
        {(promise) =>
          promise === "notOffered" ? (
            <Empty>This operator signs no promises: it has no bond on L1.</Empty>
          ) : promise === "none" ? (
            <Empty>
              The operator has no promise about this transaction now: it is too new, or its block
              has left the operator's memory.
            </Empty>
          ) : (
            <PromiseFacts promise={promise} />
          )
        }
      </Answered>
    </Card>
  );
}

function PromiseFacts({ promise }: { readonly promise: Promised }) {
  const { bond, group, signature } = promise;
  return (
    <>
      <Facts>
        <Fact name="Executed from block">{showCount(group.dueBlock)} on, at the latest</Fact>
        <Fact name="Due at">
          <Moment seconds={group.dueAt} />
        </Fact>
        <Fact name="Bond on L1">
          <L1Link kind="address" value={bond.address} length="whole" />
        </Fact>
        <Fact name="Rests on L1 block">
          {showCount(group.anchorNumber)}{" "}
          <Hash value={group.anchorHash} what="the hash of the L1 block" length="short" />
        </Fact>
        <Fact name="Signature">
          <Hash value={signature} what="the signature" />
        </Fact>
      </Facts>
      <p class="note">
        Shown as the node has answered. A promise is worth what its bond is: check it with{" "}
        <code>getInclusionPromise</code> of the SDK, a bond that you trust, and your own L1.
      </p>
    </>
  );
}
