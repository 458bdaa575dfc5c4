/** The fields that the forms share: a token, an amount of it, an address. */
import { formatAmount } from "../../src/sdk.ts";
import { Field, type FieldError } from "../components/field.tsx";
import { type MaxFees, maxFeeId } from "./max-fees.ts";
import { showAmount, type ShownToken, tokenName } from "./tokens.ts";

/** A token, and how much of it there is. */
export interface TokenChoice {
  readonly token: ShownToken;
  readonly available: bigint;
}

interface TokenFieldProps {
  readonly id?: string;
  readonly label?: string;
  readonly choices: readonly TokenChoice[];
  readonly value: number;
  readonly error?: FieldError | undefined;
  readonly onChange: (id: number) => void;
}

export function TokenField(props: TokenFieldProps) {
  const { id = "token", label = "Token", choices, value, error, onChange } = props;
  return (
    <Field id={id} label={label} error={error}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        >
          {choices.map(({ token }) => (
            <option key={token.id} value={token.id}>
              {tokenName(token)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface AmountFieldProps {
  readonly id?: string;
  readonly choice: TokenChoice;
  /** Where the amount is, such as "on L2". */
  readonly place: string;
  readonly value: string;
  readonly error: FieldError | undefined;
  readonly onChange: (text: string) => void;
}

export function AmountField(props: AmountFieldProps) {
  const { id = "amount", choice, place, value, error, onChange } = props;
  const { token, available } = choice;
  const hint = `You have ${showAmount(available, token)} ${place}.`;
  return (
    <Field id={id} label="Amount" hint={hint} error={error} onPropose={onChange}>
      {(attributes) => (
        <span class="with-button">
          <input
            {...attributes}
            inputMode="decimal"
            autocomplete="off"
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          <button
            type="button"
            class="quiet"
            onClick={() => onChange(formatAmount(available, token))}
          >
            All<span class="visually-hidden"> that there is</span>
          </button>
        </span>
      )}
    </Field>
  );
}

interface AddressFieldProps {
  readonly id?: string;
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly error: FieldError | undefined;
  readonly onChange: (text: string) => void;
}

export function AddressField({ id = "to", value, onChange, ...rest }: AddressFieldProps) {
  return (
    <Field id={id} {...rest}>
      {(attributes) => (
        <input
          {...attributes}
          class="mono"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface MaxFeeFieldProps {
  readonly token: ShownToken;
  readonly maxFees: MaxFees;
  readonly errors: Readonly<Record<string, FieldError>>;
  readonly onChange: (maxFees: MaxFees) => void;
}

/** Shown only if the operator asks for more than a wallet signs by itself. */
export function MaxFeeField({ token, maxFees, errors, onChange: onChangeAll }: MaxFeeFieldProps) {
  const id = maxFeeId(token.id);
  const [value, error] = [maxFees[token.id] ?? "", errors[id]];
  if (error === undefined && value === "") return null;
  const onChange = (text: string) => onChangeAll({ ...maxFees, [token.id]: text });
  const hint = "Leave it empty to pay usual fees only.";
  return (
    <Field
      id={id}
      label={`Highest fee that you agree to, in ${tokenName(token)}`}
      {...{ hint, error }}
      onPropose={onChange}
    >
      {(attributes) => (
        <input
          {...attributes}
          inputMode="decimal"
          autocomplete="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
