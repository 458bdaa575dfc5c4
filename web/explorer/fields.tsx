/** The fields of operations and signed transactions, as the node names them. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { Amount, TokenName } from "../components/amount.tsx";
import { Fact } from "../components/facts.tsx";
import { AccountLink, Hash, OwnerLink, RequestLink } from "../components/references.tsx";
import { showName, toWord } from "../components/text.ts";
import { Moment } from "../components/time.tsx";

/** Fields by name: numbers, or quantities of 0x-hex. */
export type Data = Readonly<Record<string, unknown>>;

/** A field that is an integer; undefined if there is none. */
export function integerOf(data: Data, name: string): bigint | undefined {
  const value = data[name];
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "bigint") return value;
  return typeof value === "string" && /^0x[0-9a-f]+$/i.test(value) ? BigInt(value) : undefined;
}

/** A field that is a small integer. */
export function numberOf(data: Data, name: string): number | undefined {
  const value = integerOf(data, name);
  return value === undefined ? undefined : Number(value);
}

const ACCOUNT_FIELDS = [
  "accountId",
  "fromAccountId",
  "toAccountId",
  "initiatorAccountId",
  "targetAccountId",
];
const AMOUNT_FIELDS = ["amount", "fee"];
const ADDRESS_FIELDS = ["owner", "recipient"];
const TIME_FIELDS = ["validFrom", "validUntil"];

function showInteger(data: Data, name: string, value: bigint): ComponentChildren {
  if (ACCOUNT_FIELDS.includes(name)) return <AccountLink id={Number(value)} />;
  if (AMOUNT_FIELDS.includes(name)) {
    return <Amount amount={value} tokenId={numberOf(data, "tokenId") ?? 0} />;
  }
  if (ADDRESS_FIELDS.includes(name)) return <OwnerLink address={value} length="whole" />;
  if (TIME_FIELDS.includes(name)) return showValidity(value);
  if (name === "tokenId") {
    return (
      <Link href={`/tokens/${value}`}>
        <TokenName tokenId={Number(value)} />
      </Link>
    );
  }
  if (name === "requestId") return <RequestLink id={Number(value)} />;
  if (value < BigInt(Number.MAX_SAFE_INTEGER)) return value.toString();
  return <Hash value={toWord(value)} what={`the field ${name}`} />;
}

function showValidity(seconds: bigint): ComponentChildren {
  if (seconds === 0n) return "at once";
  return seconds >= TIMESTAMP_MAX ? "without end" : <Moment seconds={seconds} />;
}

/** What people look for first; all other fields follow in the node's order. */
const FIRST = [
  "requestId",
  "initiatorAccountId",
  "accountId",
  "fromAccountId",
  "targetAccountId",
  "toAccountId",
  "recipient",
  "owner",
  "amount",
  "tokenId",
  "fee",
  "nonce",
  "pubKeyHash",
];

const LABELS: Readonly<Record<string, string>> = {
  requestId: "Request on L1",
  accountId: "Account",
  fromAccountId: "From",
  toAccountId: "To",
  initiatorAccountId: "Asked by",
  targetAccountId: "From",
  tokenId: "Token",
  pubKeyHash: "Hash of the new key",
};

function inOrder(data: Data): [name: string, value: unknown][] {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(data).sort(([one], [other]) => rank(one) - rank(other));
}

/** All fields, those of points and signatures under joined names. */
export function DataFacts({
  data,
  prefix = "",
}: {
  readonly data: Data;
  readonly prefix?: string;
}) {
  return (
    <>
      {inOrder(data).map(([name, value]) => {
        const label = prefix === "" ? (LABELS[name] ?? showName(name)) : `${prefix}, ${name}`;
        if (typeof value === "object" && value !== null) {
          return <DataFacts key={name} data={value as Data} prefix={label} />;
        }
        const integer = integerOf(data, name);
        return (
          <Fact key={name} name={label}>
            {integer === undefined ? String(value) : showInteger(data, name, integer)}
          </Fact>
        );
      })}
    </>
  );
}
