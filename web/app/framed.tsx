/**
 * Stands for the pages inside of another site, which could lay its own content over a button. A
 * server that sends the policy of the pages keeps them from being framed at all.
 */
export function Framed() {
  return (
    <main>
      <p>
        These pages are not shown inside of another site.{" "}
        <a href={location.href} target="_blank" rel="noreferrer">
          Open them in a tab of their own
        </a>
        .
      </p>
    </main>
  );
}
