/** Holds the ceremony of several circuits, step by step. */
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import { locatePtau } from "../../groth16/setup/ptau-download.ts";
import { existsSync } from "node:fs";
import type { CompiledCircuit } from "../../circom/compile.ts";
import {
  applyBeaconToKey,
  assertBeaconPossible,
  assertContributed,
  assertContributionPossible,
  assertIntactKey,
  assertSecret,
  assertUsablePtau,
  ceremonyKeyPath,
  contributeToKey,
  findCeremonyKey,
  startCeremony,
  verifyCeremony,
} from "../../groth16/setup/ceremony.ts";
import { pluginError } from "../errors.ts";
import type { Compiled } from "./pipeline.ts";
import { isCeremonyKey } from "./keys.ts";
import { type BuildPlan, selectCircuits } from "./plan.ts";
import { rollupCircuitName } from "./sources.ts";

/** Steps of a ceremony, in this order. */
export interface CeremonySteps {
  /**
   * File of the powers of tau, or the name of a public one. It starts the ceremony of a circuit and
   * verifies its key.
   */
  readonly ptau?: string | undefined;
  /** Name under which to contribute. */
  readonly contribute?: string | undefined;
  /** Hex of the value that ends the ceremony. */
  readonly beacon?: string | undefined;
  /** Whether to verify the key at the end. */
  readonly verify: boolean;
}

export interface CeremonyResult {
  readonly name: string;
  readonly zkey: string;
  readonly started: boolean;
  /** Hash of this contribution. */
  readonly contribution?: string;
  readonly beacon?: string;
  /** The contributions with their hashes, if they were verified. */
  readonly report?: readonly string[];
}

export function hasCeremonySteps({ ptau, contribute, beacon, verify }: CeremonySteps): boolean {
  return verify || [ptau, contribute, beacon].some((step) => step !== undefined);
}

/**
 * Refuses to make keys again that only the contributors of a ceremony can make.
 *
 * @throws CEREMONY_KEYS_KEPT
 */
export function assertNotForced(plan: BuildPlan): void {
  if (plan.force !== true) return;
  const { own, keyIds } = selectCircuits(plan);
  const circuits = [
    ...own.filter(({ protocol }) => isCeremonyKey(protocol, plan.config)).map(({ name }) => name),
    ...(isCeremonyKey("groth16", plan.config)
      ? keyIds.map((keyId) => rollupCircuitName(plan.preset, keyId))
      : []),
  ];
  if (circuits.length > 0) throw pluginError({ code: "CEREMONY_KEYS_KEPT", circuits });
}

/**
 * Takes the steps of a ceremony for each circuit. A step that is not possible for one of them is
 * refused before any key is changed.
 *
 * @returns The results in the order of the circuits.
 * @throws CEREMONY_NOT_CONFIGURED, PTAU_MISSING, PTAU_NOT_DOWNLOADED, and the codes of each step
 */
export async function takeCeremonySteps(
  compiled: readonly Compiled[],
  given: CeremonySteps,
  { config: { setup, paths }, progress }: Pick<BuildPlan, "config" | "progress">,
): Promise<CeremonyResult[]> {
  if (setup.type !== "ceremony") throw pluginError({ code: "CEREMONY_NOT_CONFIGURED" });
  const { keysDir } = setup;
  if (given.verify && given.ptau === undefined) throw pluginError({ code: "PTAU_MISSING" });
  const circuits = withoutCopies(compiled, keysDir);
  const get = async () => given.ptau && locatePtau(given.ptau, { folder: paths.ptau });
  const steps = { ...given, ptau: await progress("Getting the powers of tau", get) };
  for (const { circuit } of circuits) await assertStepsPossible(circuit, steps, keysDir);
  // Damaged powers are found as a key is made of them, so all are made before the next step.
  const started = new Set<string>();
  for (const { circuit, name } of steps.ptau === undefined ? [] : circuits) {
    const start = () => startCeremony(circuit, steps.ptau!, keysDir);
    const result = await progress(`Starting the ceremony of ${name}`, start);
    if (result.started) started.add(name);
  }
  const results: CeremonyResult[] = [];
  for (const { circuit, name } of circuits) {
    const take = () => takeSteps(circuit, steps, findCeremonyKey(circuit, keysDir));
    const result = await progress(`Holding the ceremony of ${name}`, take);
    results.push({ name, started: started.has(name), ...result });
  }
  return results;
}

/**
 * Circuits of one name and the same constraints have one key. Only Groth16 has ceremonies, and
 * other primes have no prover.
 */
function withoutCopies(compiled: readonly Compiled[], keysDir: string): Compiled[] {
  const byKey = new Map(
    compiled
      .filter(
        ({ protocol, circuit }) => protocol === "groth16" && circuit.stats.prime === DEFAULT_PRIME,
      )
      .map((entry) => [ceremonyKeyPath(entry.circuit, keysDir), entry] as const),
  );
  return [...byKey.values()];
}

async function assertStepsPossible(
  circuit: CompiledCircuit,
  { ptau, contribute, beacon, verify }: CeremonySteps,
  keysDir: string,
): Promise<void> {
  const isNew = ptau !== undefined && !existsSync(ceremonyKeyPath(circuit, keysDir));
  const zkey = isNew ? ceremonyKeyPath(circuit, keysDir) : findCeremonyKey(circuit, keysDir);
  if (isNew || verify) assertUsablePtau(circuit, ptau!);
  if (!isNew) await assertIntactKey(circuit, zkey);
  if (contribute !== undefined) assertContributionPossible(zkey, contribute);
  if (beacon !== undefined) assertBeaconPossible(zkey, beacon);
  if (contribute !== undefined) return;
  if (beacon !== undefined) assertSecret(zkey);
  if (verify) assertContributed(circuit, zkey);
}

async function takeSteps(
  circuit: CompiledCircuit,
  { ptau, contribute, beacon, verify }: CeremonySteps,
  zkey: string,
): Promise<Omit<CeremonyResult, "name" | "started">> {
  const contribution =
    contribute === undefined ? undefined : await contributeToKey(zkey, contribute);
  const ended = beacon === undefined ? undefined : await applyBeaconToKey(zkey, beacon);
  const report = verify ? await verifyCeremony(circuit, ptau!, zkey) : undefined;
  return {
    zkey,
    ...(contribution !== undefined && { contribution }),
    ...(ended !== undefined && { beacon: ended }),
    ...(report !== undefined && { report }),
  };
}
