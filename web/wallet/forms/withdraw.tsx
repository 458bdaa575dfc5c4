/** A withdrawal to L1. */
import { useState } from "preact/hooks";
import { Title } from "../../components/title.tsx";
import type { RollupWallet } from "../../../src/sdk.ts";
import { ActionForm, type Plan } from "../action-form.tsx";
import { AddressField, AmountField, MaxFeeField, TokenField } from "../fields.tsx";
import { KeyGate } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { showAmount } from "../tokens.ts";
import { assertCovered, describe, prepare, promptsOf } from "../transactions.ts";
import { checkAddress, checkAmount, checkMaxFee, valuesOf } from "../validation.ts";
import { HoldingsGate } from "./holdings-gate.tsx";
import { KeyNotice, keyStateOf } from "./key-state.tsx";

export function WithdrawPage() {
  return (
    <>
      <Title>Withdraw</Title>
      <p class="lead">Move a token to L1. L1 pays when the block is executed.</p>
      <KeyGate>
        {(wallet) => (
          <HoldingsGate>{(holdings) => <WithdrawForm {...{ wallet, holdings }} />}</HoldingsGate>
        )}
      </KeyGate>
    </>
  );
}

interface FormProps {
  readonly wallet: RollupWallet;
  readonly holdings: Holdings;
}

function WithdrawForm({ wallet, holdings: { account, tokens } }: FormProps) {
  const [to, setTo] = useState(wallet.address);
  const [tokenId, setTokenId] = useState(0);
  const [amount, setAmount] = useState("");
  const [maxFee, setMaxFee] = useState("");
  const state = keyStateOf(account, wallet);
  if (state !== "set") return <KeyNotice state={state} />;
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const choice = choices.find(({ token }) => token.id === tokenId) ?? choices[0]!;
  const input = () =>
    valuesOf({
      to: checkAddress(to),
      amount: checkAmount(amount, { ...choice, place: "on L2", form: "exact" }),
      maxFee: checkMaxFee(maxFee, choice.token),
    });
  return (
    <ActionForm
      prepare={async () => planWithdrawal(wallet, holding(tokens, tokenId), input())}
      onAgain={() => setAmount("")}
    >
      {(errors) => (
        <>
          <TokenField {...{ choices, value: tokenId, onChange: setTokenId }} />
          <AmountField
            {...{ choice, place: "on L2", value: amount, onChange: setAmount }}
            error={errors["amount"]}
          />
          <AddressField
            label="To"
            hint="Who is paid on L1. Exchanges often credit no payments of contracts."
            {...{ value: to, error: errors["to"], onChange: setTo }}
          />
          <MaxFeeField {...{ value: maxFee, error: errors["maxFee"], onChange: setMaxFee }} />
        </>
      )}
    </ActionForm>
  );
}

function holding(tokens: Holdings["tokens"], id: number) {
  return tokens.find(({ token }) => token.id === id)!;
}

interface Input {
  readonly to: string;
  readonly amount: bigint;
  readonly maxFee: bigint | undefined;
}

async function planWithdrawal(
  wallet: RollupWallet,
  { token, accepted }: Holdings["tokens"][number],
  { to, amount, maxFee }: Input,
): Promise<Plan> {
  const params = { to, token: token.id, amount };
  const batch = wallet.batch().withdraw({ ...params, ...(maxFee !== undefined && { maxFee }) });
  const [transaction] = await prepare(batch, [token]);
  const { fee, nonce } = transaction!;
  const spent = [{ token, amount: amount + fee, available: accepted }];
  assertCovered(spent, () => "amount");
  return {
    title: `Withdrawal of ${showAmount(amount, token)}`,
    facts: describe(transaction!, token),
    prompts: [
      ...(await promptsOf(wallet, spent)),
      "When its block is executed, the contract pays on L1 by itself.",
    ],
    warnings: to === wallet.address ? [] : ["Somebody else than you is paid on L1."],
    send: () => wallet.withdraw({ ...params, fee, nonce }),
  };
}
