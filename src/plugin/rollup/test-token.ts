/** ERC-20 tokens that anyone may mint, for demo and devnet. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import type { TestToken } from "../../../types/ethers-contracts/contracts/mocks/TestToken.ts";
import { packageContract } from "./artifact-names.ts";

/** Deploys a token and gives each holder `amount` of it, in its smallest unit. */
export async function deployTestToken(
  config: HardhatConfig,
  { ethers }: NetworkConnection,
  names: { readonly name: string; readonly symbol: string },
  mint: { readonly holders: readonly string[]; readonly amount: bigint },
): Promise<{ address: string; contract: TestToken }> {
  const fullName = packageContract(config, "mocks/TestToken.sol", "TestToken");
  const deployed = await ethers.deployContract(fullName, [names.name, names.symbol]);
  const contract = deployed as unknown as TestToken;
  for (const holder of mint.holders) await (await contract.mint(holder, mint.amount)).wait();
  return { address: await deployed.getAddress(), contract };
}
