/** One account: its balances in three states, its history, and its place in the state tree. */
import { Link, useParams } from "wouter-preact";
import { isAddress } from "ethers";
import type { AccountInfo, StateName } from "../../src/sdk.ts";
import { Amount, TokenName } from "../components/amount.tsx";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { Hash, L1Link } from "../components/references.tsx";
import { showCount, toWord } from "../components/text.ts";
import { Title } from "../components/title.tsx";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { History } from "./history.tsx";
import { LeafCard } from "./leaf-card.tsx";

const STATES = ["accepted", "committed", "finalized"] as const satisfies readonly StateName[];

/** An account in each state; null where it does not exist. */
type AccountStates = Readonly<Record<StateName, AccountInfo | null>>;

/** The highest id that an account can have, uint24. */
const ACCOUNT_ID_MAX = 2 ** 24 - 1;

/** Reads how an account is named in a path; undefined if it is not. */
function toReference(text: string): number | string | undefined {
  if (/^\d{1,8}$/.test(text) && Number(text) <= ACCOUNT_ID_MAX) return Number(text);
  return isAddress(text) && text.startsWith("0x") ? text : undefined;
}

async function readStates(
  { rollup }: Connection,
  reference: number | string,
): Promise<AccountStates | null> {
  const accepted = await rollup.getAccountState(reference, "accepted");
  if (accepted === null) return null;
  const [committed, finalized] = await Promise.all([
    rollup.getAccountState(accepted.id, "committed"),
    rollup.getAccountState(accepted.id, "finalized"),
  ]);
  return { accepted, committed, finalized };
}

export function AccountPage() {
  const { account: text } = useParams<{ account: string }>();
  const reference = toReference(text);
  return (
    <>
      <Title>{typeof reference === "number" ? `Account ${reference}` : "Account"}</Title>
      {reference === undefined ? (
        <Empty>
          An account is named by its id, a small number, or by the L1 address of its owner: 0x and
          40 hexadecimal digits. <Link href="/">Go to the start</Link>.
        </Empty>
      ) : (
        <KnownAccount reference={reference} />
      )}
    </>
  );
}

function KnownAccount({ reference }: { readonly reference: number | string }) {
  const connection = useConnection();
  const answer = useLiveAnswer(() => readStates(connection, reference), [connection, reference]);
  return (
    <Answered answer={answer} what="the account">
      {(states) =>
        states?.accepted ? (
          <>
            <AccountFacts account={states.accepted} />
            <Balances states={states} />
            <History accountId={states.accepted.id} path={`/accounts/${reference}`} />
            <LeafCard accountId={states.accepted.id} />
          </>
        ) : (
          <NoAccount reference={reference} />
        )
      }
    </Answered>
  );
}

function NoAccount({ reference }: { readonly reference: number | string }) {
  return (
    <Card title="No account">
      <Empty>
        {typeof reference === "number"
          ? `No account has the id ${reference} yet: ids are given in the order of first deposits and transfers.`
          : `${reference} has no account on this rollup yet. The first deposit or transfer to it makes one.`}{" "}
        <Link href="/wallet">Open the wallet</Link>.
      </Empty>
    </Card>
  );
}

function AccountFacts({ account }: { readonly account: AccountInfo }) {
  const { info } = useConnection();
  const { id, address, nonce, pubKeyHash } = account;
  return (
    <Card title="Account">
      <Facts>
        <Fact name="Id">
          {id}
          {id === info.feeAccountId && <span class="faint"> · receives the fees of blocks</span>}
        </Fact>
        <Fact name="Owner on L1">
          <L1Link kind="address" value={address} length="whole" />
        </Fact>
        <Fact name="Nonce">{showCount(nonce)}</Fact>
        <Fact name="Signing key">
          {pubKeyHash === 0n ? (
            <span class="warn">not set: its tokens leave only by L1 requests and forced exits</span>
          ) : (
            <>
              set, of hash <Hash value={toWord(pubKeyHash)} what="the hash of the signing key" />
            </>
          )}
        </Fact>
      </Facts>
    </Card>
  );
}

function Balances({ states }: { readonly states: AccountStates }) {
  const ids = STATES.flatMap((name) => states[name]?.balances.map(({ tokenId }) => tokenId) ?? []);
  const tokenIds = [...new Set(ids)].sort((one, other) => one - other);
  const amountOf = (name: StateName, tokenId: number) =>
    states[name]?.balances.find((balance) => balance.tokenId === tokenId)?.amount ?? 0n;
  return (
    <Card title="Balances">
      {tokenIds.length === 0 ? (
        <Empty>This account holds nothing. A deposit or a transfer to it changes that.</Empty>
      ) : (
        <TableScroll label="Balances">
          <table>
            <thead>
              <tr>
                <th scope="col">Token</th>
                {STATES.map((name) => (
                  <th scope="col" class="number" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {tokenIds.map((tokenId) => (
                <tr key={tokenId}>
                  <th scope="row">
                    <Link href={`/tokens/${tokenId}`}>
                      <TokenName tokenId={tokenId} />
                    </Link>
                  </th>
                  {STATES.map((name) => (
                    <td class="number" key={name}>
                      <Amount amount={amountOf(name, tokenId)} tokenId={tokenId} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      <p class="note">
        Accepted: by the operator. Committed: of the public data on L1. Finalized: executed on L1;
        nobody takes it back.
      </p>
    </Card>
  );
}
