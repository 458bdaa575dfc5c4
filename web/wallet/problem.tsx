/** What has failed, in the words of a user; rejections in the user's own wallet among it. */
import { Failure } from "../components/failure.tsx";
import { Focused } from "../components/focused.tsx";

const NESTING_MAX = 6;
/** "User rejected request" of EIP-1193, and its name in ethers. */
const REJECTIONS: readonly unknown[] = [4001, "ACTION_REJECTED"];
const UNKNOWN_CHAIN = 4902;

/** Whether a code stands anywhere in an error: libraries nest those of wallets. */
function hasCode(error: unknown, codes: readonly unknown[], nesting = 0): boolean {
  if (typeof error !== "object" || error === null || nesting === NESTING_MAX) return false;
  if (codes.includes(Reflect.get(error, "code"))) return true;
  return ["error", "info", "cause", "data", "originalError"].some((name) =>
    hasCode(Reflect.get(error, name), codes, nesting + 1),
  );
}

export function isRejection(error: unknown): boolean {
  return hasCode(error, REJECTIONS);
}

export function isUnknownChain(error: unknown): boolean {
  return hasCode(error, [UNKNOWN_CHAIN]);
}

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
          <p>You have rejected the request in your wallet. Nothing was sent.</p>
        </div>
      ) : (
        <Failure error={error} {...rest} />
      )}
    </Focused>
  );
}
