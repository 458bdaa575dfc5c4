/** A labelled control of a form with a hint, and with what is wrong about it. */
import type { ComponentChildren, JSX } from "preact";

/** What is wrong with a value, and a value that would be right. */
export interface FieldError {
  readonly text: string;
  readonly proposal?: string | undefined;
}

/** Attributes of the control, which tie it to its label, hint and error. */
export interface ControlAttributes {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": "true" | undefined;
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: FieldError | undefined;
  /** Takes over the proposed value. */
  readonly onPropose?: ((value: string) => void) | undefined;
  readonly children: (attributes: ControlAttributes) => JSX.Element;
}

export function Field({ id, label, hint, error, onPropose, children }: FieldProps) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const proposal = error?.proposal;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": described === "" ? undefined : described,
        "aria-invalid": error && "true",
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error.text}{" "}
          {proposal !== undefined && onPropose && (
            <button type="button" class="quiet small" onClick={() => onPropose(proposal)}>
              Use {proposal}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
