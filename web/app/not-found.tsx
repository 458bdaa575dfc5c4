import { Link } from "wouter-preact";
import { Title } from "../components/title.tsx";

export function NotFound() {
  return (
    <>
      <Title>No such page</Title>
      <p>
        This address names no page. <Link href="/">Go to the start</Link>.
      </p>
    </>
  );
}
