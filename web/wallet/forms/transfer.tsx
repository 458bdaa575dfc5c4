/** A transfer to another owner on L2. */
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

export function TransferPage() {
  return (
    <>
      <Title>Transfer</Title>
      <p class="lead">Pay another owner on L2. It is accepted at once, and final with its block.</p>
      <KeyGate>
        {(wallet) => (
          <HoldingsGate>{(holdings) => <TransferForm {...{ wallet, holdings }} />}</HoldingsGate>
        )}
      </KeyGate>
    </>
  );
}

interface FormProps {
  readonly wallet: RollupWallet;
  readonly holdings: Holdings;
}

function TransferForm({ wallet, holdings }: FormProps) {
  const { account, tokens } = holdings;
  const [to, setTo] = useState("");
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
      amount: checkAmount(amount, { ...choice, place: "on L2", form: "packed" }),
    });
  return (
    <ActionForm
      prepare={async () =>
        planTransfer(wallet, tokenOf(holdings, tokenId), { ...input(), maxFees })
      }
      onAgain={() => {
        setTo("");
        setAmount("");
        setMaxFees({});
      }}
    >
      {(errors) => (
        <>
          <AddressField
            label="To"
            hint="The recipient's address on L1. Without an account there, it gets one."
            {...{ value: to, error: errors["to"], onChange: setTo }}
          />
          <TokenField {...{ choices, value: tokenId, onChange: setTokenId }} />
          <AmountField
            {...{ choice, place: "on L2", value: amount, onChange: setAmount }}
            error={errors["amount"]}
          />
          <MaxFeeField {...{ token: choice.token, maxFees, errors, onChange: setMaxFees }} />
        </>
      )}
    </ActionForm>
  );
}

function tokenOf({ tokens }: Holdings, id: number) {
  return tokens.find(({ token }) => token.id === id)!;
}

interface Input {
  readonly to: string;
  readonly amount: bigint;
  readonly maxFees: MaxFees;
}

async function planTransfer(
  wallet: RollupWallet,
  { token, accepted }: Holdings["tokens"][number],
  { to, amount, maxFees }: Input,
): Promise<Plan> {
  const params = { to, token: token.id, amount };
  const batch = wallet.batch().transfer({ ...params, ...maxFeeOf(maxFees, token) });
  const [transaction] = await withConsent([token], () => batch.prepare());
  const { fee, nonce } = transaction!;
  const spent = [{ token, amount: amount + fee, available: accepted }];
  assertCovered(spent, () => "amount");
  const recipient = await wallet.provider.getAccount(to);
  return {
    title: `Transfer of ${showAmount(amount, token)}`,
    facts: describe(transaction!, token),
    prompts: await promptsOf(wallet, spent),
    warnings: [
      ...(to === wallet.address ? ["You are the recipient yourself."] : []),
      ...(recipient === null
        ? ["The recipient has no account yet, and gets one. Make sure that the address is right."]
        : []),
    ],
    send: () => wallet.transfer({ ...params, fee, nonce }),
  };
}
