/**
 * Builds and uses a project with the plugin of circuits alone, where ethers and its Hardhat plugins
 * cannot be loaded: `node run.ts ROOT`. It prints what it has seen, as JSON.
 */
import { registerHooks } from "node:module";

const MISSING =
  /^(?:ethers|@nomicfoundation\/hardhat-(?:ethers|network-helpers|toolbox.*))(?:\/|$)/;
const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    if (MISSING.test(specifier)) throw new Error(`${specifier} is not installed`);
    const result = next(specifier, context);
    loaded.add(result.url);
    return result;
  },
});

const root = process.argv[2]!;
const { createHardhatRuntimeEnvironment } = await import("hardhat/hre");
const { default: plugin } = await import("../../../src/circuits.ts");
const hre = await createHardhatRuntimeEnvironment({ plugins: [plugin] }, {}, root);
await hre.tasks.getTask("build").run({ quiet: true });
const compiled = hre.tasks.getTask("rollup:compile");
const circuit = await hre.circuits.get("multiplier");
const proven = await circuit.prove({ a: 2, b: [3, 5] });
const isValid = await circuit.verify(proven);
const { input } = circuit.toSolidityProof(proven);
const connection = await hre.network.create();
await hre.tasks.getTask("rollup:verifier").run({ json: false });
await hre.tasks.getTask("rollup:setup").run({ json: false });
await hre.circuits.close();
const seen = {
  isValid,
  input: input.map(String),
  verifier: circuit.verifierContract,
  contracts: [...(await hre.artifacts.getAllFullyQualifiedNames())].sort(),
  tasks: [...hre.tasks.rootTasks.keys()].filter((id) => id.startsWith("rollup:")),
  options: [...compiled.options.keys(), ...hre.tasks.getTask("build").options.keys()],
  hasRollup: "rollup" in connection,
  loaded: [...loaded].filter((url) => /\/(?:src|tasks)\//.test(url)),
};
console.log(`\n${JSON.stringify(seen)}`);
