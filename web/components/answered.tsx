import type { ComponentChildren } from "preact";
import type { Answer } from "../rollup/use-answer.ts";
import { Failure } from "./failure.tsx";
import { Loading } from "./loading.tsx";

/** What an answer shows: that it is on its way, why there is none, or its content. */
export function Answered<T>({
  answer,
  what,
  children,
}: {
  readonly answer: Answer<T>;
  /** What is asked for, as in "Loading the block…". */
  readonly what: string;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, error, refresh } = answer;
  return (
    <>
      {error !== undefined && <Failure error={error} onRetry={refresh} />}
      {value === undefined && error === undefined && <Loading what={what} />}
      {value !== undefined && children(value)}
    </>
  );
}
