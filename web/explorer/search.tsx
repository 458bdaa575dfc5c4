/** What a search has found; the only match is opened at once. */
import { useEffect } from "preact/hooks";
import { Link, useLocation, useParams } from "wouter-preact";
import { Answered } from "../components/answered.tsx";
import { Card, Empty } from "../components/card.tsx";
import { Title } from "../components/title.tsx";
import { useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";
import { find, type Match } from "./find.ts";

export function SearchPage() {
  const { query } = useParams<{ query: string }>();
  const connection = useConnection();
  const answer = useAnswer(() => find(connection, query), [connection, query]);
  return (
    <>
      <Title>Search</Title>
      <Answered answer={answer} what="the matches">
        {(matches) => <Matches query={query} matches={matches} />}
      </Answered>
    </>
  );
}

interface MatchesProps {
  readonly query: string;
  readonly matches: readonly Match[];
}

function Matches({ query, matches }: MatchesProps) {
  const [, navigate] = useLocation();
  const only = matches.length === 1 ? matches[0]!.path : undefined;
  useEffect(() => {
    if (only !== undefined) navigate(only, { replace: true });
  }, [only]);
  if (only !== undefined) return null;
  if (matches.length === 0) return <NoMatch query={query} />;
  return (
    <Card title={`${matches.length} matches`}>
      <p>
        These are named <strong class="mono">{query}</strong>:
      </p>
      <ul class="matches">
        {matches.map(({ kind, title, detail, path }) => (
          <li key={path}>
            <span class="badge">{kind}</span>{" "}
            <Link href={path}>
              <bdi>{title}</bdi>
            </Link>{" "}
            <span class="faint">{detail}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NoMatch({ query }: { readonly query: string }) {
  return (
    <Card title="Nothing matches">
      <Empty>
        This node has nothing that is named <strong class="mono">{query}</strong>. Search for the
        number of a block, an account or a request, the hash of a transaction, an L1 address with an
        account, or the symbol of a token.
      </Empty>
    </Card>
  );
}
