/** What one owner has, token by token, and the ways to take it out. */
import { useState } from "preact/hooks";
import {
  type ExitReport,
  type ExitStep,
  exitRollup,
  requestFullExits,
  type RestoredRollup,
  toExitRequest,
} from "../../../src/exit.ts";
import type { PagesConfig } from "../../../src/pages/config.ts";
import { Failure } from "../../components/failure.tsx";
import { Focused } from "../../components/focused.tsx";
import { Loading } from "../../components/loading.tsx";
import { useWork } from "../../components/use-work.ts";
import { useAnswer } from "../../rollup/use-answer.ts";
import type { L1Account } from "../account.ts";
import { guarded } from "../activity.ts";
import { Problem } from "../problem.tsx";
import { ETH, showAmount, tokenName } from "../tokens.ts";
import type { Exodus } from "./exodus-clock.tsx";
import { type L1Reader, openSender } from "./l1.ts";
import { type OwnedToken, readOwned } from "./owned.ts";
import { openProver } from "./prover.ts";
import { RequestReport, Report, Steps, type StepState } from "./report.tsx";

interface ExitOfProps {
  readonly config: PagesConfig;
  readonly account: L1Account;
  readonly l1: L1Reader;
  readonly exodus: Exodus;
  readonly restored: RestoredRollup;
  readonly restoreAgain: () => void;
}

/** What was done, or how it ended. */
type Outcome =
  | { readonly kind: "exit"; readonly token: OwnedToken["token"]; readonly report: ExitReport }
  | {
      readonly kind: "request";
      readonly token: OwnedToken["token"];
      readonly hashes: readonly string[];
    }
  | { readonly kind: "failure"; readonly error: unknown };

type Way = "exit" | "request";

export function ExitOf({ config, account, l1, exodus, restored, restoreAgain }: ExitOfProps) {
  const owned = useAnswer(
    () => readOwned(l1.client, restored, account.address),
    [l1, restored, account.address],
  );
  const [asked, setAsked] = useState<{ readonly way: Way; readonly owned: OwnedToken }>();
  const [steps, setSteps] = useState<readonly StepState[]>([]);
  const [outcome, setOutcome] = useState<Outcome>();
  const { isWorking, run } = useWork();
  const { value: requestFee } = useAnswer(() => l1.client.readRequestFee(), [l1]);
  const begin = (step: ExitStep) =>
    setSteps((all) => [...all.map(toOver), { step, isOver: false }]);
  const work = ({ way, owned: { token } }: NonNullable<typeof asked>) =>
    run(async () => {
      setOutcome(undefined);
      setSteps([]);
      const parts = { config, account, l1, restored };
      const start = () =>
        way === "exit" ? runExit(parts, token, begin) : runRequest(parts, token);
      const failed = (error: unknown): Outcome => ({ kind: "failure", error });
      setOutcome(await guarded(start).catch(failed));
      setAsked(undefined);
      setSteps((all) => all.map(toOver));
      owned.refresh();
      exodus.refresh();
    });
  if (owned.value === undefined) {
    if (owned.error !== undefined) return <Failure error={owned.error} onRetry={owned.refresh} />;
    return <Loading what="what you own" />;
  }
  const stage = exodus.value?.stage;
  return (
    <section class="panel" aria-labelledby="owned-heading">
      <h2 id="owned-heading">What you own</h2>
      <OwnedList
        tokens={owned.value.tokens}
        stage={stage}
        isDisabled={isWorking}
        onAsk={(way, each) => {
          setOutcome(undefined);
          setAsked({ way, owned: each });
        }}
      />
      {asked && (
        <Confirm
          {...asked}
          requestFee={requestFee}
          config={config}
          isExpired={stage === "expired"}
          account={account}
          isWorking={isWorking}
          onConfirm={() => work(asked)}
          onBack={() => setAsked(undefined)}
        />
      )}
      {steps.length > 0 && <Steps steps={steps} />}
      {outcome && <OutcomeView {...{ outcome, config, restoreAgain }} />}
    </section>
  );
}

const toOver = (state: StepState): StepState => ({ ...state, isOver: true });

type Parts = Pick<ExitOfProps, "config" | "account" | "l1" | "restored">;

async function runExit(
  { config, account, l1, restored }: Parts,
  token: OwnedToken["token"],
  onStep: (step: ExitStep) => void,
): Promise<Outcome> {
  const sender = await openSender(l1, account);
  const request = await toExitRequest(l1.client, restored, account.address, String(token.id));
  // Without its files the claim goes by path.
  const prover = await openProver(config).catch(() => undefined);
  try {
    return { kind: "exit", token, report: await exitRollup(sender, prover, request, onStep) };
  } finally {
    await prover?.close();
  }
}

async function runRequest(
  { account, l1, restored }: Parts,
  token: OwnedToken["token"],
): Promise<Outcome> {
  const request = await toExitRequest(l1.client, restored, account.address, String(token.id));
  const asked = await requestFullExits(() => openSender(l1, account), restored, request);
  return { kind: "request", token, hashes: asked.map(({ transaction }) => transaction.hash) };
}

interface OwnedListProps {
  readonly tokens: readonly OwnedToken[];
  readonly stage: "alive" | "expired" | "exodus" | undefined;
  readonly isDisabled: boolean;
  readonly onAsk: (way: Way, owned: OwnedToken) => void;
}

function OwnedList({ tokens, stage, isDisabled, onAsk }: OwnedListProps) {
  if (tokens.length === 0) {
    return <p>This address owns nothing: neither in the last executed block nor in the queue.</p>;
  }
  return (
    <div class="cards">
      {tokens.map((owned) => (
        <div class="panel balance" key={owned.token.id} data-token={owned.token.id}>
          <h3>{tokenName(owned.token)}</h3>
          <dl>
            {amountsOf(owned).map(([name, amount]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{showAmount(amount, owned.token)}</dd>
              </div>
            ))}
          </dl>
          {stage === "alive" && (
            <button type="button" disabled={isDisabled} onClick={() => onAsk("request", owned)}>
              Request a full exit
            </button>
          )}
          {(stage === "expired" || stage === "exodus") && isLeft(owned) && (
            <button type="button" disabled={isDisabled} onClick={() => onAsk("exit", owned)}>
              Exit with {tokenName(owned.token)}
            </button>
          )}
          {!isLeft(owned) && <p class="mark good">All paid out</p>}
        </div>
      ))}
    </div>
  );
}

function isLeft({ claimable, queued, pending }: OwnedToken): boolean {
  return claimable + queued + pending > 0n;
}

function amountsOf({ claimable, claimed, queued, pending }: OwnedToken) {
  const all = [
    ["In the last executed block", claimable],
    ["Deposits in the queue", queued],
    ["Owed by L1 already", pending],
    ["Paid out by an exit", claimed],
  ] as const;
  return all.filter(([, amount]) => amount > 0n);
}

interface ConfirmProps {
  readonly way: Way;
  readonly owned: OwnedToken;
  readonly config: PagesConfig;
  readonly account: L1Account;
  /** In wei; undefined while L1 has not answered. */
  readonly requestFee: bigint | undefined;
  /** Whether the exodus has to be begun. */
  readonly isExpired: boolean;
  readonly isWorking: boolean;
  readonly onConfirm: () => void;
  readonly onBack: () => void;
}

function Confirm(props: ConfirmProps) {
  const { way, owned, account, isWorking, onConfirm, onBack } = props;
  const { token } = owned;
  return (
    <Focused label="Review">
      <h3>
        {way === "exit" ? "Exit with" : "Request a full exit of"} {tokenName(token)}
      </h3>
      <p>{account.wallet === undefined ? "The test key" : account.name} signs, on L1:</p>
      <ol class="prompts">
        {(way === "exit" ? exitPrompts(props) : requestPrompts(props)).map((prompt) => (
          <li key={prompt}>{prompt}</li>
        ))}
      </ol>
      <p class="hint">
        You pay the gas. What is paid goes to <code>{account.address}</code>. Each step can be
        repeated, and none pays twice.
      </p>
      <div class="buttons">
        <button type="button" disabled={isWorking} onClick={onConfirm}>
          {isWorking ? "Under way…" : "Confirm and send"}
        </button>
        <button type="button" class="quiet" disabled={isWorking} onClick={onBack}>
          Back
        </button>
      </div>
    </Focused>
  );
}

function requestPrompts({ requestFee = 0n }: ConfirmProps): string[] {
  const fee = requestFee === 0n ? "" : ` L1 takes a fee of ${showAmount(requestFee, ETH)} for it.`;
  return [`A request for all of this token, which the operator must serve in time.${fee}`];
}

function exitPrompts({ owned, isExpired, config }: ConfirmProps): string[] {
  const { token, claimable, queued, pending } = owned;
  const way = config.exit ? "a proof that this page makes" : "the path to it in the state";
  return [
    ...(isExpired ? ["The beginning of the exodus, which stops the rollup for everybody."] : []),
    ...(queued > 0n ? [`The return of deposits of ${showAmount(queued, token)}.`] : []),
    ...(claimable > 0n ? [`The claim of ${showAmount(claimable, token)}, by ${way}.`] : []),
    ...(queued + pending > 0n ? ["The withdrawal of what L1 owes you then."] : []),
  ];
}

interface OutcomeProps extends Pick<ExitOfProps, "config" | "restoreAgain"> {
  readonly outcome: Outcome;
}

function OutcomeView({ outcome, config, restoreAgain }: OutcomeProps) {
  if (outcome.kind === "failure") return <Problem error={outcome.error} />;
  if (outcome.kind === "request")
    return <RequestReport {...outcome} explorer={config.l1Explorer} />;
  return <Report {...outcome} explorer={config.l1Explorer} onRestore={restoreAgain} />;
}
