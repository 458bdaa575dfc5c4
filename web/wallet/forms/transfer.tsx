/** A transfer to another owner on L2. */
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
  const [maxFee, setMaxFee] = useState("");
  const state = keyStateOf(account, wallet);
  if (state !== "set") return <KeyNotice state={state} />;
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const choice = choices.find(({ token }) => token.id === tokenId) ?? choices[0]!;
  const input = () =>
    valuesOf({
      to: checkAddress(to),
      amount: checkAmount(amount, { ...choice, place: "on L2", form: "packed" }),
      maxFee: checkMaxFee(maxFee, choice.token),
    });
  return (
    <ActionForm
      prepare={async () => planTransfer(wallet, tokenOf(holdings, tokenId), input())}
      onAgain={() => {
        setTo("");
        setAmount("");
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
          <MaxFeeField {...{ value: maxFee, error: errors["maxFee"], onChange: setMaxFee }} />
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
  readonly maxFee: bigint | undefined;
}

async function planTransfer(
  wallet: RollupWallet,
  { token, accepted }: Holdings["tokens"][number],
  { to, amount, maxFee }: Input,
): Promise<Plan> {
  const params = { to, token: token.id, amount };
  const batch = wallet.batch().transfer({ ...params, ...(maxFee !== undefined && { maxFee }) });
  const [transaction] = await prepare(batch, [token]);
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
