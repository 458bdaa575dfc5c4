/** `hardhat rollup:info`: what a circuit is, and what there is of it. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CircuitInfo } from "../src/plugin/circuits/circuit-info.ts";
import type { SignalDeclaration } from "../src/circom/signals.ts";
import { createProgress } from "../src/plugin/progress.ts";
import { counted } from "../src/util/counted.ts";
import { shownPath } from "./circuit-steps.ts";
import { defineAction, printJson } from "./common.ts";
import { type CircuitArguments, sourceOf } from "./one-circuit.ts";

/** Maximum signals that are listed of one kind. */
const LISTED_MAX = 24;
const TITLE_WIDTH = 14;

const action = defineAction<CircuitArguments>(async (args, hre) => {
  const info = await load(args, hre);
  if (args.json) printJson(info);
  else console.log(describe(info).join("\n"));
});

async function load(args: CircuitArguments, hre: HardhatRuntimeEnvironment): Promise<CircuitInfo> {
  const { compileCircuit } = await import("../src/circom/compile.ts");
  const { readInfo } = await import("../src/plugin/circuits/circuit-info.ts");
  const { hintIfSlow } = await import("../src/plugin/circuits/compile-hint.ts");
  const { rollup, paths } = hre.config;
  const source = await sourceOf(args, "rollup:info", hre);
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  await progress(`Compiling ${source.name}`, () =>
    hintIfSlow(source, () => compileCircuit({ ...source, cacheDir: rollup.paths.circuits })),
  );
  return progress(`Looking ${source.name} up`, () =>
    readInfo(source, { config: rollup, root: paths.root, artifacts: hre.artifacts }),
  );
}

function describe(info: CircuitInfo): string[] {
  const { name, file, main, protocol, prime, optimization, key, contract } = info;
  const count = (value: number) => value.toLocaleString("en");
  // A label and a wire are that of the constant 1, which is no signal.
  const inner = info.labels === info.wires ? "" : ` for ${counted(info.labels - 1, "signal")}`;
  return [
    name,
    line("source", main === null ? shownPath(file) : `${shownPath(file)}: ${main}`),
    line("compiled for", `${prime}, at --O${optimization}`),
    line("constraints", count(info.constraints)),
    line("wires", `${count(info.wires)}${inner}`),
    ...signals("inputs", info.inputs, (input) => (input.public ? "public" : "private")),
    ...signals("outputs", info.outputs, () => "public"),
    line("public values", publicText(info)),
    line("proof system", prime === "bn128" ? protocol : "none for this prime"),
    line("key", keyText(key)),
    line("contract", contractText(contract)),
    ...info.files.map(({ kind, path, bytes }) => line(kind, `${shownPath(path)}, ${size(bytes)}`)),
    ...info.warnings.map((warning) => `  ${warning}`),
  ];
}

function line(title: string, text: string): string {
  return `  ${title.padEnd(TITLE_WIDTH)} ${text}`;
}

function signals(
  title: string,
  declared: readonly SignalDeclaration[],
  visibility: (signal: SignalDeclaration) => string,
): string[] {
  if (declared.length === 0) return [line(title, "none")];
  const shown = declared.slice(0, LISTED_MAX).map((signal, index) => {
    const { name, shape } = signal;
    const lengths = shape.map((length) => `[${length}]`).join("");
    return line(index === 0 ? title : "", `${name}${lengths}  ${visibility(signal)}`);
  });
  const more = declared.length - shown.length;
  return more > 0 ? [...shown, line("", `and ${more} more`)] : shown;
}

function publicText({ publicSignals }: CircuitInfo): string {
  const { length } = publicSignals;
  if (length === 0) return "none, so a proof says nothing";
  const names = publicSignals.slice(0, LISTED_MAX).join(", ");
  const more = length > LISTED_MAX ? `, and ${length - LISTED_MAX} more` : "";
  return `${length.toLocaleString("en")}: ${names}${more}`;
}

function keyText({ state, origin, path, insecure }: CircuitInfo["key"]): string {
  if (state === "none") return state;
  const security = insecure === true ? ", INSECURE" : "";
  const place = path === undefined ? "" : `: ${shownPath(path)}`;
  return `${state}, ${origin}${security}${place}`;
}

function contractText({ state, name, file, codeBytes }: CircuitInfo["contract"]): string {
  if (state === "none") return state;
  const code = codeBytes === null ? "" : `, ${size(codeBytes)} of code`;
  return `${state}, ${name}${code}: ${shownPath(file)}`;
}

function size(bytes: number): string {
  return `${bytes.toLocaleString("en")} bytes`;
}

export default action;
