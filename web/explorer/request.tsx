/** One request of the priority queue. */
import { Link, useParams } from "wouter-preact";
import type { BlockInfo } from "../../src/sdk.ts";
import { TokenName } from "../components/amount.tsx";
import { Answered } from "../components/answered.tsx";
import { Card, Empty } from "../components/card.tsx";
import { Countdown } from "../components/countdown.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { L1Link, OwnerLink } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showName } from "../components/text.ts";
import { Moment } from "../components/time.tsx";
import { Title } from "../components/title.tsx";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { type KnownRequest, readRequest } from "../rollup/requests.ts";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { RequestAmount } from "./requests.tsx";
import { ItemStages } from "./stages-of.tsx";

interface WholeRequest {
  readonly known: KnownRequest;
  readonly block: BlockInfo | null;
}

async function readWhole(connection: Connection, id: number): Promise<WholeRequest | null> {
  const known = await readRequest(connection, id);
  if (known === undefined) return null;
  const number = known.receipt?.blockNumber;
  const block = number === undefined ? null : await connection.rollup.getBlock(number);
  return { known, block };
}

export function RequestPage() {
  const { id } = useParams<{ id: string }>();
  const connection = useConnection();
  const number = /^\d{1,10}$/.test(id) ? Number(id) : Number.MAX_SAFE_INTEGER;
  const answer = useLiveAnswer(() => readWhole(connection, number), [connection, number]);
  return (
    <>
      <Title>Request {id}</Title>
      <Answered answer={answer} what="the request from L1">
        {(whole) =>
          whole === null ? (
            <Empty>
              L1 has no request of this id: they count from 0 in the order of deposits and full
              exits. <Link href="/requests">See the queue</Link>.
            </Empty>
          ) : (
            <RequestParts {...whole} />
          )
        }
      </Answered>
    </>
  );
}

function RequestParts({ known, block }: WholeRequest) {
  const { receipt, request, expiration, transactionHash } = known;
  const type = receipt?.type ?? request?.type;
  return (
    <Card
      title={type === undefined ? "Request" : showName(type)}
      aside={receipt && <StatusBadge status={receipt.status} />}
    >
      {receipt === null ? (
        <Empty>The node has not seen this request yet, or has forgotten it.</Empty>
      ) : (
        <ItemStages status={receipt.status} block={block} label="Stages of the request" />
      )}
      <Facts>
        {request !== undefined && (
          <>
            <Fact name="Owner">
              <OwnerLink address={request.owner} length="whole" />
            </Fact>
            <Fact name="Token">
              <Link href={`/tokens/${request.tokenId}`}>
                <TokenName tokenId={request.tokenId} />
              </Link>
            </Fact>
          </>
        )}
        <Fact name="Amount">
          <RequestAmount known={known} />
        </Fact>
        {receipt?.refunded === true && (
          <Fact name="Refunded">L1 pays the deposit back, because L2 has no place for it.</Fact>
        )}
        {transactionHash !== undefined && (
          <Fact name="L1 transaction">
            <L1Link kind="tx" value={transactionHash} length="whole" />
          </Fact>
        )}
        <Fact name="Expires">
          {expiration === undefined ? (
            "no more: it is served or cancelled"
          ) : (
            <>
              <Countdown until={expiration} /> <span class="faint">at</span>{" "}
              <Moment seconds={expiration} />
            </>
          )}
        </Fact>
      </Facts>
    </Card>
  );
}
