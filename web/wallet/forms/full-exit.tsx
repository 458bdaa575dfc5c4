/** A full exit: L1 makes the operator pay out all of a token. */
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Title } from "../../components/title.tsx";
import { useConnection } from "../../rollup/connection.tsx";
import { ActionForm, type Plan } from "../action-form.tsx";
import { TokenField } from "../fields.tsx";
import { useWallet } from "../gate.tsx";
import type { Holdings } from "../holdings.ts";
import { showAmount, tokenName } from "../tokens.ts";
import { HoldingsGate } from "./holdings-gate.tsx";
import { KeyNotice } from "./key-state.tsx";
import { feeFacts } from "./request-fee.ts";

export function FullExitPage() {
  return (
    <>
      <Title>Full exit</Title>
      <p class="lead">
        Ask on L1 for all of a token. No operator can refuse it: if it is not served in time,
        everybody may leave by the <Link href="/wallet/exit">emergency exit</Link>. It needs no L2
        key.
      </p>
      <HoldingsGate>{(holdings) => <FullExitForm holdings={holdings} />}</HoldingsGate>
    </>
  );
}

function FullExitForm({ holdings: { account, tokens } }: { readonly holdings: Holdings }) {
  const { rollup } = useConnection();
  const { owner, account: l1Account } = useWallet();
  const [tokenId, setTokenId] = useState(0);
  if (account === null) return <KeyNotice state="none" />;
  const choices = tokens.map(({ token, accepted }) => ({ token, available: accepted }));
  const plan = async (): Promise<Plan> => {
    const { token, accepted } = tokens.find((each) => each.token.id === tokenId)!;
    const asks = l1Account.wallet === undefined ? "The test key" : l1Account.name;
    return {
      title: `Full exit of ${tokenName(token)}`,
      facts: [
        ["Type", "Full exit, requested on L1"],
        ["Now on L2", showAmount(accepted, token)],
        ["Account", `${account.id}`],
        ["Paid to", <code key="owner">{owner.address}</code>],
        ["Contract", <code key="contract">{rollup.rollupAddress}</code>],
        ...feeFacts(await owner.getRequestFee()),
      ],
      prompts: [`${asks} signs a transaction on L1. Gas is paid in ETH.`],
      warnings: accepted === 0n ? ["You hold nothing of this token on L2."] : [],
      send: (report) => {
        report("Waiting for your wallet and for L1…");
        // The account of the review: a node that names another one now is not asked.
        return owner.requestFullExit({ token: token.id, accountId: account.id });
      },
    };
  };
  return (
    <ActionForm prepare={plan} onAgain={() => {}}>
      {() => <TokenField {...{ choices, value: tokenId, onChange: setTokenId }} />}
    </ActionForm>
  );
}
