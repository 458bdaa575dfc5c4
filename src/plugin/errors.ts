/** Errors between Hardhat and the rest of the package. */
import { defineErrors } from "../util/errors.ts";
import { formatValues } from "../util/format-values.ts";
import { printable } from "../util/printable.ts";

export type PluginErrorFacts =
  | { code: "PRESET_UNKNOWN"; preset: string; known: readonly string[] }
  | { code: "BLOCK_SLOTS_REPLACED"; kinds: string }
  | { code: "BLOCK_KINDS_UNSUITABLE"; preset: string; problem: string }
  | { code: "EXTERNAL_PROVER_NOT_CONFIGURED" }
  | { code: "SETUP_UNKNOWN"; setup: string; known: readonly string[] }
  | { code: "CEREMONY_NOT_CONFIGURED" }
  | { code: "PTAU_MISSING" }
  | { code: "CIRCUIT_UNKNOWN"; name: string; known: readonly string[]; folder: string }
  | { code: "CIRCUIT_AMBIGUOUS"; name: string; paths: readonly string[]; folder: string }
  | { code: "CIRCUITS_NONE"; folder: string }
  | { code: "CIRCUIT_NOT_NAMED"; task: string; known: readonly string[] }
  | { code: "CEREMONY_KEYS_KEPT"; circuits: readonly string[] }
  | { code: "INPUT_FILE_INVALID"; file: string; reason: string }
  | { code: "INPUT_FILE_MISSING"; circuit: string; searched: readonly string[] }
  | { code: "PROOF_FILE_MISSING"; content: string; file: string; circuit: string | null }
  | { code: "PROOF_FILE_INVALID"; content: string; file: string; reason: string }
  | { code: "PROOF_OF_OTHER_PROTOCOL"; proof: string; key: string }
  | { code: "OPTIONS_EXCLUSIVE"; options: readonly string[] }
  | { code: "WATCH_FAILED"; folder: string; reason: string }
  | { code: "MODEL_FILE_INVALID"; file: string; reason: string }
  | { code: "OPTION_OUT_OF_RANGE"; option: string; value: number; min: number; max: number }
  | { code: "OPTION_VALUE_UNKNOWN"; option: string; value: string; known: readonly string[] }
  | { code: "VERIFIER_FILE_TAKEN"; file: string }
  | { code: "TESTS_FAIL_UNCHANGED"; files: readonly string[]; output: string }
  | { code: "TESTS_NOT_REPEATABLE"; files: readonly string[]; output: string }
  | { code: "PROFILE_INCOMPLETE"; errors: readonly string[] }
  | { code: "PROFILE_BASELINE_MISSING"; file: string }
  | { code: "PROFILE_GROWN"; circuits: readonly string[]; file: string }
  | { code: "PROFILE_TOLERANCE_INVALID"; value: number }
  | { code: "PROFILE_PROTOCOL_UNTIMED"; circuit: string; protocol: string }
  | { code: "PROFILE_INPUTS_MISSING"; circuit: string; tried: number }
  | { code: "CIRCOMKIT_FILE_INVALID"; file: string; problem: string }
  | { code: "CIRCUIT_NOT_BUILT"; circuit: string }
  | { code: "CIRCUIT_OPTION_UNKNOWN"; option: string; known: readonly string[] }
  | { code: "CIRCUITS_BROKEN"; errors: readonly string[] }
  | { code: "CIRCUIT_WITHOUT_PUBLIC_VALUE"; circuit: string }
  | { code: "VERIFIER_OF_OTHER_PROTOCOL"; circuit: string; protocol: string; built: string }
  | { code: "ROLLUP_NOT_BUILT"; preset: string; prover: string; reason: string }
  | { code: "BOND_ADDRESS_MISSING" }
  | { code: "BOND_ACTIONS_SEVERAL"; options: readonly string[] }
  | { code: "BOND_CALL_FAILED"; call: string; reason: string }
  | {
      code: "BOND_REVERTED";
      call: string;
      /** Name of the Solidity error. */
      error: string;
      /** The error's values by name. */
      values: { readonly [name: string]: unknown };
      advice: string;
    }
  | { code: "PROMISES_MAY_BREAK"; blockNumber: number }
  | { code: "PROMISE_FILE_INVALID"; file: string; reason: string }
  | { code: "L1_KEY_MISSING"; variable: string }
  | { code: "L1_KEY_INVALID"; source: string }
  | { code: "ROLLUP_NOT_DEPLOYED"; network: string }
  | { code: "OPERATOR_ELSEWHERE"; network: string }
  | { code: "ROLLUP_ADDRESS_UNKNOWN"; network: string; file: string }
  | { code: "DEPLOYMENT_OF_OTHER_CHAIN"; network: string; file: string; rollup: string }
  | { code: "DEPLOYMENT_FILE_INVALID"; file: string }
  | { code: "OUTPUT_EXISTS"; file: string }
  | { code: "OUTPUT_NOT_WRITABLE"; file: string; reason: string }
  | { code: "FILE_NOT_ACCESSIBLE"; path: string; reason: string }
  | { code: "NETWORK_REQUEST_FAILED"; network: string; reason: string }
  | {
      code: "OPTION_MISSING";
      option: string;
      task: string;
      /** Other places of the same value, such as an environment variable. */
      or?: readonly string[];
    }
  | { code: "BENCH_SUITE_UNKNOWN"; suite: string; known: readonly string[] }
  | { code: "BENCH_OPTION_OUT_OF_RANGE"; option: string; value: number; min: number; max: number }
  | {
      code: "BENCH_KIND_INVALID";
      kind: string;
      preset: string;
      slots: readonly [number, number];
      levels: readonly [number, number];
    }
  | { code: "BENCH_CHART_WITHOUT_BLOCKS" }
  | { code: "BENCH_BROWSER_MISSING"; missing: string }
  | { code: "NO_SIGNER"; network: string }
  | { code: "NETWORK_WITHOUT_L1"; network: string }
  | { code: "NETWORK_NOT_CHOSEN"; network: string }
  | { code: "PAGES_NOT_BUILT" }
  | { code: "L1_METHODS_UNKNOWN"; value: string; known: readonly string[] }
  | { code: "STORE_UNKNOWN"; forms: string }
  | { code: "STORE_IN_MEMORY" }
  | { code: "OUTPUT_MISSING"; task: string }
  | { code: "INIT_FILES_EXIST"; folder: string; files: readonly string[] }
  | { code: "INIT_PACKAGE_JSON_INVALID"; file: string }
  | { code: "COMMAND_UNKNOWN"; command: string }
  | { code: "COMMAND_OPTION_INVALID"; option: string; problem: string; known: readonly string[] }
  | { code: "SOLC_VERSION_MISMATCH"; configured: string; installed: string; path: string };

export const pluginError = defineErrors<PluginErrorFacts>({
  PRESET_UNKNOWN: {
    message: ({ preset, known }) => `There is no preset ${preset}; there are ${known.join(", ")}.`,
    fix: "Set rollup.preset, or the option --preset, to one of them.",
  },
  BLOCK_SLOTS_REPLACED: {
    message: ({ kinds }) =>
      `rollup.blockSlots is replaced by rollup.blockKinds: write blockKinds: ${kinds} instead.`,
    fix: 'Add kinds with fewer levels or tokens: "main", whose blocks are cheaper; see docs/config.md.',
  },
  BLOCK_KINDS_UNSUITABLE: {
    message: ({ preset, problem }) =>
      `rollup.blockKinds cannot be the kinds of blocks of the preset ${preset}: ${problem}.`,
    fix: "Correct rollup.blockKinds, or set rollup.preset to the preset that they are for.",
  },
  EXTERNAL_PROVER_NOT_CONFIGURED: {
    message: () => "The prover is external, but the config names no program.",
    fix: 'Set rollup.externalProver to { command: "rapidsnark {zkey} {wtns} {proof} {public}" }.',
  },
  SETUP_UNKNOWN: {
    message: ({ setup, known }) =>
      `There is no setup of type ${setup}; known: ${known.join(", ")}.`,
    fix: "Set rollup.setup.type to a known type.",
  },
  CEREMONY_NOT_CONFIGURED: {
    message: () => "The config makes development keys, which have no ceremony.",
    fix: 'Set rollup.setup to { type: "ceremony", keysDir: "keys" }.',
  },
  PTAU_MISSING: {
    message: () => "The verification of keys needs the powers of tau that they start from.",
    fix: "Pass --ptau FILE along with --verify.",
  },
  CIRCUIT_UNKNOWN: {
    message: ({ name, known, folder }) =>
      `There is no circuit ${name} in ${folder}; there are: ${known.join(", ") || "none"}.`,
    fix: "Name one of these, a .circom file with a main component, or an entry of circuits.mains.",
  },
  CIRCUIT_AMBIGUOUS: {
    message: ({ name, paths, folder }) =>
      `There are several circuits ${name} in ${folder}: ${paths.join(", ")}.`,
    fix: "Name one of them by its path.",
  },
  CIRCUITS_NONE: {
    message: ({ folder }) => `There is no circuit in ${folder}.`,
    fix: "Add a .circom file with a main component, or set the circuits path in the config.",
  },
  CIRCUIT_NOT_NAMED: {
    message: ({ task, known }) =>
      `${task} is about one circuit, and the project has several: ${known.join(", ")}.`,
    fix: "Name one of them after the task, by its name or its path.",
  },
  CEREMONY_KEYS_KEPT: {
    message: ({ circuits }) =>
      `--force makes no key of a ceremony again, which only its contributors can: ${circuits.join(", ")}.`,
    fix: "Omit --force. For a new ceremony, move the old keys out of the folder keysDir first.",
  },
  INPUT_FILE_INVALID: {
    message: ({ file, reason }) => `${file} has no inputs of a circuit: ${printable(reason)}.`,
    fix: 'Write JSON such as {"a": 3, "b": "11"}; for a check, also an array of such objects.',
  },
  INPUT_FILE_MISSING: {
    message: ({ circuit, searched }) =>
      `There are no inputs for the circuit ${circuit}. Looked for: ${searched.join(", ")}.`,
    fix: "Write the inputs as JSON into one of these files, name another with --input, or pipe them to --input -.",
  },
  PROOF_FILE_MISSING: {
    message: ({ content, file, circuit }) =>
      `There is no ${content} in ${file}` +
      (circuit === null ? "." : `: the circuit ${circuit} was not proven yet.`),
    fix: "Run hardhat rollup:prove first, or name the files with --proof and --public.",
  },
  PROOF_FILE_INVALID: {
    message: ({ content, file, reason }) => `${file} has no ${content}: ${printable(reason)}.`,
    fix: "Take the JSON file that rollup:prove, rollup:vkey, snarkjs or rapidsnark has written.",
  },
  PROOF_OF_OTHER_PROTOCOL: {
    message: ({ proof, key }) => `The proof is for ${proof}, but the verification key for ${key}.`,
    fix: "Pass the key of the proof's protocol with --vkey, or its name with --protocol.",
  },
  OPTIONS_EXCLUSIVE: {
    message: ({ options }) => `${options.join(" and ")} exclude each other.`,
    fix: "Pass only one of them.",
  },
  WATCH_FAILED: {
    message: ({ folder, reason }) => `The folder ${folder} cannot be watched: ${reason}.`,
    fix: "Raise the system's limit of watched files, or run rollup:compile after each change.",
  },
  MODEL_FILE_INVALID: {
    message: ({ file, reason }) => `${file} is no model of a circuit: ${reason}.`,
    fix: "Write export default ({ a, b }) => ({ product: a * b }), which returns null for bad inputs.",
  },
  OPTION_OUT_OF_RANGE: {
    message: ({ option, value, min, max }) =>
      `--${option} is ${value}, but it must be a whole number from ${min} to ${max}.`,
    fix: "Pass a number in that range.",
  },
  OPTION_VALUE_UNKNOWN: {
    message: ({ option, value, known }) =>
      `--${option} is ${value}, but it must be one of ${known.join(", ")}.`,
    fix: "Pass one of these values.",
  },
  TESTS_FAIL_UNCHANGED: {
    message: ({ files, output }) =>
      `The tests ${files.join(", ")} do not pass before any constraint is removed.\n${output}`,
    fix: "Run them alone by hardhat test, and correct them or their paths.",
  },
  TESTS_NOT_REPEATABLE: {
    message: ({ files, output }) =>
      `The tests ${files.join(", ")} passed without a change, and later failed without one.\n${output}`,
    fix: "Let them pass each time, leave no files that make the next run fail, and do not edit the circuit meanwhile.",
  },
  VERIFIER_FILE_TAKEN: {
    message: ({ file }) => `${file} is not generated, and a verifier would replace it.`,
    fix: "Move the file, or set circuits.verifiers to another path or suffix.",
  },
  PROFILE_INCOMPLETE: {
    message: ({ errors }) =>
      `${errors.length} circuits have no profile; those of the others are complete.\n\n` +
      errors.join("\n\n"),
    fix: "Correct each circuit as its own error says, or name the circuits to profile.",
  },
  PROFILE_BASELINE_MISSING: {
    message: ({ file }) => `There is no baseline ${file} to compare circuits with.`,
    fix: "Write it by rollup:profile --write-baseline, and commit it.",
  },
  PROFILE_GROWN: {
    message: ({ circuits, file }) =>
      `These circuits have more constraints or wires than in ${file}: ${circuits.join(", ")}.`,
    fix: "Make them smaller where the table says, or accept the costs: rollup:profile --write-baseline.",
  },
  PROFILE_TOLERANCE_INVALID: {
    message: ({ value }) => `--tolerance is ${value}, but it must be a percentage from 0 to 100.`,
    fix: "Pass a number in that range, such as 0.5.",
  },
  PROFILE_PROTOCOL_UNTIMED: {
    message: ({ circuit, protocol }) =>
      `The circuit ${circuit} proves by ${protocol}, but times are measured for Groth16 only.`,
    fix: "Omit --time: constraints and wires are those of every proof system.",
  },
  PROFILE_INPUTS_MISSING: {
    message: ({ circuit, tried }) =>
      `No inputs to measure a proof of ${circuit} with: it accepts none of ${tried} random ones.`,
    fix: "Pass --input with a JSON file of inputs that it accepts.",
  },
  CIRCOMKIT_FILE_INVALID: {
    message: ({ file, problem }) => `${file} is no file of circomkit: ${problem}.`,
    fix: "Give each circuit a file, a template, and lists of pubs and params; or rename the file.",
  },
  CIRCUIT_NOT_BUILT: {
    message: ({ circuit }) =>
      `Circuit ${circuit} is made of a template in a test or script, so no contract is built for it.`,
    fix: "List it in the config under rollup.circuits.mains, and get it by its name.",
  },
  CIRCUIT_OPTION_UNKNOWN: {
    message: ({ option, known }) =>
      `hre.circuits.get has no option ${option}; its options are ${known.join(", ")}.`,
    fix: "Correct the name of the option, or omit it.",
  },
  CIRCUITS_BROKEN: {
    message: ({ errors }) =>
      `${errors.length} circuits do not compile; the others are built.\n\n${errors.join("\n\n")}`,
    fix: "Correct each circuit as its own error says.",
  },
  CIRCUIT_WITHOUT_PUBLIC_VALUE: {
    message: ({ circuit }) =>
      `Circuit ${circuit} has no public value, so there is no contract that verifies its proofs.`,
    fix: "Give it an output, or make an input public: component main {public [a]} = …;",
  },
  VERIFIER_OF_OTHER_PROTOCOL: {
    message: ({ circuit, protocol, built }) =>
      `The circuit ${circuit} proves by ${protocol} here, but its contract is built for ${built}.`,
    fix: "Set circuits.overrides of this circuit to the protocol in the config, and build again.",
  },
  ROLLUP_NOT_BUILT: {
    message: ({ preset, prover, reason }) =>
      `The rollup of preset ${preset} with prover ${prover} is not built: ${reason}.`,
    fix: "Set preset and prover in the config, or run hardhat build --preset P --prover X, then --no-compile.",
  },
  BOND_ADDRESS_MISSING: {
    message: () => "No bond is named.",
    fix: "Pass --bond ADDRESS, set rollup.node.promises.bond, or deploy a bond with --deploy.",
  },
  BOND_ACTIONS_SEVERAL: {
    message: ({ options }) => `${options.join(" and ")} are several things to do with a bond.`,
    fix: "Pass one of them at a time; only --fund goes together with --deploy.",
  },
  BOND_CALL_FAILED: {
    message: ({ call, reason }) => `L1 has not done ${call}: ${reason}.`,
    fix:
      "The owner's actions need the bond's owner as the network's first account, a withdrawal its " +
      "delay, and a claim a promise whose L1 block is still there and that nobody has claimed.",
  },
  BOND_REVERTED: {
    message: ({ call, error, values, advice }) =>
      `The bond refuses ${call}: ${error}(${formatValues(values)}). ${advice}`,
    fix: "Change what the message names; hardhat rollup:bond shows the bond as L1 has it.",
  },
  PROMISE_FILE_INVALID: {
    message: ({ file, reason }) => `The file ${JSON.stringify(file)} cannot be used: ${reason}.`,
    fix: "Name a file with a promise: promiseToJson of the SDK writes one, and so does the API.",
  },
  PROMISES_MAY_BREAK: {
    message: ({ blockNumber }) =>
      `The node of this config signs promises, which a revert from block ${blockNumber} on may break.`,
    fix: "Leave the blocks on L1, or pass --break-promises to risk the bond.",
  },
  L1_KEY_MISSING: {
    message: ({ variable }) => `The environment variable ${variable} has no key.`,
    fix: "Set it to the private key that the config names, such as that of the operator's L1 account, as 0x-hex.",
  },
  L1_KEY_INVALID: {
    message: ({ source }) => `The key of ${source} is no private key.`,
    fix: "Use 32 bytes as 0x-hex.",
  },
  ROLLUP_NOT_DEPLOYED: {
    message: ({ network }) => `There is no rollup on this connection to the network ${network}.`,
    fix: "Call connection.rollup.deploy(), or connect to a devnet (rollup:devnet) and attach().",
  },
  OPERATOR_ELSEWHERE: {
    message: ({ network }) => `The operator of the rollup on ${network} runs in another process.`,
    fix: "Use connection.rollup.provider and wallets, or deploy a rollup of your own.",
  },
  ROLLUP_ADDRESS_UNKNOWN: {
    message: ({ network, file }) =>
      `The rollup's address on ${network} is unknown: no operator answers, and there is no ${file}.`,
    fix: "Pass --rollup 0x…, the address of the contract (resume: rollup), or deploy one there.",
  },
  DEPLOYMENT_OF_OTHER_CHAIN: {
    message: ({ network, file, rollup }) =>
      `${file} names ${rollup} on another chain than that of ${network}: ` +
      "the first block of the chain differs.",
    fix: "Pass --rollup 0x…, or delete the file if its chain no longer exists.",
  },
  DEPLOYMENT_FILE_INVALID: {
    message: ({ file }) => `${file} contains no address of a rollup.`,
    fix: "Pass --rollup 0x…, or delete the file and deploy again.",
  },
  OUTPUT_EXISTS: {
    message: ({ file }) => `${file} exists already, so nothing has been deployed.`,
    fix: "Pass --force to replace it, or another path as --output.",
  },
  OUTPUT_NOT_WRITABLE: {
    message: ({ file, reason }) => `${file} cannot be written: ${reason}`,
    fix: "Pass --output with a path in a writable folder.",
  },
  FILE_NOT_ACCESSIBLE: {
    message: ({ path, reason }) => `${path} cannot be used: ${reason}`,
    fix: "Check that the path exists, its permissions, and the free space on the disk.",
  },
  NETWORK_REQUEST_FAILED: {
    message: ({ network, reason }) => `L1 (network ${network}) has failed to answer: ${reason}`,
    fix: "Check the network's url and accounts in the config, and that its first account has funds.",
  },
  OPTION_MISSING: {
    message: ({ option, task, or = [] }) =>
      `${task} needs ${[`the option --${option}`, ...or].join(", or ")}.`,
    fix: "Pass it; the task explains its options with --help.",
  },
  BENCH_SUITE_UNKNOWN: {
    message: ({ suite, known }) => `There is no benchmark ${suite}; there are ${known.join(", ")}.`,
    fix: "Name one or more of them; without a name the quick ones run.",
  },
  BENCH_OPTION_OUT_OF_RANGE: {
    message: ({ option, value, min, max }) =>
      `--${option} is ${value}, but it must be a whole number from ${min} to ${max}.`,
    fix: "Pass a number in that range.",
  },
  BENCH_KIND_INVALID: {
    message: ({ kind, preset, slots, levels }) =>
      `--kind names "${kind}", which is no kind of block that the preset ${preset} can have: ` +
      `slots from ${slots.join(" to ")}, main or wide, levels from ${levels.join(" to ")}.`,
    fix: "Name each as slots-tokens-levels, such as 4-main-2, with commas between them.",
  },
  BENCH_BROWSER_MISSING: {
    message: ({ missing }) => `The suite browser needs ${missing}, which is not installed.`,
    fix:
      "Install Debian's package chromium or set ROLLUP_CHROMIUM to a Chromium, and run " +
      "npm install -D playwright-core esbuild.",
  },
  BENCH_CHART_WITHOUT_BLOCKS: {
    message: () => "--chart draws the results of the suite `blocks`, which is not named.",
    fix: "Name it: hardhat rollup:bench blocks --chart blocks.svg",
  },
  NETWORK_WITHOUT_L1: {
    message: ({ network }) => `The network ${network} runs in this process and ends with it.`,
    fix: "Pass --network with a network of type http; rollup:devnet runs L1 and operator in one process.",
  },
  NO_SIGNER: {
    message: ({ network }) => `The network ${network} has no account that can deploy.`,
    fix: "Configure accounts for the network.",
  },
  NETWORK_NOT_CHOSEN: {
    message: ({ network }) =>
      `A devnet starts its own chain, so it cannot run on the network ${network}.`,
    fix: "Omit --network; rollup:deploy and rollup:operator run a rollup on another L1.",
  },
  PAGES_NOT_BUILT: {
    message: () => "The pages of explorer and wallet are not built in this checkout.",
    fix: "Run npm run build:web; the packed package contains them.",
  },
  L1_METHODS_UNKNOWN: {
    message: ({ value, known }) =>
      `--l1-methods is ${value}, but it must be one of ${known.join(", ")}.`,
    fix: "Pass one of them, or omit the option for the methods that wallets need.",
  },
  STORE_UNKNOWN: {
    message: ({ forms }) => `--store names no store: it must be ${forms}.`,
    fix: "Pass one of them, or omit the option for the store of the config.",
  },
  STORE_IN_MEMORY: {
    message: () => "The store is the memory of the operator's process, which nobody else can read.",
    fix: "Name a store that outlives the process: --store sqlite:FILE or --store postgres://….",
  },
  OUTPUT_MISSING: {
    message: ({ task }) => `${task} needs a file for what it writes.`,
    fix: "Pass --output FILE.",
  },
  INIT_FILES_EXIST: {
    message: ({ folder, files }) =>
      `${folder} has other files in these places, so nothing is written: ${files.join(", ")}.`,
    fix: "Pass --force to replace them, name another folder, or run the command at a terminal, where it asks.",
  },
  INIT_PACKAGE_JSON_INVALID: {
    message: ({ file }) => `${file} is not a JSON object, so it cannot be extended.`,
    fix: "Correct the file or delete it, and run the command again.",
  },
  COMMAND_UNKNOWN: {
    message: ({ command }) => `hardhat-zkrollup has no command "${command}" with these arguments.`,
    fix: "Run hardhat-zkrollup --help; all other commands are tasks: npx hardhat rollup --help.",
  },
  COMMAND_OPTION_INVALID: {
    message: ({ option, problem, known }) =>
      `hardhat-zkrollup: ${option} ${problem}; the options are ${known.join(", ")}.`,
    fix: "Run hardhat-zkrollup --help, which explains each option.",
  },
  SOLC_VERSION_MISMATCH: {
    message: ({ configured, installed, path }) =>
      `The config has solc ${configured}, but the compiler at ${path} is version ${installed}.`,
    fix: "Set the version to that of the installed solc package, or install that version.",
  },
});
