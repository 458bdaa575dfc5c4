import { isRollupError } from "../../src/util/errors.ts";

/** Characters that are shown: a node or a wallet may answer any number. */
const TEXT_MAX = 1_000;

/** An error with its code and how to fix it. */
export function Failure({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const isCoded = isRollupError(error);
  const whole = isCoded ? error.sentence : error instanceof Error ? error.message : String(error);
  const text = whole.length > TEXT_MAX ? `${whole.slice(0, TEXT_MAX)}…` : whole;
  return (
    <div class="failure" role="alert">
      <p>
        {isCoded && <code>{error.code}</code>} {text}
      </p>
      {isCoded && <p>{error.fix}</p>}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
