import { Link } from "wouter-preact";

/** The way through pages that begin with the newest. */
export function Pager({
  newest,
  older,
}: {
  /** Path of the first page; undefined on it. */
  readonly newest: string | undefined;
  /** Path of the next page; undefined on the last. */
  readonly older: string | undefined;
}) {
  if (newest === undefined && older === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages of the list">
      {newest !== undefined && <Link href={newest}>Newest</Link>}
      {older !== undefined && <Link href={older}>Older</Link>}
    </nav>
  );
}
