/** `hardhat rollup:deploy`: the contracts of a rollup, and a file that says where they are. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { GovernanceSettings } from "../src/l1/deploy.ts";
import type { Governance } from "../src/l1/governance.ts";
import { buildFor, type CommonArguments, defineAction, printJson, toPlan } from "./common.ts";

interface DeployArguments extends CommonArguments {
  readonly output?: string | undefined;
  readonly proposers?: string | undefined;
  readonly governor?: string | undefined;
  readonly guardian?: string | undefined;
}

function toGovernance({ proposers, governor, guardian }: DeployArguments): GovernanceSettings {
  return {
    ...(proposers !== undefined && { proposers: proposers.split(",") }),
    ...(governor !== undefined && { governor }),
    ...(guardian !== undefined && { guardian }),
  };
}

function noticeOf({ noticeSeconds }: Governance): string {
  if (noticeSeconds === 0) return "at once (local chains only)";
  return `with ${noticeSeconds / (24 * 60 * 60)} days of notice`;
}

const action = defineAction<DeployArguments>(async (args, hre) => {
  const plan = toPlan(args, hre);
  const { preset, prover, root, progress } = plan;
  await buildFor(plan, hre);
  const connection = await hre.network.create();
  try {
    const { networkName } = connection;
    const { contracts, operator } = await progress(`Deploying to ${networkName}`, () =>
      connection.rollup.deploy({ preset, prover, mode: "manual", governance: toGovernance(args) }),
    );
    const { readGovernance } = await import("../src/l1/governance.ts");
    const governance = await readGovernance(contracts.rollup);
    const deployment = {
      network: networkName,
      chainId: Number(operator.chainId),
      rollup: await contracts.rollup.getAddress(),
      implementation: governance.implementationAddress,
      verifier: await contracts.verifier.getAddress(),
      proxyAdmin: governance.proxyAdminAddress,
      upgrader: governance.upgraderAddress,
      upgradeNoticeSeconds: governance.noticeSeconds,
      governor: governance.governorAddress,
      guardian: governance.guardianAddress,
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
    console.log(`Rollup          ${deployment.rollup}`);
    console.log(`Implementation  ${deployment.implementation}`);
    console.log(`Verifier        ${deployment.verifier}`);
    console.log(`Proxy admin     ${deployment.proxyAdmin}`);
    console.log(`Upgrades        ${deployment.upgrader}, ${noticeOf(governance)}`);
    console.log(`Governor        ${deployment.governor}`);
    console.log(`Written to ${relative("", file)}`);
  } finally {
    await connection.close();
  }
});

export default action;
