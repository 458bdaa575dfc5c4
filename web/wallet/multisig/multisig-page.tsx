/** A member of a group takes part in a signing session; messages travel by copy and paste. */
import { useState } from "preact/hooks";
import { useWork } from "../../components/use-work.ts";
import { useStore } from "../../components/store.ts";
import { Title } from "../../components/title.tsx";
import { Facts } from "../facts.tsx";
import { Problem } from "../problem.tsx";
import { LoadMember } from "./load-member.tsx";
import { Propose } from "./propose.tsx";
import {
  addMessages,
  emptySession,
  readMessages,
  type SessionState,
  sessionState,
  sizeOf,
} from "./session-state.ts";
import { SessionView } from "./session-view.tsx";

export function MultisigPage() {
  const state = useStore(sessionState);
  return (
    <>
      <Title>Account with several signers</Title>
      <p class="lead">
        Sign together with the other members of a group: propose a transaction, agree to it, and
        send what all have signed. Messages are texts that you copy and paste; none of them is a
        secret.
      </p>
      {state === undefined ? <LoadMember /> : <Seated state={state} />}
      <p class="hint">
        To create a group, change its members, or judge a complaint, use{" "}
        <code>npx hardhat rollup:multisig</code>: key generation takes part on each member's
        machine.
      </p>
    </>
  );
}

function Seated({ state }: { readonly state: SessionState }) {
  const { seat, proposal } = state;
  const { wallet, member } = seat;
  const { group } = member;
  const forget = () => sessionState.set(undefined);
  return (
    <>
      <section class="panel session" aria-labelledby="group-heading">
        <h2 id="group-heading">Your group</h2>
        <Facts
          facts={[
            ["Signers", sizeOf(group)],
            ["You are", `member ${member.id}`],
            ["Account of", <code key="address">{wallet.address}</code>],
            ["Fingerprint", <code key="fingerprint">{group.fingerprint}</code>],
          ]}
        />
        <p class="hint">Compare the fingerprint with all members before you send money there.</p>
        <button type="button" class="quiet" onClick={forget}>
          Forget the secret
        </button>
      </section>
      {proposal === undefined && <Propose seat={seat} />}
      <Inbox state={state} />
      {proposal !== undefined && <SessionView state={state} />}
      {proposal !== undefined && (
        <button type="button" class="quiet" onClick={() => sessionState.set(emptySession(seat))}>
          Leave this session
        </button>
      )}
    </>
  );
}

function Inbox({ state }: { readonly state: SessionState }) {
  const [text, setText] = useState("");
  const { problem, run } = useWork();
  const [report, setReport] = useState("");
  const add = (event: Event) => {
    event.preventDefault();
    run(async () => {
      setReport("");
      const messages = readMessages(text);
      sessionState.set(await addMessages(state, messages));
      setText("");
      setReport(`${messages.length} ${messages.length === 1 ? "message" : "messages"} added.`);
    });
  };
  return (
    <form class="panel form" onSubmit={add}>
      <div class="field">
        <label for="inbox">Messages of the others</label>
        <textarea
          id="inbox"
          class="mono"
          rows={4}
          value={text}
          spellcheck={false}
          aria-describedby="inbox-hint"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="hint" id="inbox-hint">
          A proposal, commitments or shares, also several at once.
        </p>
      </div>
      <button type="submit" disabled={text.trim() === ""}>
        Add
      </button>
      <p role="status" class="hint">
        {report}
      </p>
      {problem && <Problem error={problem.error} />}
    </form>
  );
}
