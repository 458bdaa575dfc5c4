import { isRollupError } from "../../src/util/errors.ts";

/** An error with its code and how to fix it. */
export function Failure({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const isCoded = isRollupError(error);
  const text = isCoded ? error.sentence : error instanceof Error ? error.message : String(error);
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
