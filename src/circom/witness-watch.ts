/** Lets a program see the inputs that circuits of its process get, as for coverage. */
import type { PrimeName } from "../crypto/primes.ts";
import type { SourceFolders } from "./sources.ts";
import type { InputValues } from "./witness-inputs.ts";

/** The circuit that inputs were passed to. */
export interface WatchedCircuit {
  readonly name: string;
  /** Path of the .circom file with the main component. */
  readonly file: string;
  readonly folders: SourceFolders;
  readonly prime: PrimeName;
}

/**
 * Sees inputs that a circuit has accepted or refused; those that it cannot take, such as a missing
 * one, are not seen. A watcher throws nothing.
 */
export type WitnessWatcher = (
  circuit: WatchedCircuit,
  inputs: InputValues,
  isAccepted: boolean,
) => void;

const watchers = new Set<WitnessWatcher>();

/** @returns Ends the watch. */
export function watchWitnesses(watcher: WitnessWatcher): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Passes inputs on to all watchers. */
export const noteWitness: WitnessWatcher = (circuit, inputs, isAccepted) => {
  for (const watcher of watchers) watcher(circuit, inputs, isAccepted);
};
