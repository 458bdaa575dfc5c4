import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { Failure } from "../components/failure.tsx";

/** Shows why a page cannot be shown, such as by values that no node should answer. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [path] = useLocation();
  const [error, reset] = useErrorBoundary() as [unknown, () => void];
  useEffect(() => {
    if (error !== undefined) reset();
  }, [path]);
  return error === undefined ? <>{children}</> : <Failure error={error} onRetry={reset} />;
}
