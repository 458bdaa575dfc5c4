/** A withdrawal to L1. */
import { useState } from "preact/hooks";
import { Title } from "../../components/title.tsx";
import type { RollupWallet } from "../../../src/sdk.ts";
import { ActionForm, type Plan } from "../action-form.tsx";
import { AddressField, AmountField, MaxFeeField, TokenField } from "../fields.tsx";
import { KeyGate } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { maxFeeOf, type MaxFees, withConsent } from "../max-fees.ts";
import { showAmount } from "../tokens.ts";
import { assertCovered, describe, promptsOf } from "../transactions.ts";
import { checkAddress, checkAmount, valuesOf } from "../validation.ts";
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
  const [maxFees, setMaxFees] = useState<MaxFees>({});
  const state = keyStateOf(account, wallet);
  if (state !== "set") return <KeyNotice state={state} />;
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const choice = choices.find(({ token }) => token.id === tokenId) ?? choices[0]!;
  const input = () =>
    valuesOf({
      to: checkAddress(to),
      amount: checkAmount(amount, { ...choice, place: "on L2", form: "exact" }),
    });
  return (
    <ActionForm
      prepare={async () =>
        planWithdrawal(wallet, holding(tokens, tokenId), { ...input(), maxFees })
      }
      onAgain={() => {
        setAmount("");
        setMaxFees({});
      }}
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
          <MaxFeeField {...{ token: choice.token, maxFees, errors, onChange: setMaxFees }} />
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
  readonly maxFees: MaxFees;
}

async function planWithdrawal(
  wallet: RollupWallet,
  { token, accepted }: Holdings["tokens"][number],
  { to, amount, maxFees }: Input,
): Promise<Plan> {
  const params = { to, token: token.id, amount };
  const batch = wallet.batch().withdraw({ ...params, ...maxFeeOf(maxFees, token) });
  const [transaction] = await withConsent([token], () => batch.prepare());
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
