/** The priority queue on L1, whose requests no operator can ignore. */
import { Link } from "wouter-preact";
import { Amount } from "../components/amount.tsx";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Countdown } from "../components/countdown.tsx";
import { AccountLink, BlockLink, OwnerLink, RequestLink } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showCount, showName } from "../components/text.ts";
import { Title } from "../components/title.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { type KnownRequest, type Queue, readQueue } from "../rollup/requests.ts";
import { useLiveAnswer } from "../rollup/use-live.ts";

const DAY_SECONDS = 86_400;

export function RequestsPage() {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readQueue(connection), [connection]);
  return (
    <>
      <Title>L1 queue</Title>
      <Answered answer={answer} what="the queue from L1">
        {(queue) => <QueueParts queue={queue} />}
      </Answered>
    </>
  );
}

function QueueParts({ queue }: { readonly queue: Queue }) {
  const { isExodus, periodSeconds, openCount, open, served } = queue;
  return (
    <>
      {isExodus && (
        <div class="failure" role="alert">
          <p>
            The exodus has begun: the operator has stopped, no block is accepted any more, and
            owners take out what they have with a proof or a path of the last executed state.
          </p>
        </div>
      )}
      <Card title="Open requests">
        <p class="note">
          A deposit or full exit that is not executed within {periodSeconds / DAY_SECONDS} days lets
          anyone begin the exodus. So no operator can ignore it.
        </p>
        {open.length === 0 ? (
          <Empty>
            No request is open: the operator has served all of them. The{" "}
            <Link href="/wallet">wallet</Link> deposits.
          </Empty>
        ) : (
          <RequestTable requests={open} queue="open" />
        )}
        {openCount > open.length && (
          <p class="note">
            {showCount(openCount - open.length)} more wait behind these. The oldest are shown.
          </p>
        )}
      </Card>
      <Card title="Served last">
        {served.length === 0 ? (
          <Empty>No request has been served yet. The first deposit shows here.</Empty>
        ) : (
          <RequestTable requests={served} queue="served" />
        )}
      </Card>
    </>
  );
}

interface RequestTableProps {
  readonly requests: readonly KnownRequest[];
  readonly queue: "open" | "served";
}

function RequestTable({ requests, queue }: RequestTableProps) {
  return (
    <TableScroll label={queue === "open" ? "Open requests" : "Served requests"}>
      <table>
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">Type</th>
            <th scope="col">Owner</th>
            <th scope="col" class="number">
              Amount
            </th>
            <th scope="col">Status</th>
            <th scope="col">Block</th>
            {queue === "open" && <th scope="col">Expires in</th>}
          </tr>
        </thead>
        <tbody>
          {requests.map((known) => (
            <RequestRow key={known.requestId} known={known} queue={queue} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function RequestRow({
  known,
  queue,
}: Pick<RequestTableProps, "queue"> & { readonly known: KnownRequest }) {
  const { requestId, expiration, receipt, request } = known;
  const type = receipt?.type ?? request?.type;
  return (
    <tr>
      <td>
        <RequestLink id={requestId} />
      </td>
      <td>{type === undefined ? "unknown" : showName(type)}</td>
      <td>{request === undefined ? "unknown" : <OwnerLink address={request.owner} />}</td>
      <td class="number">
        <RequestAmount known={known} />
      </td>
      <td>
        {receipt === null ? (
          <span class="faint">not seen yet</span>
        ) : (
          <StatusBadge status={receipt.status} />
        )}
      </td>
      <td>
        {receipt?.blockNumber === undefined ? (
          <span class="faint">none yet</span>
        ) : (
          <BlockLink number={receipt.blockNumber} />
        )}
      </td>
      {queue === "open" && (
        <td class="nowrap">
          {expiration === undefined ? (
            <span class="faint">cancelled</span>
          ) : (
            <Countdown until={expiration} />
          )}
        </td>
      )}
    </tr>
  );
}

/** What a request moves: an amount, or all that an account has of a token. */
export function RequestAmount({ known: { request } }: { readonly known: KnownRequest }) {
  if (request === undefined) return <span class="faint">unknown</span>;
  if (request.type === "deposit") {
    return <Amount amount={request.amount} tokenId={request.tokenId} />;
  }
  return (
    <>
      all of <AccountLink id={request.accountId} />
    </>
  );
}
