/** Sets the derived key as the signing key of the account. */
import { useState } from "preact/hooks";
import { TIMESTAMP_MAX } from "../../../src/protocol/constants.ts";
import type { RollupWallet } from "../../../src/sdk.ts";
import { Title } from "../../components/title.tsx";
import { ActionForm, type Plan } from "../action-form.tsx";
import { MaxFeeField, TokenField } from "../fields.tsx";
import { KeyGate, useWallet } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { maxFeeOf, type MaxFees, withConsent } from "../max-fees.ts";
import { showAmount } from "../tokens.ts";
import { assertCovered, describe, keyFee } from "../transactions.ts";
import { HoldingsGate } from "./holdings-gate.tsx";
import { KeyNotice, keyStateOf } from "./key-state.tsx";

export function ActivatePage() {
  return (
    <>
      <Title>Activate your key</Title>
      <p class="lead">
        Once, before you send anything: it makes the key of this wallet the signing key of your
        account.
      </p>
      <KeyGate>
        {(wallet) => (
          <HoldingsGate>{(holdings) => <ActivateForm {...{ wallet, holdings }} />}</HoldingsGate>
        )}
      </KeyGate>
    </>
  );
}

interface FormProps {
  readonly wallet: RollupWallet;
  readonly holdings: Holdings;
}

function ActivateForm({ wallet, holdings }: FormProps) {
  const { account: l1Account } = useWallet();
  const [tokenId, setTokenId] = useState(0);
  const [maxFees, setMaxFees] = useState<MaxFees>({});
  const { account, tokens } = holdings;
  const state = keyStateOf(account, wallet);
  // The form stays when the key is set: it shows the stages.
  const [wasNeeded] = useState(state !== "set");
  if (account === null) return <KeyNotice state={state} />;
  if (!wasNeeded) return <p class="notice good">Your key is active already.</p>;
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const name = l1Account.wallet === undefined ? undefined : l1Account.name;
  const chosen = tokens.find(({ token }) => token.id === tokenId)!;
  return (
    <ActionForm
      prepare={() => planKey(wallet, account, chosen, { maxFees, walletName: name })}
      onAgain={() => {}}
    >
      {(errors) => (
        <>
          {state === "other" && (
            <p class="notice warn">
              Your account has another signing key, perhaps of another program. This one replaces
              it.
            </p>
          )}
          <TokenField
            label="Pay the fee in"
            {...{ choices, value: tokenId, onChange: setTokenId, error: errors["token"] }}
          />
          <MaxFeeField {...{ token: chosen.token, maxFees, errors, onChange: setMaxFees }} />
        </>
      )}
    </ActionForm>
  );
}

interface Consent {
  readonly maxFees: MaxFees;
  /** Of the browser's wallet, which asks; undefined for a test key. */
  readonly walletName: string | undefined;
}

async function planKey(
  wallet: RollupWallet,
  account: NonNullable<Holdings["account"]>,
  { token, accepted }: Holdings["tokens"][number],
  { maxFees, walletName }: Consent,
): Promise<Plan> {
  const maximum = maxFeeOf(maxFees, token);
  const fee = await withConsent([token], () => keyFee(wallet, token.id, maximum));
  assertCovered([{ token, amount: fee, available: accepted }], () => "token");
  const { nonce, id: accountId } = account;
  const content = { type: "changePubKey", accountId, nonce, tokenId: token.id } as const;
  const transaction = { ...content, fee, validFrom: 0n, validUntil: TIMESTAMP_MAX };
  const hash = `0x${wallet.signer.pubKeyHash.toString(16)}`;
  const consent =
    walletName === undefined
      ? "The test key signs the consent to this key by itself."
      : `${walletName} asks you to sign typed data (EIP-712) “ChangePubKey”: this hash, the nonce and the account. It costs nothing.`;
  return {
    title: "Activation of the signing key",
    facts: [...describe(transaction, token), ["Key hash", <code key="hash">{hash}</code>]],
    prompts: [consent, `The fee of ${showAmount(fee, token)} is paid on L2.`],
    send: (report) => {
      report("Waiting for your consent…");
      return wallet.setSigningKey({ feeToken: token.id, fee, nonce });
    },
  };
}
