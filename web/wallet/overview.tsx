/** The wallet at a glance: balances, what is under way, and what has happened. */
import { useEffect } from "preact/hooks";
import { Link } from "wouter-preact";
import type { AccountTransaction } from "../../src/sdk.ts";
import { Failure } from "../components/failure.tsx";
import { Loading } from "../components/loading.tsx";
import { useStore } from "../components/store.ts";
import { Title } from "../components/title.tsx";
import { useSteadyAnswer } from "../rollup/use-live.ts";
import { activities } from "./activity.ts";
import { KeyNotice, keyStateOf } from "./forms/key-state.tsx";
import { useWallet } from "./gate.tsx";
import { type Holdings, type TokenHoldings, useHoldings } from "./holdings.ts";
import { PendingPanel } from "./pending.tsx";
import { lock } from "./session.ts";
import { ActivityView } from "./stages.tsx";
import { shorten } from "../components/text.ts";
import { glance, showAmount, tokenName } from "./tokens.ts";

const HISTORY_ITEMS = 10;

export function OverviewPage() {
  const { owner, wallet } = useWallet();
  const { value, error, refresh, changes } = useHoldings(owner);
  return (
    <>
      <Title>Wallet</Title>
      {error !== undefined && <Failure error={error} onRetry={refresh} />}
      {value === undefined ? (
        error === undefined && <Loading what="the balances" />
      ) : (
        <>
          <AccountPanel account={value.account} />
          <KeyNotice state={keyStateOf(value.account, wallet)} />
          <Actions />
          <Balances tokens={value.tokens} />
          <PendingPanel owner={owner} tokens={value.tokens} onPaid={refresh} />
        </>
      )}
      <Activities />
      {value?.account && (
        <History changes={changes} tokens={value.tokens} accountId={value.account.id} />
      )}
    </>
  );
}

const KEY_TEXTS = {
  none: "no account yet",
  unset: "no signing key yet",
  other: "another key is set",
  set: "key active",
  locked: "key set, locked in this page",
} as const;

function AccountPanel({ account }: Pick<Holdings, "account">) {
  const { wallet } = useWallet();
  const state = keyStateOf(account, wallet);
  return (
    <p class="account-state">
      {account && <Link href={`/accounts/${account.id}`}>Account {account.id}</Link>}
      <span class={state === "set" ? "mark good" : "mark"} data-key-state={state}>
        {KEY_TEXTS[state]}
      </span>
      {wallet && (
        <button type="button" class="quiet small" onClick={lock}>
          Lock the key
        </button>
      )}
    </p>
  );
}

function Balances({ tokens }: Pick<Holdings, "tokens">) {
  return (
    <section aria-labelledby="balances-heading">
      <h2 id="balances-heading">Balances</h2>
      <div class="cards">
        {tokens.map((each) => (
          <Balance key={each.token.id} holdings={each} />
        ))}
      </div>
      <p class="hint">
        Accepted: with everything that the operator has accepted. Committed: L1 has the data.
        Finalized: proven and executed on L1, and nobody takes it back.
      </p>
    </section>
  );
}

function Balance({ holdings }: { readonly holdings: TokenHoldings }) {
  const { token, accepted, committed, finalized, onL1 } = holdings;
  const states = [
    ["Accepted", accepted],
    ["Committed", committed],
    ["Finalized", finalized],
    ["On L1", onL1],
  ] as const;
  return (
    <div class="panel balance" data-token={token.id}>
      <h3>{tokenName(token)}</h3>
      <dl>
        {states.map(([name, amount]) => (
          <div key={name} data-state={name}>
            <dt>{name}</dt>
            <dd title={showAmount(amount, token)}>{glance(amount, token)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Activities() {
  const all = useStore(activities);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="activities-heading">
      <h2 id="activities-heading">Sent from this page</h2>
      {all.map((activity) => (
        <div class="panel" key={activity.id}>
          <ActivityView activity={activity} />
        </div>
      ))}
    </section>
  );
}

const ACTIONS = [
  ["/wallet/deposit", "Deposit"],
  ["/wallet/transfer", "Transfer"],
  ["/wallet/withdraw", "Withdraw"],
] as const;

function Actions() {
  return (
    <p class="buttons">
      {ACTIONS.map(([href, text]) => (
        <Link key={href} href={href} class="button">
          {text}
        </Link>
      ))}
    </p>
  );
}

interface HistoryProps extends Pick<Holdings, "tokens"> {
  readonly accountId: number;
  readonly changes: number;
}

function History({ changes, tokens, accountId }: HistoryProps) {
  const { owner } = useWallet();
  const read = async (signal: AbortSignal) => {
    const items: AccountTransaction[] = [];
    for await (const item of owner.history({ signal })) {
      items.push(item);
      if (items.length === HISTORY_ITEMS) break;
    }
    return items;
  };
  const { value, error, refresh } = useSteadyAnswer(read, [owner]);
  useEffect(() => {
    if (changes > 0) refresh();
  }, [changes, refresh]);
  return (
    <section aria-labelledby="history-heading">
      <h2 id="history-heading">Recent history</h2>
      {error !== undefined && <Failure error={error} onRetry={refresh} />}
      {value?.length === 0 && <p>Nothing yet.</p>}
      {value !== undefined && value.length > 0 && (
        <ul class="history">
          {value.map((item) => (
            <HistoryItem
              key={`${item.blockNumber} ${item.slotIndex}`}
              item={item}
              tokens={tokens}
              accountId={accountId}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface HistoryItemProps extends Pick<Holdings, "tokens"> {
  readonly item: AccountTransaction;
  /** Id of the account whose history it is. */
  readonly accountId: number;
}

const TITLES: Readonly<Record<string, string>> = {
  deposit: "Deposit",
  fullExit: "Full exit",
  transfer: "Transfer",
  transferToNew: "Transfer to a new account",
  withdraw: "Withdrawal",
  forcedExit: "Forced exit",
  changePubKey: "Signing key set",
};

function HistoryItem({ item, tokens, accountId }: HistoryItemProps) {
  const { type, hash, requestId, blockNumber, status, data } = item;
  const token = tokens.find((each) => each.token.id === Number(data["tokenId"]))?.token;
  const amount = toBigInt(data["amount"]);
  const isIncoming = "fromAccountId" in data && Number(data["fromAccountId"]) !== accountId;
  const title = isIncoming ? "Received" : (TITLES[type] ?? type);
  return (
    <li>
      <span class="history-title">
        {hash ? <Link href={`/transactions/${hash}`}>{title}</Link> : title}
        {requestId !== undefined && <span class="hint"> request {requestId}</span>}
      </span>
      <span>{amount !== undefined && token && showAmount(amount, token)}</span>
      <span>
        <Link href={`/blocks/${blockNumber}`}>Block {blockNumber}</Link>
      </span>
      <span class={status === "executed" ? "mark good" : "mark"}>{status}</span>
      {hash && <code class="hint">{shorten(hash)}</code>}
    </li>
  );
}

/** The node may send a number in any of JSON's forms. */
function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "string" && /^(?:0x[0-9a-f]+|\d+)$/i.test(value)
    ? BigInt(value)
    : undefined;
}
