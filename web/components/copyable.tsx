import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Milliseconds for which a button says what it has done. */
const SHOWN_MS = 1_500;

type Outcome = "copied" | "forbidden" | undefined;

/** A button that copies a text, and says so. @param what - What it is, for the button's name. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("forbidden"),
    );
  };
  const label = labelOf(outcome, what);
  return (
    <button type="button" class="copy" aria-label={label} title={label} onClick={copy}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none">
        {outcome === "copied" ? (
          <path d="M3 8.5l3.2 3.2L13 5" stroke="currentColor" stroke-width="1.8" />
        ) : (
          <path
            d="M5.5 5.5h7v8h-7zM3.5 10.5v-8h7"
            stroke="currentColor"
            stroke-width="1.3"
            stroke-linejoin="round"
          />
        )}
      </svg>
    </button>
  );
}

function labelOf(outcome: Outcome, what: string): string {
  switch (outcome) {
    case "copied":
      return "Copied";
    case "forbidden":
      return "The browser forbids it: select the text instead";
    case undefined:
      return `Copy ${what}`;
  }
}

/** What is shown, with a button that copies the whole of it. */
export function Copyable({
  text,
  what,
  children,
}: {
  readonly text: string;
  /** What it is, for the name of the button. */
  readonly what: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <span class="copyable">
      {children ?? <span class="mono">{text}</span>}
      <CopyButton text={text} what={what} />
    </span>
  );
}
