/** The wallet: whoever is connected, and what they hold. */
import { Title } from "../components/title.tsx";
import { useConnection } from "../rollup/connection.tsx";

export function WalletPage() {
  const { config } = useConnection();
  return (
    <>
      <Title>Wallet</Title>
      <p>{config.accounts?.length ?? 0} accounts of a devnet</p>
    </>
  );
}
