/** How signals got their values. */
import { signalName } from "../evaluation/design.ts";
import { type CircuitDesign, evaluate } from "../evaluation/evaluate.ts";
import type { RunningComponent } from "../evaluation/simulation.ts";
import { chainsFromInputs, nameOf, OriginRecorder } from "../diagnosis/origins.ts";
import {
  type ChainLink,
  renderChain,
  showValue,
  type SourcePlace,
  toLink,
} from "../diagnosis/trace.ts";
import { circomError } from "../errors.ts";
import type { InputValues } from "../witness-inputs.ts";

/** How a signal got its value. */
export interface SignalHistory {
  /** Full name. */
  readonly signal: string;
  /** Undefined if it was not assigned before the run ended. */
  readonly value: bigint | undefined;
  /** The statement that assigned it; undefined for an input of the main component. */
  readonly place: SourcePlace | undefined;
  /** The signals that the statement computed it from. */
  readonly sources: readonly ChainLink[];
  /** From inputs of the main component to the signal. */
  readonly chains: readonly (readonly ChainLink[])[];
}

const CHAINS_MAX = 3;
const SIGNALS_MAX = 64;

/**
 * Explains a signal, or each signal of an array or a bus.
 *
 * @param name - Full name: "main.hash.out", "main.bits[3]" or "main.bits".
 * @throws SIGNAL_NOT_FOUND, and as `evaluate`
 */
export function explainSignal(
  design: CircuitDesign,
  inputs: InputValues,
  name: string,
): SignalHistory[] {
  const recorder = new OriginRecorder();
  const { main } = evaluate(design, inputs, { observer: recorder, signals: recorder });
  const found = findSignals(main, name);
  if (found.length === 0) {
    const known = signalsOf(main).slice(0, SIGNALS_MAX / 8);
    const circuit = main.instance.template.name;
    throw circomError({ code: "SIGNAL_NOT_FOUND", circuit, signal: name, known });
  }
  return found.slice(0, SIGNALS_MAX).map(({ component, offset }) => {
    const origin = recorder.originOf(component, offset);
    const signal = nameOf({ component, offset });
    const value = component.values[offset];
    if (origin === undefined) return { signal, value, place: undefined, sources: [], chains: [] };
    const sources = [...origin.sources].map(toLink);
    const chains = chainsFromInputs([origin], CHAINS_MAX).map((chain) => chain.map(toLink));
    return { signal, value, place: toLink(origin).place, sources, chains };
  });
}

export function renderHistory({ signal, value, place, sources, chains }: SignalHistory): string[] {
  if (value === undefined) return [`${signal} has no value: the run ended before`];
  const line = `${signal} = ${showValue(value)}`;
  if (place === undefined) return [line, "  an input of the main component"];
  return [
    line,
    `  ${place.file}:${place.line} in ${place.component}: ${place.source}`,
    ...sources.map((source) => `  ${source.signal} = ${showValue(source.value)}`),
    ...chains.flatMap(renderChain),
  ];
}

/** Finds the signals below a full name: an array, a bus or a component. */
export function findSignals(
  main: RunningComponent,
  name: string,
): { component: RunningComponent; offset: number }[] {
  const component = findComponent(main, name);
  const rest = name.slice(component.path.length + 1);
  return [...component.values.keys()]
    .filter((offset) => {
      const own = signalName(component.instance, offset);
      return (
        rest === "" || own === rest || own.startsWith(`${rest}[`) || own.startsWith(`${rest}.`)
      );
    })
    .map((offset) => ({ component, offset }));
}

/** Follows a full name through components as far as it names any. */
function findComponent(main: RunningComponent, name: string): RunningComponent {
  let component = main;
  for (;;) {
    const prefix = `${component.path}.`;
    const next = component.children.find(
      (child) => child !== undefined && `${name}.`.startsWith(`${prefix}${child.label}.`),
    );
    if (next === undefined) return component;
    component = next;
  }
}

function signalsOf(component: RunningComponent): string[] {
  return component.values.map((_, offset) => nameOf({ component, offset }));
}
