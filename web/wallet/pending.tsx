/** What L1 owes the owner because a payout failed, and the button that withdraws it. */
import { useState } from "preact/hooks";
import type { OwnerWallet, PendingPayment } from "../../src/sdk.ts";
import { useWork } from "../components/use-work.ts";
import { guarded } from "./activity.ts";
import type { Holdings } from "./holdings.ts";
import { Problem } from "./problem.tsx";
import { showAmount } from "./tokens.ts";

interface PendingProps extends Pick<Holdings, "tokens"> {
  readonly owner: OwnerWallet;
  readonly onPaid: () => void;
}

export function PendingPanel({ owner, tokens, onPaid }: PendingProps) {
  const owed = tokens.filter(({ pending }) => pending > 0n);
  const [report, setReport] = useState("");
  const { isWorking, problem, run } = useWork();
  const withdraw = () =>
    run(async () => {
      const paid: PendingPayment[] = [];
      try {
        await guarded(() => withdrawAll(owner, owed, paid));
      } finally {
        // A later token may fail after an earlier one was paid.
        const amounts = paid.map(({ token, amount }) => showAmount(amount, token));
        setReport(`L1 has paid ${amounts.join(", ") || "nothing"}.`);
        onPaid();
      }
    });
  if (owed.length === 0 && report === "") return null;
  return (
    <section class="panel" aria-labelledby="pending-heading">
      <h2 id="pending-heading">Waiting for you on L1</h2>
      {owed.length > 0 && (
        <>
          <p>
            The contract owes you{" "}
            <strong>
              {owed.map(({ token, pending }) => showAmount(pending, token)).join(", ")}
            </strong>
            . Each token takes one transaction on L1.
          </p>
          <button type="button" disabled={isWorking} onClick={withdraw}>
            {isWorking ? "Under way…" : "Withdraw it"}
          </button>
        </>
      )}
      <p role="status">{report}</p>
      {problem && <Problem error={problem.error} />}
    </section>
  );
}

/** @param paid - Receives what was paid, also if a later token fails. */
async function withdrawAll(
  owner: OwnerWallet,
  owed: Holdings["tokens"],
  paid: PendingPayment[],
): Promise<void> {
  for (const { token } of owed) paid.push(...(await owner.withdrawPending({ token: token.id })));
}
