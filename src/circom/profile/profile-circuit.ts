/** Counts what each part of a circuit costs. */
import { getHeapStatistics } from "node:v8";
import { PRIME_NAMES } from "../../crypto/primes.ts";
import { readR1cs } from "../../groth16/formats/r1cs.ts";
import { type CompileOptions, locateCircuit } from "../compilation.ts";
import { compileCircuit } from "../compile.ts";
import { createCircuitSource } from "../diagnosis/circuit-source.ts";
import { shortPath } from "../diagnosis/trace.ts";
import { readSubstitutions } from "../substitutions.ts";
import { attribute } from "./attribution.ts";
import { collect, type Collected } from "./collect.ts";
import type { Counts } from "./counts.ts";
import type { ArrayView, InstanceProfile } from "./instance-tree.ts";
import { readLabels } from "./labels.ts";
import { assertFits } from "./memory.ts";

export interface ProfileOptions extends CompileOptions {
  /** How arrays of components are listed. Default `"collapsed"`. */
  readonly arrays?: ArrayView;
  /** Folder that the paths of files are relative to. Default: the working directory. */
  readonly root?: string;
}

/** What each part of a circuit costs. */
export interface CircuitProfile extends Omit<Collected, "root"> {
  readonly circuit: string;
  readonly optimization: CompileOptions["optimization"];
  /** All constraints and wires of the r1cs, and of the source. */
  readonly totals: Counts;
  /**
   * What belongs to no template: the wire of the constant 1, and constraints that are none of the
   * source, of which no tested version of circom makes any.
   */
  readonly unattributed: Pick<Counts, "constraints" | "wires">;
  /** The main component with all in it. */
  readonly main: InstanceProfile;
}

/**
 * Counts constraints and wires of a circuit by template, by component and by source line.
 *
 * @param options - `file`, path of the `.circom` file; `cacheDir`, where compiled files stay; how
 *   to compile. `arrays`: `"expanded"` to list the elements of arrays of components one by one.
 * @returns The counts. Those of all templates and the unattributed ones add up to the r1cs's.
 * @throws CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE, and as {@link compileCircuit}
 *
 * @example
 * const file = `${hre.config.paths.root}/circuits/multiplier.circom`;
 * const profile = await profileCircuit({ file, cacheDir: folder, optimization: 1 });
 * profile.totals.constraints; // 1
 * profile.templates.map(({ template }) => template); // ["Multiplier"]
 */
export async function profileCircuit(options: ProfileOptions): Promise<CircuitProfile> {
  const { optimization, prime, arrays = "collapsed", root } = options;
  const compiled = await compileCircuit(options);
  const { file, folders } = await locateCircuit(options);
  const { main } = createCircuitSource(file, folders, prime).design();
  assertFits(main.instance.totals.signals, getHeapStatistics().heap_size_limit);
  await pause();
  const r1cs = readR1cs(compiled.r1csPath, PRIME_NAMES);
  const labels = readLabels(main, compiled.symPath);
  const substitutions = readSubstitutions(compiled.substitutionsPath);
  const attribution = await attribute(main, r1cs, labels, substitutions, pause);
  const collected = collect(main, attribution, arrays, (path) => shortPath(path, root));
  const { root: mainProfile, templates, lines } = collected;
  const { constraints, signals } = main.instance.totals;
  return {
    circuit: options.name ?? compiled.name,
    optimization,
    totals: {
      constraints: r1cs.constraints,
      wires: r1cs.wires,
      sourceConstraints: constraints,
      signals,
    },
    unattributed: { constraints: attribution.otherRows, wires: 1 + attribution.otherWires },
    templates,
    main: mainProfile,
    lines,
  };
}

/** Lets a spinner turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
