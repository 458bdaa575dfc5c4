import { observeTime } from "../rollup/clock.ts";
import { useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";
import { showCount } from "./text.ts";
import { Moment } from "./time.tsx";

/** An L1 block, and its time as soon as L1 has answered. */
export function L1Moment({ block }: { readonly block: number }) {
  const { rollup } = useConnection();
  const { value } = useAnswer(async () => {
    const found = await (await rollup.getL1()).getBlock(block);
    observeTime(BigInt(found?.timestamp ?? 0));
    return found?.timestamp;
  }, [rollup, block]);
  return (
    <>
      {value !== undefined && (
        <>
          <Moment seconds={BigInt(value)} />
          <br />
        </>
      )}
      L1 block {showCount(block)}
    </>
  );
}
