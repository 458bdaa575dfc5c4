/** The state of the rollup at a glance. */
import { Failure } from "../components/failure.tsx";
import { Loading } from "../components/loading.tsx";
import { Title } from "../components/title.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";

export function HomePage() {
  const { rollup, info } = useConnection();
  const { value: status, error, refresh } = useAnswer(() => rollup.getStatus(), [rollup]);
  return (
    <>
      <Title>Overview</Title>
      {error !== undefined && <Failure error={error} onRetry={refresh} />}
      {status === undefined ? <Loading what="the status" /> : <p>Preset {info.preset}</p>}
    </>
  );
}
