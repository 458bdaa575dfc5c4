/** A deposit from L1. */
import { useState } from "preact/hooks";
import { DEPOSIT_AMOUNT_MAX, ETH_TOKEN_ID } from "../../../src/protocol/constants.ts";
import type { OwnerWallet, Rollup } from "../../../src/sdk.ts";
import type { Fact } from "../facts.tsx";
import { Title } from "../../components/title.tsx";
import { useConnection } from "../../rollup/connection.tsx";
import { ActionForm, type Plan } from "../action-form.tsx";
import { AmountField, TokenField } from "../fields.tsx";
import { useWallet } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { showAmount } from "../tokens.ts";
import { feeFacts } from "./request-fee.ts";
import { checkAmount, valuesOf } from "../validation.ts";
import { HoldingsGate } from "./holdings-gate.tsx";

export function DepositPage() {
  return (
    <>
      <Title>Deposit</Title>
      <p class="lead">
        Move a token from L1 to your account on L2. The operator must serve it; no deposit is lost.
      </p>
      <HoldingsGate>{(holdings) => <DepositForm holdings={holdings} />}</HoldingsGate>
    </>
  );
}

function DepositForm({ holdings: { tokens } }: { readonly holdings: Holdings }) {
  const { rollup } = useConnection();
  const { owner, account } = useWallet();
  const [tokenId, setTokenId] = useState(0);
  const [amount, setAmount] = useState("");
  const choices = tokens.map(({ token, onL1 }) => ({
    token,
    available: onL1 < DEPOSIT_AMOUNT_MAX ? onL1 : DEPOSIT_AMOUNT_MAX,
  }));
  const choice = choices.find(({ token }) => token.id === tokenId) ?? choices[0]!;
  const plan = () => {
    const rules = { ...choice, place: "on L1", form: "exact" } as const;
    const values = valuesOf({ amount: checkAmount(amount, rules) });
    const { token } = tokens.find((each) => each.token.id === tokenId)!;
    const asks = account.wallet === undefined ? "The test key" : account.name;
    return planDeposit({ rollup, owner, asks }, token, values.amount, choice.available);
  };
  return (
    <ActionForm prepare={plan} onAgain={() => setAmount("")}>
      {(errors) => (
        <>
          <TokenField {...{ choices, value: tokenId, onChange: setTokenId }} />
          <AmountField
            {...{ choice, place: "on L1", value: amount, onChange: setAmount }}
            error={errors["amount"]}
          />
        </>
      )}
    </ActionForm>
  );
}

interface Depositor {
  readonly rollup: Rollup;
  readonly owner: OwnerWallet;
  /** Name of what signs on L1. */
  readonly asks: string;
}

async function planDeposit(
  { rollup, owner, asks }: Depositor,
  token: Holdings["tokens"][number]["token"],
  amount: bigint,
  available: bigint,
): Promise<Plan> {
  const { rollupAddress, chainId } = rollup;
  const requestFee = await owner.getRequestFee();
  const isEth = token.id === ETH_TOKEN_ID;
  const allowance = isEth ? amount : await owner.getDepositAllowance(token.id);
  const needsApproval = allowance < amount;
  const facts: Fact[] = [
    ["Type", "Deposit from L1"],
    ["Amount", showAmount(amount, token)],
    ["For", <code key="owner">{owner.address}</code>],
    ["Contract", <code key="contract">{rollupAddress}</code>],
    ["Chain", String(chainId)],
    ...feeFacts(requestFee),
  ];
  const approvals = [
    ...(allowance > 0n
      ? [`${asks} signs the end of an earlier approval of ${showAmount(allowance, token)}.`]
      : []),
    `${asks} signs an approval: the contract may take ${showAmount(amount, token)}.`,
  ];
  return {
    title: `Deposit of ${showAmount(amount, token)}`,
    facts,
    prompts: [
      ...(needsApproval ? approvals : []),
      `${asks} signs the deposit, a transaction on L1. Gas is paid in ETH.`,
    ],
    warnings:
      isEth && amount + requestFee >= available
        ? ["This leaves no ETH on L1 for gas. Deposit less."]
        : [],
    send: async (report) => {
      if (needsApproval) {
        report("Approving: waiting for your wallet and for L1…");
        await owner.approveDeposits({ token: token.id, amount });
      }
      report("Depositing: waiting for your wallet and for L1…");
      return owner.deposit({ token: token.id, amount });
    },
  };
}
