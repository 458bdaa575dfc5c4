/** A part of a page that gets the focus when it appears: a result, a question or a failure. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface FocusedProps {
  /** Names the part for those who do not see it. */
  readonly label: string;
  readonly children: ComponentChildren;
}

export function Focused({ label, children }: FocusedProps) {
  const part = useRef<HTMLElement>(null);
  useEffect(() => part.current?.focus(), []);
  return (
    <section ref={part} tabIndex={-1} aria-label={label} class="focused">
      {children}
    </section>
  );
}
