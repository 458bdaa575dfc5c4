/** Navigation, search, and the switch between light and dark. */
import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useConnectionState } from "../rollup/connection.tsx";
import { applyTheme, nextTheme, savedTheme } from "./theme.ts";

const LINKS = [
  ["/", "Overview"],
  ["/blocks", "Blocks"],
  ["/tokens", "Tokens"],
  ["/requests", "L1 queue"],
  ["/provers", "Provers"],
  ["/wallet", "Wallet"],
] as const;

export function Header() {
  return (
    <header class="site-header">
      <a class="skip" href="#/" onClick={skipToContent}>
        Skip to content
      </a>
      <Link href="/" class="brand">
        <img src="./icon.svg" alt="" width="24" height="24" /> Rollup
      </Link>
      <nav aria-label="Pages">
        <ul>
          {LINKS.map(([href, text]) => (
            <li key={href}>
              <NavLink href={href}>{text}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <SearchBox />
      <ThemeButton />
    </header>
  );
}

/** A fragment is a path here, so a link cannot name the content. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function NavLink({ href, children }: { readonly href: string; readonly children: string }) {
  const [path] = useLocation();
  const isHere = href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
  return (
    <Link href={href} aria-current={isHere ? "page" : undefined}>
      {children}
    </Link>
  );
}

function SearchBox() {
  const [, navigate] = useLocation();
  const { status } = useConnectionState();
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("query");
    const query = typeof text === "string" ? text.trim() : "";
    if (query !== "") navigate(`/search/${encodeURIComponent(query)}`);
  };
  return (
    <form role="search" class="search" onSubmit={search}>
      <input
        type="search"
        name="query"
        aria-label="Block, transaction, account or request"
        placeholder="Block, transaction, account"
        autocomplete="off"
        spellcheck={false}
        disabled={status !== "connected"}
      />
      <button type="submit">Search</button>
    </form>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(savedTheme);
  const change = () => {
    const next = nextTheme(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" class="quiet" onClick={change}>
      Theme: {theme}
    </button>
  );
}
