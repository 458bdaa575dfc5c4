/** `hardhat rollup:deploy`: the contracts of a rollup, and a file that says where they are. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { buildFor, type CommonArguments, defineAction, printJson, toPlan } from "./common.ts";

interface DeployArguments extends CommonArguments {
  readonly output?: string | undefined;
}

const action = defineAction<DeployArguments>(async (args, hre) => {
  const plan = toPlan(args, hre);
  const { preset, prover, root, progress } = plan;
  await buildFor(plan, hre);
  const connection = await hre.network.create();
  try {
    const { networkName } = connection;
    const { contracts, operator } = await progress(`Deploying to ${networkName}`, () =>
      connection.rollup.deploy({ preset, prover, mode: "manual" }),
    );
    const deployment = {
      network: networkName,
      chainId: Number(operator.chainId),
      rollup: await contracts.rollup.getAddress(),
      verifier: await contracts.verifier.getAddress(),
      preset,
      prover,
      protocolDigest: await contracts.rollup.protocolDigest(),
    };
    const name = `rollup-${deployment.chainId}.json`;
    const file = resolve(args.output ?? join(root, "deployments", name));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(deployment, null, 2)}\n`);
    if (args.json) {
      printJson({ ...deployment, file });
      return;
    }
    console.log(`Rollup    ${deployment.rollup}`);
    console.log(`Verifier  ${deployment.verifier}`);
    console.log(`Written to ${relative("", file)}`);
  } finally {
    await connection.close();
  }
});

export default action;
