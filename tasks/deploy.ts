/** `hardhat rollup:deploy`: deploys the contracts of a rollup, and records their addresses. */
import { relative, resolve } from "node:path";
import { styleText } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import type { DeployedRollup, GovernanceSettings } from "../src/l1/deploy.ts";
import type { GovernanceWarning } from "../src/l1/governance.ts";
import type { BuildPlan } from "../src/plugin/circuits/plan.ts";
import type { ReservedFile } from "../src/plugin/reserved-file.ts";
import type { Deployment } from "../src/plugin/rollup/deployment-file.ts";
import type { DeployOptions } from "../src/plugin/rollup/types.ts";
import { buildFor, type CommonArguments, defineAction, printJson, toPlan } from "./common.ts";

interface DeployArguments extends CommonArguments {
  readonly output?: string | undefined;
  readonly force: boolean;
  readonly proposers?: string | undefined;
  readonly governor?: string | undefined;
  readonly guardian?: string | undefined;
  readonly validatorManager?: string | undefined;
  readonly standbyValidator?: string | undefined;
  readonly requestFee?: string | undefined;
  readonly requestFeeRecipient?: string | undefined;
}

const SECONDS_PER_DAY = 24 * 60 * 60;

const toList = (addresses: string | undefined) =>
  addresses?.split(",").map((address) => address.trim());

/** @throws ADDRESS_INVALID */
async function toGovernance(
  args: DeployArguments,
  { ethers }: NetworkConnection,
): Promise<GovernanceSettings> {
  const { readInput } = await import("../src/sdk/inputs.ts");
  const { governanceSettings } = await import("../src/plugin/rollup/options.ts");
  const { proposers, governor, guardian, validatorManager } = args;
  const standby = toList(args.standbyValidator);
  const [deployer] = await ethers.getSigners();
  return readInput(governanceSettings, {
    proposers: toList(proposers),
    governor,
    guardian,
    validatorManager,
    validators: standby && [deployer?.address, ...standby],
  });
}

/** @throws AMOUNT_INVALID, ADDRESS_INVALID */
async function toRequestFee({ requestFee, requestFeeRecipient }: DeployArguments) {
  const { amount, nonZeroAddress, readInput } = await import("../src/sdk/inputs.ts");
  const isWhole = requestFee !== undefined && /^\d+$/.test(requestFee);
  const feeWei = isWhole ? BigInt(requestFee) : requestFee;
  const recipient = requestFeeRecipient;
  return {
    ...(feeWei !== undefined && { requestFeeWei: readInput(amount, feeWei, "requestFee") }),
    ...(recipient !== undefined && {
      requestFeeRecipient: readInput(nonZeroAddress, recipient, "requestFeeRecipient"),
    }),
  };
}

/**
 * Reserves the file before anything is deployed. A network that ends with this process gets a file
 * only on request.
 *
 * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
async function reserve(
  { output, force }: DeployArguments,
  root: string,
  { ethers, networkConfig }: NetworkConnection,
): Promise<ReservedFile | undefined> {
  if (output === undefined && networkConfig.type !== "http") return undefined;
  const { reserveFile } = await import("../src/plugin/reserved-file.ts");
  const { deploymentFile } = await import("../src/plugin/rollup/deployment-path.ts");
  const { chainId } = await ethers.provider.getNetwork();
  const file = output === undefined ? deploymentFile(root, chainId) : resolve(output);
  return reserveFile(file, force ? "force" : "refuse");
}

async function deploy(
  { preset, prover, progress }: BuildPlan,
  { networkName, rollup, ethers }: NetworkConnection,
  settings: Pick<DeployOptions, "governance" | "requestFeeWei" | "requestFeeRecipient">,
): Promise<Deployment> {
  let deployed: DeployedRollup | undefined;
  const onDeployed = (location: DeployedRollup) => void (deployed = location);
  try {
    const { contracts, operator } = await progress(`Deploying to ${networkName}`, () =>
      rollup.deploy({ preset, prover, mode: "manual", ...settings, onDeployed }),
    );
    const { readGenesisHash } = await import("../src/plugin/rollup/deployment-file.ts");
    const { governanceWarnings, readGovernance } = await import("../src/l1/governance.ts");
    const roles = await readGovernance(contracts.rollup);
    const validatorCount = new Set(settings.governance?.validators).size || 1;
    const expirationSeconds = Number(await contracts.rollup.priorityExpirationSeconds());
    const { chainId } = operator;
    governanceWarnings(roles, chainId, validatorCount, expirationSeconds).forEach(warn);
    return {
      network: networkName,
      chainId: Number(chainId),
      genesisHash: await readGenesisHash(ethers.provider),
      rollup: await contracts.rollup.getAddress(),
      deploymentBlock: deployed!.deploymentBlock,
      implementation: roles.implementationAddress,
      verifier: await contracts.verifier.getAddress(),
      proxyAdmin: roles.proxyAdminAddress,
      upgrader: roles.upgraderAddress,
      upgradeNoticeSeconds: roles.noticeSeconds,
      governor: roles.governorAddress,
      guardian: roles.guardianAddress,
      validatorManager: roles.validatorManagerAddress,
      requestFeeWei: await contracts.rollup.requestFeeWei(),
      preset,
      prover,
      protocolDigest: await contracts.rollup.protocolDigest(),
    };
  } catch (error) {
    if (deployed !== undefined) printRemains(deployed);
    throw error;
  }
}

/** Prints the contracts that a failed command has left. */
function printRemains({ rollupAddress, verifierAddress, deploymentBlock }: DeployedRollup): void {
  console.error(`Rollup ${rollupAddress}, verifier ${verifierAddress}: deployed in L1 block`);
  console.error(`${deploymentBlock}, but a later step has failed.`);
}

function print(deployment: Deployment): void {
  const { rollup, deploymentBlock, implementation, verifier, proxyAdmin, governor } = deployment;
  const { upgrader, upgradeNoticeSeconds: notice } = deployment;
  const upgrades =
    notice === 0
      ? "at once (local chains only)"
      : `with ${notice / SECONDS_PER_DAY} days of notice`;
  console.log(`Rollup          ${rollup}, in L1 block ${deploymentBlock}`);
  console.log(`Implementation  ${implementation}`);
  console.log(`Verifier        ${verifier}`);
  console.log(`Proxy admin     ${proxyAdmin}`);
  console.log(`Upgrades        ${upgrader}, ${upgrades}`);
  console.log(`Governor        ${governor}`);
}

/** Prints warnings on standard error, because a program may read standard output. */
function warn(warning: GovernanceWarning): void {
  const text =
    warning.code === "VALIDATOR_ALONE"
      ? "There is one validator; if it is lost, only an exodus is left. Pass --standby-validator."
      : `The governor needs ${warning.delaySeconds / SECONDS_PER_DAY} days to replace a lost ` +
        "validator, and requests expire before that. Pass --validator-manager.";
  console.warn(styleText("yellow", text));
}

async function deployAndWrite(
  args: DeployArguments,
  hre: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
): Promise<void> {
  const governance = await toGovernance(args, connection);
  const requestFee = await toRequestFee(args);
  const plan = toPlan(args, hre);
  const file = await reserve(args, plan.root, connection);
  try {
    await buildFor(plan, hre);
    const deployment = await deploy(plan, connection, { governance, ...requestFee });
    // Printed before the file is written, because writing may still fail.
    if (args.json) printJson({ ...deployment, ...(file && { file: file.path }) });
    else print(deployment);
    const { formatDeployment } = await import("../src/plugin/rollup/deployment-file.ts");
    await file?.write(formatDeployment(deployment));
    if (args.json) return;
    console.log(
      file === undefined
        ? `Not recorded: the network ${connection.networkName} ends with this command.`
        : `Written to ${relative("", file.path)}`,
    );
  } finally {
    await file?.release();
  }
}

const action = defineAction<DeployArguments>(async (args, hre) => {
  const connection = await hre.network.create();
  try {
    await deployAndWrite(args, hre, connection);
  } finally {
    await connection.close();
  }
});

export default action;
