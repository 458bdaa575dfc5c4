/** Several transfers that are included together or not at all. */
import { useRef, useState } from "preact/hooks";
import { Title } from "../../components/title.tsx";
import type { RollupWallet, TransactionBatch } from "../../../src/sdk.ts";
import { ActionForm, type FieldErrors, type Plan } from "../action-form.tsx";
import { AddressField, AmountField, MaxFeeField, TokenField } from "../fields.tsx";
import { KeyGate } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { maxFeeOf, type MaxFees, withConsent } from "../max-fees.ts";
import { shorten } from "../../components/text.ts";
import { showAmount } from "../tokens.ts";
import { assertCovered, promptsOf } from "../transactions.ts";
import { checkAddress, checkAmount, valuesOf } from "../validation.ts";
import { HoldingsGate } from "./holdings-gate.tsx";
import { KeyNotice, keyStateOf } from "./key-state.tsx";
import { BATCH_LENGTH_MAX } from "../../../src/protocol/batches.ts";

export function BatchPage() {
  return (
    <>
      <Title>Batch of transfers</Title>
      <p class="lead">Several transfers in one block: all of them happen, or none.</p>
      <KeyGate>
        {(wallet) => (
          <HoldingsGate>{(holdings) => <BatchForm {...{ wallet, holdings }} />}</HoldingsGate>
        )}
      </KeyGate>
    </>
  );
}

interface FormProps {
  readonly wallet: RollupWallet;
  readonly holdings: Holdings;
}

interface Row {
  readonly key: number;
  readonly to: string;
  readonly tokenId: number;
  readonly amount: string;
}

function BatchForm({ wallet, holdings }: FormProps) {
  const { account, tokens } = holdings;
  const count = useRef(2);
  const newRow = (): Row => ({ key: count.current++, to: "", tokenId: 0, amount: "" });
  const first: readonly Row[] = [0, 1].map((key) => ({ key, to: "", tokenId: 0, amount: "" }));
  const [rows, setRows] = useState(first);
  const [maxFees, setMaxFees] = useState<MaxFees>({});
  const state = keyStateOf(account, wallet);
  if (state !== "set") return <KeyNotice state={state} />;
  const change = (key: number, news: Partial<Row>) =>
    setRows((all) => all.map((row) => (row.key === key ? { ...row, ...news } : row)));
  return (
    <ActionForm
      prepare={() => planBatch(wallet, tokens, rows, maxFees)}
      onAgain={() => {
        setRows([newRow(), newRow()]);
        setMaxFees({});
      }}
    >
      {(errors) => (
        <>
          {rows.map((row, index) => (
            <RowFields
              key={row.key}
              {...{ row, index, errors, tokens }}
              onChange={(news) => change(row.key, news)}
              onRemove={
                rows.length < 2
                  ? undefined
                  : () => setRows((all) => all.filter(({ key }) => key !== row.key))
              }
            />
          ))}
          {tokensOf(tokens, rows).map((token) => (
            <MaxFeeField key={token.id} {...{ token, maxFees, errors, onChange: setMaxFees }} />
          ))}
          <p>
            <button
              type="button"
              class="quiet"
              disabled={rows.length >= BATCH_LENGTH_MAX}
              onClick={() => setRows((all) => [...all, newRow()])}
            >
              Add a transfer
            </button>
          </p>
        </>
      )}
    </ActionForm>
  );
}

interface RowProps {
  readonly row: Row;
  readonly index: number;
  readonly errors: FieldErrors;
  readonly tokens: Holdings["tokens"];
  readonly onChange: (news: Partial<Row>) => void;
  readonly onRemove: (() => void) | undefined;
}

function RowFields({ row, index, errors, tokens, onChange, onRemove }: RowProps) {
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const choice = choices.find(({ token }) => token.id === row.tokenId) ?? choices[0]!;
  const name = (field: string) => `${field}${row.key}`;
  return (
    <fieldset class="row">
      <legend>Transfer {index + 1}</legend>
      <AddressField
        id={name("to")}
        label="To"
        value={row.to}
        error={errors[name("to")]}
        onChange={(to) => onChange({ to })}
      />
      <TokenField
        id={name("token")}
        {...{ choices, value: row.tokenId }}
        onChange={(tokenId) => onChange({ tokenId })}
      />
      <AmountField
        id={name("amount")}
        {...{ choice, place: "on L2", value: row.amount }}
        error={errors[name("amount")]}
        onChange={(amount) => onChange({ amount })}
      />
      {onRemove && (
        <button type="button" class="quiet small" onClick={onRemove}>
          Remove<span class="visually-hidden"> transfer {index + 1}</span>
        </button>
      )}
    </fieldset>
  );
}

/** The tokens of a batch, each once. */
function tokensOf(tokens: Holdings["tokens"], rows: readonly Row[]) {
  const ids = new Set(rows.map(({ tokenId }) => tokenId));
  return tokens.map(({ token }) => token).filter(({ id }) => ids.has(id));
}

async function planBatch(
  wallet: RollupWallet,
  tokens: Holdings["tokens"],
  rows: readonly Row[],
  maxFees: MaxFees,
): Promise<Plan> {
  const holdings = rows.map(({ tokenId }) => tokens.find(({ token }) => token.id === tokenId)!);
  const values = valuesOf(
    Object.fromEntries(
      rows.flatMap(({ key, to, amount }, index) => {
        const { token, accepted: available } = holdings[index]!;
        const rules = { token, available, place: "on L2", form: "packed" } as const;
        return [
          [`to${key}`, checkAddress(to)],
          [`amount${key}`, checkAmount(amount, rules)],
        ];
      }),
    ),
  );
  const transfers = rows.map(({ key, tokenId }) => ({
    to: values[`to${key}`] as string,
    amount: values[`amount${key}`] as bigint,
    token: tokenId,
  }));
  const toBatch = (each: (index: number) => object): TransactionBatch =>
    transfers.reduce(
      (batch, transfer, index) => batch.transfer({ ...transfer, ...each(index) }),
      wallet.batch(),
    );
  const known = holdings.map(({ token }) => token);
  const asked = toBatch((index) => maxFeeOf(maxFees, known[index]!));
  const prepared = await withConsent(known, () => asked.prepare());
  const spent = transfers.map(({ amount }, index) => ({
    token: known[index]!,
    amount: amount + prepared[index]!.fee,
    available: holdings[index]!.accepted,
  }));
  assertCovered(spent, (index) => `amount${rows[index]!.key}`);
  const fixed = (index: number) => ({ fee: prepared[index]!.fee, nonce: prepared[index]!.nonce });
  return {
    title: `Batch of ${transfers.length} transfers`,
    facts: transfers.map(({ to, amount }, index) => [
      `${index + 1}`,
      `${showAmount(amount, known[index]!)} to ${to}, fee ${showAmount(prepared[index]!.fee, known[index]!)}`,
    ]),
    prompts: [
      ...(await promptsOf(wallet, spent)),
      `Account ${shorten(wallet.address)} sends all, with nonces in a row.`,
    ],
    send: () => toBatch(fixed).send(),
  };
}
