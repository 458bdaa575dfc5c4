/** The pages of the wallet. */
import { Link, useLocation } from "wouter-preact";

const PAGES = [
  ["/wallet", "Overview"],
  ["/wallet/deposit", "Deposit"],
  ["/wallet/transfer", "Transfer"],
  ["/wallet/batch", "Batch"],
  ["/wallet/withdraw", "Withdraw"],
  ["/wallet/activate", "Key"],
  ["/wallet/full-exit", "Full exit"],
  ["/wallet/multisig", "Multisig"],
  ["/wallet/exit", "Emergency exit"],
] as const;

export function WalletNav() {
  const [path] = useLocation();
  return (
    <nav aria-label="Wallet" class="wallet-nav">
      <ul>
        {PAGES.map(([href, text]) => (
          <li key={href}>
            <Link href={href} aria-current={path === href ? "page" : undefined}>
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
