/** Proposes a transaction to some members. */
import { useState } from "preact/hooks";
import type { Transaction } from "../../../src/operations/transaction.ts";
import { Field } from "../../components/field.tsx";
import { useWork } from "../../components/use-work.ts";
import { useConnection } from "../../rollup/connection.tsx";
import { useAnswer } from "../../rollup/use-answer.ts";
import { type FieldErrors, useFieldErrors } from "../action-form.tsx";
import { AddressField, AmountField, TokenField } from "../fields.tsx";
import { Problem } from "../problem.tsx";
import { checkAddress, checkAmount, valuesOf } from "../validation.ts";
import { type Seat, sessionState, withProposal } from "./session-state.ts";

const TYPES = [
  ["transfer", "Transfer on L2"],
  ["withdraw", "Withdrawal to L1"],
  ["changePubKey", "Make the group's key the account's key"],
] as const;
type ProposedType = (typeof TYPES)[number][0];

interface Values {
  readonly type: ProposedType;
  readonly to: string;
  readonly tokenId: number;
  readonly amount: string;
  readonly signers: readonly number[];
}

export function Propose({ seat }: { readonly seat: Seat }) {
  const { group } = seat.wallet;
  const others = idsOf(seat).filter((id) => id !== seat.member.id);
  const [values, setValues] = useState<Values>({
    type: "transfer",
    to: "",
    tokenId: 0,
    amount: "",
    signers: [seat.member.id, ...others].slice(0, group.threshold),
  });
  const { errors, showErrors, form } = useFieldErrors();
  const { isWorking, problem, run } = useWork(showErrors);
  const { value: balance = 0n } = useAnswer(
    () => seat.wallet.getBalance(values.tokenId),
    [seat, values.tokenId],
  );
  const propose = (event: Event) => {
    event.preventDefault();
    run(async () => {
      const transaction = await prepare(seat, values, balance);
      const signers = values.signers.toSorted((one, other) => one - other);
      sessionState.set(await withProposal(seat, seat.wallet.propose(transaction, signers)));
    });
  };
  const set = (news: Partial<Values>) => setValues((before) => ({ ...before, ...news }));
  return (
    <form ref={form} class="panel form" noValidate onSubmit={propose}>
      <h2>Propose a transaction</h2>
      <ContentFields {...{ values, errors, balance, set }} />
      <SignerFields {...{ seat, values, set }} />
      <button type="submit" disabled={isWorking}>
        Propose
      </button>
      {problem && <Problem error={problem.error} />}
    </form>
  );
}

function idsOf({ wallet }: Seat): number[] {
  return wallet.group.members.map((_, index) => index + 1);
}

interface ValueProps {
  readonly values: Values;
  readonly set: (news: Partial<Values>) => void;
}

interface ContentProps extends ValueProps {
  readonly errors: FieldErrors;
  readonly balance: bigint;
}

function ContentFields({ values, errors, balance, set }: ContentProps) {
  const { tokens } = useConnection();
  const choices = tokens.map((token) => ({ token, available: balance }));
  const choice = choices.find(({ token }) => token.id === values.tokenId) ?? choices[0]!;
  const isPayment = values.type !== "changePubKey";
  return (
    <>
      <Field id="type" label="What">
        {(attributes) => (
          <select
            {...attributes}
            value={values.type}
            onChange={(event) => set({ type: event.currentTarget.value as ProposedType })}
          >
            {TYPES.map(([type, text]) => (
              <option key={type} value={type}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isPayment && (
        <AddressField
          label="To"
          {...{ value: values.to, error: errors["to"], onChange: (to) => set({ to }) }}
        />
      )}
      <TokenField
        {...{ choices, value: values.tokenId, onChange: (tokenId) => set({ tokenId }) }}
        label={isPayment ? "Token" : "Pay the fee in"}
      />
      {isPayment && (
        <AmountField
          {...{ choice, place: "on L2", value: values.amount, error: errors["amount"] }}
          onChange={(amount) => set({ amount })}
        />
      )}
    </>
  );
}

function SignerFields({ seat, values, set }: ValueProps & { readonly seat: Seat }) {
  const { signers } = values;
  const toggle = (id: number) =>
    set({
      signers: signers.includes(id) ? signers.filter((each) => each !== id) : [...signers, id],
    });
  return (
    <fieldset class="radios">
      <legend>Signers ({seat.wallet.group.threshold} are needed)</legend>
      {idsOf(seat).map((id) => (
        <label key={id}>
          <input type="checkbox" checked={signers.includes(id)} onChange={() => toggle(id)} />
          Member {id}
          {id === seat.member.id && " (you)"}
        </label>
      ))}
    </fieldset>
  );
}

async function prepare(
  { wallet }: Seat,
  { type, to, tokenId, amount }: Values,
  available: bigint,
): Promise<Transaction> {
  if (type === "changePubKey")
    return wallet.prepareKeyChange({ feeToken: tokenId, auth: "eip712" });
  const token = await wallet.getToken(tokenId);
  const form = type === "transfer" ? "packed" : "exact";
  const values = valuesOf({
    to: checkAddress(to),
    amount: checkAmount(amount, { token, available, place: "on L2", form }),
  });
  const params = { ...values, token: tokenId };
  return type === "transfer" ? wallet.prepareTransfer(params) : wallet.prepareWithdraw(params);
}
