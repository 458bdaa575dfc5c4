import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Milliseconds for which a button says that it has copied. */
const COPIED_MS = 1_500;

/** A button that copies a text. */
function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  const label = isCopied ? "Copied" : `Copy ${what}`;
  return (
    <button type="button" class="copy" aria-label={label} title={label} onClick={copy}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none">
        {isCopied ? (
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
