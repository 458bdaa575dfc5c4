/** Finds what a text may name: a block, transaction, account, request or token. */
import { showName, showSymbol } from "../components/text.ts";
import type { Connection } from "../rollup/connection.tsx";

/** Something that the text names. */
export interface Match {
  readonly kind: "Block" | "Transaction" | "Account" | "Request" | "Token";
  readonly title: string;
  readonly detail: string;
  readonly path: string;
}

/** Numbers beyond name nothing. */
const NUMBER_DIGITS_MAX = 10;

/** @returns All matches; none if the text names nothing that the node has. */
export async function find(connection: Connection, query: string): Promise<Match[]> {
  const text = query.trim();
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) {
    return findTransaction(connection, `0x${text.toLowerCase().replace(/^0x/, "")}`);
  }
  if (/^(0x)?[0-9a-f]{40}$/i.test(text)) {
    return findAddress(connection, `0x${text.toLowerCase().replace(/^0x/, "")}`);
  }
  const number = text.replace(/^#/, "");
  const isNumber = /^\d+$/.test(number) && number.length <= NUMBER_DIGITS_MAX;
  const named = isNumber ? await findNumber(connection, Number(number)) : [];
  return [...named, ...(await findSymbol(connection, text))];
}

async function findTransaction({ rollup }: Connection, hash: string): Promise<Match[]> {
  const details = await rollup.getTransaction(hash);
  if (details === null) return [];
  const { type, status } = details.receipt;
  const detail = `${showName(type)}, ${status}`;
  return [{ kind: "Transaction", title: hash, detail, path: `/transactions/${hash}` }];
}

/** @param address - In lower case: a search is no place for a checksum. */
async function findAddress({ rollup }: Connection, address: string): Promise<Match[]> {
  const [account, tokens] = await Promise.all([rollup.getAccount(address), rollup.getTokens()]);
  const token = tokens.find((each) => each.address.toLowerCase() === address);
  return [
    ...(account === null ? [] : [toAccount(account)]),
    ...(token === undefined ? [] : [toToken(token)]),
  ];
}

function toAccount({ id, address }: { readonly id: number; readonly address: string }): Match {
  return { kind: "Account", title: `Account ${id}`, detail: address, path: `/accounts/${id}` };
}

function toToken(token: {
  readonly id: number;
  readonly symbol: string;
  readonly address: string;
}): Match {
  const { id, symbol, address } = token;
  const title = `${showSymbol(symbol)}, token ${id}`;
  return { kind: "Token", title, detail: address, path: `/tokens/${id}` };
}

/** The highest numbers that a node takes: uint32 and uint24. */
const BLOCK_MAX = 2 ** 32 - 1;
const ACCOUNT_MAX = 2 ** 24 - 1;

async function findNumber({ rollup }: Connection, number: number): Promise<Match[]> {
  const [block, account, request] = await Promise.all([
    number > 0 && number <= BLOCK_MAX ? rollup.getBlock(number) : null,
    number <= ACCOUNT_MAX ? rollup.getAccount(number) : null,
    rollup.getPriorityRequest(number),
  ]);
  const matches: Match[] = [];
  if (block !== null) {
    const path = `/blocks/${number}`;
    matches.push({ kind: "Block", title: `Block ${number}`, detail: block.status, path });
  }
  if (account !== null) matches.push(toAccount(account));
  if (request !== null) {
    const detail = `${showName(request.type)}, ${request.status}`;
    const path = `/requests/${number}`;
    matches.push({ kind: "Request", title: `Request ${number} on L1`, detail, path });
  }
  return matches;
}

async function findSymbol({ rollup }: Connection, text: string): Promise<Match[]> {
  const wanted = text.toLowerCase();
  const tokens = await rollup.getTokens();
  return tokens.filter(({ symbol }) => symbol.toLowerCase() === wanted).map(toToken);
}
