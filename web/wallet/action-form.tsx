/**
 * A form that sends something: its fields are checked, what would be signed is shown, and only then
 * it is sent, once. The stages follow on the same page.
 */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type Fact, Facts } from "./facts.tsx";
import type { FieldError } from "../components/field.tsx";
import { useWork } from "../components/use-work.ts";
import { Focused } from "../components/focused.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { guarded, type Sent, track } from "./activity.ts";
import { Problem } from "./problem.tsx";
import { ActivityView, useActivity } from "./stages.tsx";

/** What is wrong, by the id of the field. */
export type FieldErrors = Readonly<Record<string, FieldError>>;

/** Is thrown by a form whose fields are wrong. */
export class InvalidFields extends Error {
  readonly fields: FieldErrors;

  constructor(fields: FieldErrors) {
    super("Correct the marked fields.");
    this.fields = fields;
  }
}

/** What is about to be signed and sent. */
export interface Plan {
  /** Such as "Transfer of 1.5 ETH". */
  readonly title: string;
  readonly facts: readonly Fact[];
  /** What the wallet is going to ask for, in order. */
  readonly prompts: readonly string[];
  /** What the user should know besides. */
  readonly warnings?: readonly string[];
  /** @param report - Says what is under way. */
  send(report: (text: string) => void): Promise<Sent>;
}

type Step =
  | { readonly at: "edit" }
  | { readonly at: "review"; readonly plan: Plan }
  | { readonly at: "sent"; readonly activity: number };

interface ActionFormProps {
  /** Checks the fields. @throws {InvalidFields} */
  readonly prepare: () => Promise<Plan>;
  readonly children: (errors: FieldErrors) => ComponentChildren;
  /** Clears the fields for the next one. */
  readonly onAgain: () => void;
}

export function ActionForm({ prepare, children, onAgain }: ActionFormProps) {
  const { rollup } = useConnection();
  const [step, setStep] = useState<Step>({ at: "edit" });
  const [report, setReport] = useState("");
  const { errors, showErrors, form } = useFieldErrors();
  const { isWorking, problem, clear, run } = useWork(showErrors);
  const check = (event: Event) => {
    event.preventDefault();
    run(async () => {
      showErrors(new InvalidFields({}));
      setStep({ at: "review", plan: await prepare() });
    });
  };
  const send = (plan: Plan) =>
    run(async () => {
      setReport("");
      const sent = await guarded(() => plan.send(setReport));
      setStep({ at: "sent", activity: track(rollup, plan.title, sent) });
    });
  const edit = () => {
    clear();
    setStep({ at: "edit" });
  };
  if (step.at === "sent") {
    const again = () => {
      onAgain();
      edit();
    };
    return <SentView id={step.activity} onAgain={again} />;
  }
  const isForm = step.at === "edit";
  return (
    <>
      <form ref={form} noValidate hidden={!isForm} class="panel form" onSubmit={check}>
        <fieldset disabled={!isForm}>
          {children(errors)}
          <button type="submit" disabled={isWorking}>
            {isWorking ? "Checking…" : "Review"}
          </button>
        </fieldset>
      </form>
      {!isForm && (
        <Review
          plan={step.plan}
          isSending={isWorking}
          report={report}
          onConfirm={() => send(step.plan)}
          onBack={edit}
        />
      )}
      {problem && <Problem error={problem.error} />}
    </>
  );
}

/** Errors of the fields of a form; the first wrong field gets the focus. */
export function useFieldErrors() {
  const [errors, setErrors] = useState<FieldErrors>({});
  const form = useRef<HTMLFormElement>(null);
  const showErrors = (error: unknown): boolean => {
    if (!(error instanceof InvalidFields)) return false;
    setErrors(error.fields);
    requestAnimationFrame(() => {
      form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
    });
    return true;
  };
  return { errors, showErrors, form };
}

interface ReviewProps {
  readonly plan: Plan;
  readonly isSending: boolean;
  readonly report: string;
  readonly onConfirm: () => void;
  readonly onBack: () => void;
}

function Review({ plan, isSending, report, onConfirm, onBack }: ReviewProps) {
  const { title, facts, prompts, warnings = [] } = plan;
  return (
    <Focused label="Review">
      <div class="panel review">
        <h2>{title}</h2>
        <Facts facts={facts} />
        {warnings.map((warning) => (
          <p key={warning} class="notice warn">
            {warning}
          </p>
        ))}
        <h3>What happens when you confirm</h3>
        <ol class="prompts">
          {prompts.map((prompt) => (
            <li key={prompt}>{prompt}</li>
          ))}
        </ol>
        <div class="buttons">
          <button type="button" disabled={isSending} onClick={onConfirm}>
            {isSending ? "Sending…" : "Confirm and send"}
          </button>
          <button type="button" class="quiet" disabled={isSending} onClick={onBack}>
            Back
          </button>
        </div>
        <p role="status" class="hint">
          {isSending && (report || "Under way. Your wallet may ask you to confirm.")}
        </p>
      </div>
    </Focused>
  );
}

function SentView({ id, onAgain }: { readonly id: number; readonly onAgain: () => void }) {
  const activity = useActivity(id);
  return (
    <Focused label="Progress">
      <div class="panel">
        {activity && <ActivityView activity={activity} />}
        <div class="buttons">
          <button type="button" class="quiet" onClick={onAgain}>
            Send another one
          </button>
          <Link href="/wallet">To the overview</Link>
        </div>
        <p class="hint">You may leave this page: the overview shows the stages, too.</p>
      </div>
    </Focused>
  );
}
