/** What has failed, in the words of a user; rejections in the user's own wallet among it. */
import { isRejection } from "../../src/l1/refusals.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { Failure } from "../components/failure.tsx";
import { Focused } from "../components/focused.tsx";

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Gets the focus when it appears. */
export function Problem({ error, ...rest }: ProblemProps) {
  return (
    <Focused label="Problem">
      {isRejection(error) ? (
        <div class="notice warn" role="alert">
          <p>
            You have rejected the request in your wallet, so it was not sent. What you have
            confirmed before stays.
          </p>
        </div>
      ) : (
        <Failure error={shortened(error)} {...rest} />
      )}
    </Focused>
  );
}

/** Ethers puts whole requests into its messages, and says the same in short. */
function shortened(error: unknown): unknown {
  if (isRollupError(error) || !(error instanceof Error)) return error;
  const text: unknown = Reflect.get(error, "shortMessage");
  return typeof text === "string" ? new Error(text) : error;
}
