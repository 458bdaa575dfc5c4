import { formatAmount } from "../../src/sdk.ts";
import { ETH_TOKEN_ID } from "../../src/protocol/constants.ts";
import { useConnection } from "../rollup/connection.tsx";
import { Copyable } from "./copyable.tsx";
import { showSymbol } from "./text.ts";

/** A token by its symbol, and by its id, as another contract may have the same symbol. */
export function TokenName({ tokenId }: { readonly tokenId: number }) {
  const { tokens } = useConnection();
  const token = tokens.find(({ id }) => id === tokenId);
  if (token === undefined) return <>token {tokenId}</>;
  if (token.id === ETH_TOKEN_ID) return <bdi>{showSymbol(token.symbol)}</bdi>;
  return (
    <>
      <bdi>{showSymbol(token.symbol)}</bdi> <span class="faint">#{token.id}</span>
    </>
  );
}

/** An amount of a token, in whole tokens; in its smallest unit if the token is unknown. */
export function Amount({ amount, tokenId }: { readonly amount: bigint; readonly tokenId: number }) {
  const { tokens } = useConnection();
  const token = tokens.find(({ id }) => id === tokenId);
  const text = token === undefined ? amount.toString() : formatAmount(amount, token);
  const shown = text.replace(/\.0$/, "");
  return (
    <Copyable text={shown} what="the amount">
      <span class="amount">
        {shown} {token === undefined && "smallest units of "}
        <TokenName tokenId={tokenId} />
      </span>
    </Copyable>
  );
}
