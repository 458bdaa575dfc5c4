import type { Status } from "../../src/protocol/stages.ts";

/** A status of a block, transaction or request. */
export function StatusBadge({ status }: { readonly status: Status | "sealed" }) {
  return <span class={`badge status-${status}`}>{status}</span>;
}
