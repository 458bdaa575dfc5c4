/** Subscriptions of components. */
import type { Rollup } from "../../src/sdk.ts";

/** What is followed: all blocks, or the account of an owner. */
export type Subject = "blocks" | { readonly account: string };

/** Milliseconds after which a subscription that has failed is opened again. */
const OPEN_AGAIN_MS = 2_000;

/**
 * Calls back once a subscription stands, as what has happened before is in no event, and after each
 * event. One that fails is opened again: a node that was started again has forgotten what it said.
 *
 * @returns Ends it.
 */
export function follow(rollup: Rollup, subject: Subject, onChange: () => void): () => void {
  let isWanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ends = new Set<() => void>();
  const end = () => {
    for (const each of ends) each();
    ends.clear();
  };
  const open = async () => {
    const listener = () => onChange();
    const standing =
      subject === "blocks"
        ? rollup.on("block", listener)
        : rollup.on("account", subject.account, listener);
    ends.add(await standing);
    if (isWanted) onChange();
    else end();
  };
  const openAgain = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      end();
      void open();
    }, OPEN_AGAIN_MS);
  };
  const errors = rollup.on("error", openAgain);
  void open();
  return () => {
    isWanted = false;
    clearTimeout(timer);
    end();
    void errors.then((stop) => stop());
  };
}
