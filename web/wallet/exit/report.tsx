/** The report of an exit: its steps, what was paid, and what has failed. */
import type { ExitReport, ExitStep } from "../../../src/exit.ts";
import { isRejection } from "../../../src/l1/refusals.ts";
import { isRollupError } from "../../../src/util/errors.ts";
import { Focused } from "../../components/focused.tsx";
import { shorten } from "../../components/text.ts";
import { showAmount, type ShownToken, tokenName } from "../tokens.ts";

export interface StepState {
  readonly step: ExitStep;
  readonly isOver: boolean;
}

const STEP_TEXTS: { readonly [S in ExitStep]: string } = {
  activate: "Begin the exodus",
  payOut: "Make open payouts",
  cancel: "Take deposits out of the queue",
  prove: "Prove the balance in this page",
  exit: "Claim it by the proof",
  path: "Claim it by its path",
  withdraw: "Withdraw what L1 owes",
};

export function Steps({ steps }: { readonly steps: readonly StepState[] }) {
  return (
    <ol class="exit-steps" aria-live="polite">
      {steps.map(({ step, isOver }, index) => (
        <li key={`${step} ${index}`} class={isOver ? "over" : undefined} data-step={step}>
          {STEP_TEXTS[step]}
          {isOver ? "" : "…"}
        </li>
      ))}
    </ol>
  );
}

interface LinkProps {
  readonly hash: string;
  /** URL of an explorer of L1. */
  readonly explorer: string | undefined;
}

function L1Link({ hash, explorer }: LinkProps) {
  if (explorer === undefined) return <code title={hash}>{shorten(hash)}</code>;
  const base = explorer.replace(/\/$/, "");
  return (
    <a href={`${base}/tx/${hash}`} target="_blank" rel="noopener noreferrer">
      {shorten(hash)}
    </a>
  );
}

interface RequestReportProps {
  readonly token: ShownToken;
  readonly hashes: readonly string[];
  readonly explorer: string | undefined;
}

export function RequestReport({ token, hashes, explorer }: RequestReportProps) {
  return (
    <Focused label="Result">
      <div class="notice good" role="status">
        <p>
          L1 has your request for all {tokenName(token)}. If the operator does not serve it in time,
          come back to this page: it pays you out then.
        </p>
        <p>
          {hashes.map((hash) => (
            <L1Link key={hash} {...{ hash, explorer }} />
          ))}
        </p>
      </div>
    </Focused>
  );
}

interface ReportProps {
  readonly token: ShownToken;
  readonly report: ExitReport;
  readonly explorer: string | undefined;
  readonly onRestore: () => void;
}

export function Report({ token, report, explorer, onRestore }: ReportProps) {
  const { exits, cancelled, withdrawal, withdrawn, failures, activation, payouts } = report;
  const lines = [
    ...(activation ? [["The exodus has begun", activation.hash] as const] : []),
    ...payouts.map(({ hash }) => ["An open payout was made", hash] as const),
    ...report.cancellations.map(
      ({ hash }) => [`${cancelled.length} deposits were taken out of the queue`, hash] as const,
    ),
    ...exits.map(
      ({ claim, by, transaction }) =>
        [`${showAmount(claim.amount, token)} paid by ${by}`, transaction.hash] as const,
    ),
    ...(withdrawal
      ? [[`${showAmount(withdrawn, token)} withdrawn`, withdrawal.hash] as const]
      : []),
  ];
  const isComplete = failures.length === 0;
  return (
    <Focused label="Result">
      <div class={isComplete ? "notice good" : "notice warn"} role="status">
        <p>
          <strong>{isComplete ? "Done." : "Not all steps have succeeded. Repeat the exit."}</strong>
        </p>
        <ul>
          {lines.map(([text, hash]) => (
            <li key={hash}>
              {text} <L1Link {...{ hash, explorer }} />
            </li>
          ))}
          {exits.flatMap(({ proofFailure, claim }) =>
            proofFailure === undefined
              ? []
              : [
                  <li key={`proof ${claim.accountId}`}>
                    There was no proof, so the path was used: {wordsOf(proofFailure)}
                  </li>,
                ],
          )}
          {failures.map(({ step, error }, index) => (
            <li key={`failure ${index}`}>
              {STEP_TEXTS[step]}: {wordsOf(error)}
            </li>
          ))}
        </ul>
        {!isComplete && (
          <button type="button" class="quiet" onClick={onRestore}>
            Read L1 again
          </button>
        )}
      </div>
    </Focused>
  );
}

function wordsOf(error: unknown): string {
  if (isRejection(error)) return "you have rejected it in your wallet.";
  if (isRollupError(error)) return `${error.code}: ${error.sentence} ${error.fix}`;
  return error instanceof Error ? error.message : String(error);
}
