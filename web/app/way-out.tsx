import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";

/** The way to the page that needs no node. */
export function WayOut() {
  return (
    <p>
      Is the operator gone for good? L1 alone pays you out by the{" "}
      <Link href="/wallet/exit">emergency exit</Link>.
    </p>
  );
}

/** Milliseconds after which a node that is silent may be gone. */
const SILENT_MS = 5_000;

/** The same once a node has been silent for a while: it may take minutes until it has failed. */
export function LateWayOut() {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), SILENT_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLate ? <WayOut /> : null;
}
