/** The proofs that are being made now, and the workers of a prover farm. */
import type { ProvingStatus } from "../../src/sdk.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { BlockLink } from "../components/references.tsx";
import { showCount } from "../components/text.ts";
import { Ago } from "../components/time.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { usePolledAnswer } from "../rollup/use-polled.ts";

/** A proof that begins is no event of a block. */
const ASK_AGAIN_MS = 2_000;

export function Farm() {
  const { rollup } = useConnection();
  const answer = usePolledAnswer(() => rollup.getProving(), [rollup], ASK_AGAIN_MS);
  return (
    <Answered answer={answer} what="the provers">
      {({ capacity, jobs, workers }) => (
        <>
          <Card title="Proofs being made">
            <p class="note">
              The prover takes {showCount(capacity)} {capacity === 1 ? "block" : "blocks"} at a
              time.
            </p>
            {jobs.length === 0 ? (
              <Empty>No proof is being made. The next sealed block starts one.</Empty>
            ) : (
              <JobTable jobs={jobs} />
            )}
          </Card>
          <Card title="Workers">
            {workers === undefined ? (
              <p class="note">
                This node proves in its own process. Workers on other machines can join it as a
                farm.
              </p>
            ) : (
              <WorkerPart workers={workers} />
            )}
          </Card>
        </>
      )}
    </Answered>
  );
}

function JobTable({ jobs }: Pick<ProvingStatus, "jobs">) {
  return (
    <TableScroll label="Proofs being made">
      <table>
        <thead>
          <tr>
            <th scope="col">Block</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Asked for
            </th>
            <th scope="col" class="number">
              In the making
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(({ blockNumber, askedMs, startedMs }) => (
            <tr key={blockNumber}>
              <td>
                <BlockLink number={blockNumber} />
              </td>
              <td>
                {startedMs === undefined ? (
                  <span class="faint">waits for a worker</span>
                ) : (
                  "is being made"
                )}
              </td>
              <td class="number">{showSeconds(askedMs)}</td>
              <td class="number">{startedMs === undefined ? "" : showSeconds(startedMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

type Workers = NonNullable<ProvingStatus["workers"]>;

function WorkerPart({ workers }: { readonly workers: Workers }) {
  if (workers.length === 0) {
    return <Empty>No worker has answered since the start of the node.</Empty>;
  }
  return (
    <>
      <p class="note">
        Those that have answered since the start of the node. Each is named by the fingerprint of
        the key that it signs with; the node's log has its name beside it.
      </p>
      <TableScroll label="Workers">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col" class="number">
                Proofs
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                Wrong
              </th>
              <th scope="col">Last answer</th>
              <th scope="col">Trusted</th>
            </tr>
          </thead>
          <tbody>
            {workers.map(({ id, proofs, failures, wrong, lastAnswer, trusted }) => (
              <tr key={id}>
                <td class="mono">{id}</td>
                <td class="number">{showCount(proofs)}</td>
                <td class="number">{showCount(failures)}</td>
                <td class="number">{showCount(wrong)}</td>
                <td class="nowrap">
                  <Ago seconds={lastAnswer} />
                </td>
                <td>{trusted ? "yes" : <span class="bad">no longer</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}

function showSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
