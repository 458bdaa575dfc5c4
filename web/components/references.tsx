/** Links to what the explorer has a page for. */
import { Link } from "wouter-preact";
import { useConnection } from "../rollup/connection.tsx";
import { l1Link } from "../rollup/l1.ts";
import { Copyable } from "./copyable.tsx";
import { shorten, toAddress } from "./text.ts";

/** How much of a hash or address is shown. */
type Length = "short" | "whole";

function show(hex: string, length: Length): string {
  return length === "short" ? shorten(hex) : hex;
}

export function BlockLink({ number }: { readonly number: number }) {
  return <Link href={`/blocks/${number}`}>{number}</Link>;
}

export function AccountLink({ id }: { readonly id: number }) {
  return <Link href={`/accounts/${id}`}>account {id}</Link>;
}

export function RequestLink({ id }: { readonly id: number }) {
  return <Link href={`/requests/${id}`}>request {id}</Link>;
}

export function TransactionLink({
  hash,
  length = "short",
}: {
  readonly hash: string;
  readonly length?: Length;
}) {
  return (
    <Copyable text={hash} what="the transaction's hash">
      <Link href={`/transactions/${hash}`} class="mono">
        {show(hash, length)}
      </Link>
    </Copyable>
  );
}

/** The owner of accounts. @param address - uint160, or 0x-hex of it. */
export function OwnerLink({
  address,
  length = "short",
}: {
  readonly address: bigint | string;
  readonly length?: Length;
}) {
  const whole = toAddress(address);
  return (
    <Copyable text={whole} what="the address">
      <Link href={`/accounts/${whole}`} class="mono">
        {show(whole, length)}
      </Link>
    </Copyable>
  );
}

/** Something on L1, with a link if the configuration names an explorer of L1. */
export function L1Link({
  kind,
  value,
  length = "short",
}: {
  readonly kind: "tx" | "address";
  readonly value: string;
  readonly length?: Length;
}) {
  const href = l1Link(useConnection(), kind, value);
  const text = show(value, length);
  return (
    <Copyable text={value} what={kind === "tx" ? "the L1 transaction's hash" : "the L1 address"}>
      {href === undefined ? (
        <span class="mono">{text}</span>
      ) : (
        <a href={href} class="mono" rel="noreferrer">
          {text}
        </a>
      )}
    </Copyable>
  );
}

/** A hash or field element that has no page. */
export function Hash({
  value,
  what,
  length = "whole",
}: {
  readonly value: string;
  readonly what: string;
  readonly length?: Length;
}) {
  return (
    <Copyable text={value} what={what}>
      <span class="mono">{show(value, length)}</span>
    </Copyable>
  );
}
