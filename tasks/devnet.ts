/** `hardhat rollup:devnet`: L1, rollup, operator and prover on one port, until interrupted. */
import { styleText } from "node:util";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { Devnet } from "../src/plugin/devnet/devnet.ts";
import { buildFor, type CommonArguments, defineAction, printJson, toPlan } from "./common.ts";

interface DevnetArguments extends CommonArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
}

/** What is still open then, such as somebody's WebSocket, does not keep a stopped devnet alive. */
const CLOSING_MS_MAX = 2_000;

function row(...cells: string[]) {
  return { type: "row" as const, cells };
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

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

const action = defineAction<DevnetArguments>(async (args, hre) => {
  const plan = toPlan(args, hre);
  const { preset, prover } = plan;
  await buildFor(plan, hre);
  const { startDevnet } = await import("../src/plugin/devnet/devnet.ts");
  const { hostname, port } = args;
  const stopping = interrupted();
  const output = args.json ? process.stderr : process.stdout;
  const logger = {
    debug: () => {},
    info: (message: string) => output.write(`${message}\n`),
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const devnet = await startDevnet(hre, { hostname, port, preset, prover, logger });
  if (args.json) {
    printJson(devnet.description);
  } else {
    printDevnet(devnet, { preset, prover });
  }
  await stopping;
  setTimeout(() => process.exit(), CLOSING_MS_MAX).unref();
  await devnet.close();
});

export default action;
