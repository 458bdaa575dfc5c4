/** Copies a text, and says so. */
import { useState } from "preact/hooks";

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [outcome, setOutcome] = useState("");
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome("Copied"),
      () => setOutcome("The browser forbids it: select the text instead"),
    );
  };
  return (
    <>
      <button type="button" class="quiet small" onClick={copy}>
        Copy<span class="visually-hidden"> {what}</span>
      </button>
      <span role="status" class="hint">
        {outcome}
      </span>
    </>
  );
}
