/** `hardhat rollup:devnet`: L1, rollup, operator and prover on one port, until interrupted. */
import { styleText } from "node:util";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { Devnet } from "../src/plugin/devnet/devnet.ts";
import {
  buildFor,
  type CommonArguments,
  createLogger,
  defineAction,
  printJson,
  row,
  toPlan,
  untilInterrupted,
} from "./common.ts";

interface DevnetArguments extends CommonArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
}

function printDevnet(devnet: Devnet, size: { preset: string; prover: string }): void {
  const { url, chainId, rollup, verifier, tokens, accounts } = devnet.description;
  console.log(
    formatTable([
      { type: "section-header", text: `Rollup ${size.preset}, prover ${size.prover}` },
      { type: "header", cells: ["JSON-RPC, L1 and rollup_*", url] },
      row("Chain id", String(chainId)),
      row("Rollup", rollup),
      row("Verifier", verifier),
      ...tokens.map(({ id, symbol, address }) => row(`Token ${id}, ${symbol}`, address)),
    ]),
  );
  console.log(
    formatTable([
      { type: "section-header", text: "Accounts, each with ETH and tokens on L1" },
      { type: "header", cells: ["address", "private key"] },
      ...accounts.map(({ address, privateKey }) => row(address, privateKey ?? "")),
    ]),
  );
  console.log(styleText("yellow", "These keys are known to everybody, and so is the key of the"));
  console.log(styleText("yellow", "proofs: send nothing of value to any of these addresses."));
  console.log("\nFrom a second terminal: hardhat console --network localhost, then");
  console.log("  const { rollup } = await network.create();");
  console.log("  const [operator, alice] = await rollup.getWallets();");
  console.log("Stop with Ctrl-C.");
}

const action = defineAction<DevnetArguments>(async (args, hre) => {
  const plan = toPlan(args, hre);
  const { preset, prover } = plan;
  await buildFor(plan, hre);
  const { startDevnet } = await import("../src/plugin/devnet/devnet.ts");
  const { hostname, port } = args;
  const logger = createLogger(args);
  const devnet = await startDevnet(hre, { hostname, port, preset, prover, logger });
  if (args.json) {
    printJson(devnet.description);
  } else {
    printDevnet(devnet, { preset, prover });
  }
  await untilInterrupted(() => devnet.close());
});

export default action;
