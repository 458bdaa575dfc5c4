/** A session from the proposal to the signed transaction. */
import { useMemo, useState } from "preact/hooks";
import type { SignedTransaction } from "../../../src/operations/transaction.ts";
import { CopyButton } from "../../components/copyable.tsx";
import { Facts } from "../facts.tsx";
import { useStore } from "../../components/store.ts";
import { useWork } from "../../components/use-work.ts";
import { useConnection } from "../../rollup/connection.tsx";
import { accountState, type L1Account } from "../account.ts";
import { guarded, track } from "../activity.ts";
import { Problem } from "../problem.tsx";
import { ActivityView, useActivity } from "../stages.tsx";
import { factsOf } from "../transactions.ts";
import {
  combine,
  type Seat,
  type SessionState,
  sessionState,
  withCommitments,
} from "./session-state.ts";

interface ViewProps {
  readonly state: SessionState;
}

export function SessionView({ state }: ViewProps) {
  const { seat, proposal, review, session, packed, commitments, shares } = state;
  const { problem, run } = useWork();
  const own = seat.member.id;
  const isSigner = review!.signers.includes(own);
  const join = () =>
    run(async () => {
      const joined = await seat.wallet.join(seat.member, proposal);
      const all = new Map([...commitments, [own, joined.commitment]]);
      sessionState.set(withCommitments({ ...state, session: joined }, all));
    });
  const sign = () =>
    run(async () => {
      await Promise.resolve();
      const signed = session!.sign(packed);
      sessionState.set({ ...state, shares: new Map([...shares, [own, signed]]) });
    });
  const share = shares.get(own);
  return (
    <section class="panel session" aria-labelledby="session-heading">
      <h2 id="session-heading">Session</h2>
      <Facts facts={factsOf(review!.lines)} />
      <SignerList {...{ state }} />
      <Message title="Proposal, for all signers" message={proposal} />
      {isSigner && session === undefined && (
        <>
          <p>Read every line above. By joining you agree to this transaction.</p>
          <button type="button" onClick={join}>
            Agree and join
          </button>
        </>
      )}
      {session && <Message title="Your commitment, for all signers" message={session.commitment} />}
      {session && packed === undefined && (
        <p class="hint">Keep this page open, and paste the commitments of the other signers.</p>
      )}
      {session && packed && share === undefined && (
        <>
          <p>All signers have joined. Your signature counts for this transaction alone.</p>
          <button type="button" onClick={sign}>
            Sign
          </button>
        </>
      )}
      {share && <Message title="Your share, for whoever sends it" message={share} />}
      {problem && <Problem error={problem.error} />}
      <Submit state={state} />
    </section>
  );
}

function SignerList({ state: { review, commitments, shares } }: ViewProps) {
  return (
    <ul class="signers" aria-live="polite">
      {review!.signers.map((id) => (
        <li key={id}>
          Member {id}:{" "}
          <span class={shares.has(id) ? "mark good" : "mark"}>
            {shares.has(id) ? "has signed" : commitments.has(id) ? "has joined" : "waiting"}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Message({ title, message }: { readonly title: string; readonly message: unknown }) {
  const text = JSON.stringify(message);
  return (
    <div class="message" data-type={String(Reflect.get(message as object, "type"))}>
      <p>
        {title} <CopyButton text={text} what={title} />
      </p>
      <textarea class="mono" rows={2} readOnly aria-label={title} value={text} />
    </div>
  );
}

/** Sends what all have signed. */
function Submit({ state }: ViewProps) {
  const { rollup } = useConnection();
  const connected = useStore(accountState);
  const account = connected.status === "connected" ? connected.account : undefined;
  const [activity, setActivity] = useState<number>();
  const { isWorking, problem, run } = useWork();
  const combined = useMemo(() => attemptToCombine(state), [state]);
  const shown = useActivity(activity ?? 0);
  if (combined.error !== undefined) return <Problem error={combined.error} />;
  if (combined.signed === undefined) return null;
  const { signed } = combined;
  const send = () =>
    run(async () => {
      const handle = await guarded(() => submit(state.seat, signed, account));
      setActivity(track(rollup, "Transaction of the group", handle));
    });
  return (
    <>
      <p role="status">All shares are there, and their sum is a signature of the group.</p>
      {signed.type === "changePubKey" && (
        <p class="hint">
          The owner of the account consents to the key: connect its wallet, or have the owner's
          contract call setAuthPubKeyHash first (see rollup:multisig submit).
        </p>
      )}
      {activity === undefined && (
        <button type="button" disabled={isWorking} onClick={send}>
          {isWorking ? "Sending…" : "Send the transaction"}
        </button>
      )}
      {shown && <ActivityView activity={shown} />}
      {problem && <Problem error={problem.error} />}
    </>
  );
}

function attemptToCombine(state: SessionState): {
  readonly signed?: SignedTransaction | undefined;
  readonly error?: unknown;
} {
  try {
    return { signed: combine(state) };
  } catch (error) {
    return { error };
  }
}

/** A change of the key also takes the owner's consent, by the connected wallet if it is the owner. */
async function submit({ wallet }: Seat, signed: SignedTransaction, account: L1Account | undefined) {
  const isOwner = account?.address === wallet.address;
  if (signed.type !== "changePubKey" || !isOwner) return wallet.submit(signed);
  return wallet.submit(signed, await wallet.signKeyChange(account.signer, signed));
}
