/** Shows a form once it is known what the account holds. */
import type { ComponentChildren } from "preact";
import { Failure } from "../../components/failure.tsx";
import { Loading } from "../../components/loading.tsx";
import { useWallet } from "../gate.tsx";
import { type Holdings, useHoldings } from "../holdings.ts";

interface HoldingsGateProps {
  readonly children: (holdings: Holdings) => ComponentChildren;
}

export function HoldingsGate({ children }: HoldingsGateProps) {
  const { owner } = useWallet();
  const { value, error, refresh } = useHoldings(owner);
  if (value !== undefined) return <>{children(value)}</>;
  if (error !== undefined) return <Failure error={error} onRetry={refresh} />;
  return <Loading what="the balances" />;
}
