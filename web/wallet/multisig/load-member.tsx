/** Takes a member's secret into memory, and connects to the group's account. */
import { useRef, useState } from "preact/hooks";
import { MultisigMember, MultisigWallet } from "../../../src/multisig.ts";
import type { Rollup } from "../../../src/sdk.ts";
import { Field } from "../../components/field.tsx";
import { useWork } from "../../components/use-work.ts";
import { useStore } from "../../components/store.ts";
import { useConnection } from "../../rollup/connection.tsx";
import { accountState } from "../account.ts";
import { InvalidFields, useFieldErrors } from "../action-form.tsx";
import { AddressField } from "../fields.tsx";
import { Problem } from "../problem.tsx";
import { checkAddress, valuesOf } from "../validation.ts";
import { emptySession, sessionState } from "./session-state.ts";

const FILE_BYTES_MAX = 1_000_000;

export function LoadMember() {
  const { rollup } = useConnection();
  const account = useStore(accountState);
  const [owner, setOwner] = useState(account.status === "connected" ? account.account.address : "");
  const { errors, showErrors, form } = useFieldErrors();
  const { isWorking, problem, run } = useWork(showErrors);
  const secret = useRef<HTMLTextAreaElement>(null);
  const load = (event: Event) => {
    event.preventDefault();
    run(() => open(rollup, secret.current!.value, owner));
  };
  const readFile = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (file === undefined || file.size > FILE_BYTES_MAX) return;
    secret.current!.value = await file.text();
    input.value = "";
  };
  return (
    <form ref={form} class="panel form" noValidate onSubmit={load}>
      <h2>Your part of the key</h2>
      <p class="notice warn">
        Whoever sees this secret can sign in your name. It stays in the memory of this page until
        you forget it or close the page, and is never sent.
      </p>
      <Field
        id="secret"
        label="Secret"
        hint="The JSON that rollup:multisig keygen has written for you."
        error={errors["secret"]}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            ref={secret}
            class="mono secret"
            rows={3}
            autocomplete="off"
            spellcheck={false}
          />
        )}
      </Field>
      <Field id="secret-file" label="… or its file">
        {(attributes) => (
          <input
            {...attributes}
            type="file"
            accept=".json,application/json"
            onChange={(event) => void readFile(event.currentTarget)}
          />
        )}
      </Field>
      <AddressField
        id="owner"
        label="Owner of the account on L1"
        hint="The address that the group's account belongs to, such as a Safe."
        {...{ value: owner, error: errors["owner"], onChange: setOwner }}
      />
      <button type="submit" disabled={isWorking}>
        Use it
      </button>
      {problem && <Problem error={problem.error} />}
    </form>
  );
}

async function open(rollup: Rollup, secret: string, owner: string): Promise<void> {
  const { owner: address } = valuesOf({ owner: checkAddress(owner) });
  const member = MultisigMember.fromSecret(parseSecret(secret));
  // The connection knows whether the pages, not the node, have named the contract.
  const options = { group: member.group, address };
  const wallet = await MultisigWallet.create(await rollup.getL1(), rollup, options);
  sessionState.set(emptySession({ wallet, member }));
}

/** An error of `JSON.parse` would show a part of the secret. */
function parseSecret(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidFields({ secret: { text: "This is no JSON of a member's secret." } });
  }
}
