/** The tokens of the rollup. */
import { Contract, formatEther, ZeroAddress } from "ethers";
import { Link, useParams } from "wouter-preact";
import type { ListedToken } from "../../src/sdk.ts";
import { Amount } from "../components/amount.tsx";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Copyable } from "../components/copyable.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { L1Link } from "../components/references.tsx";
import { showSymbol } from "../components/text.ts";
import { Title } from "../components/title.tsx";
import { type Connection, useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";

export function TokensPage() {
  const { rollup } = useConnection();
  const answer = useAnswer(() => rollup.getTokens(), [rollup]);
  return (
    <>
      <Title>Tokens</Title>
      <Answered answer={answer} what="the tokens">
        {(tokens) => (
          <Card title="Listed on L1">
            <TokenTable tokens={tokens} />
            <p class="note">
              Contracts choose their symbols, and two may be the same: the id and the address name a
              token. Main tokens fit every block; wide ones need a block of their own kind, which
              costs more.
            </p>
          </Card>
        )}
      </Answered>
    </>
  );
}

function TokenTable({ tokens }: { readonly tokens: readonly ListedToken[] }) {
  return (
    <TableScroll label="Tokens">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              Id
            </th>
            <th scope="col">Symbol</th>
            <th scope="col">Address on L1</th>
            <th scope="col" class="number">
              Decimals
            </th>
            <th scope="col">Place</th>
            <th scope="col" class="number">
              Price for fees
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td class="number">{token.id}</td>
              <td>
                <Link href={`/tokens/${token.id}`}>
                  <bdi>{showSymbol(token.symbol)}</bdi>
                </Link>
              </td>
              <td>
                <TokenAddress token={token} />
              </td>
              <td class="number">{token.decimals}</td>
              <td>{token.isMain ? "main" : "wide"}</td>
              <td class="number">
                <Price token={token} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function TokenAddress({ token }: { readonly token: ListedToken }) {
  if (token.address === ZeroAddress) return <span class="faint">none, it is ETH itself</span>;
  return <L1Link kind="address" value={token.address} />;
}

function Price({ token: { priceWei } }: { readonly token: ListedToken }) {
  if (priceWei === undefined) return <span class="faint">not known</span>;
  const ether = formatEther(priceWei);
  return <Copyable text={ether} what="the price">{`${ether} ETH`}</Copyable>;
}

interface HeldToken {
  readonly token: ListedToken;
  /** What the contract holds on L1, for all accounts and open payments. */
  readonly held: bigint;
}

async function readHeld({ rollup }: Connection, id: number): Promise<HeldToken | null> {
  const token = (await rollup.getTokens()).find((each) => each.id === id);
  if (token === undefined) return null;
  const l1 = await rollup.getL1();
  if (token.address === ZeroAddress) {
    return { token, held: await l1.getBalance(rollup.rollupAddress) };
  }
  const abi = ["function balanceOf(address) view returns (uint256)"];
  const contract = new Contract(token.address, abi, l1);
  const held: unknown = await contract.getFunction("balanceOf")(rollup.rollupAddress);
  return { token, held: held as bigint };
}

export function TokenPage() {
  const { id } = useParams<{ id: string }>();
  const connection = useConnection();
  const number = /^\d{1,5}$/.test(id) ? Number(id) : -1;
  const answer = useAnswer(() => readHeld(connection, number), [connection, number]);
  return (
    <>
      <Title>Token {id}</Title>
      <Answered answer={answer} what="the token">
        {(found) =>
          found === null ? (
            <Empty>
              No token of this id is listed. <Link href="/tokens">See all tokens</Link>.
            </Empty>
          ) : (
            <TokenFacts {...found} />
          )
        }
      </Answered>
    </>
  );
}

function TokenFacts({ token, held }: HeldToken) {
  return (
    <Card title="Token">
      <Facts>
        <Fact name="Symbol">
          <bdi>{showSymbol(token.symbol)}</bdi>
        </Fact>
        <Fact name="Id">{token.id}</Fact>
        <Fact name="Address on L1">
          <TokenAddress token={token} />
        </Fact>
        <Fact name="Decimals">{token.decimals}</Fact>
        <Fact name="Place">
          {token.isMain ? "main: a word of each leaf" : "wide: in a tail of each leaf"}
        </Fact>
        <Fact name="Price for fees">
          <Price token={token} />
        </Fact>
        <Fact name="Held by the contract">
          <Amount amount={held} tokenId={token.id} />
        </Fact>
      </Facts>
    </Card>
  );
}
