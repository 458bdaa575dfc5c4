/** Records where each signal got its value from. */
import type { Statement } from "../language/syntax.ts";
import { signalName } from "../evaluation/design.ts";
import type { Frame, Observer } from "../evaluation/frame.ts";
import type { RunningComponent, SignalObserver } from "../evaluation/simulation.ts";

/** A signal, and the signals that its value was computed from. */
export interface Origin {
  readonly component: RunningComponent;
  readonly offset: number;
  /** The statement that assigned it; undefined for inputs of the main component. */
  readonly statement: Statement | undefined;
  /** The component whose statement it is. */
  readonly by: RunningComponent | undefined;
  readonly sources: ReadonlySet<Origin>;
}

/** What a running function or template has read. */
interface Reads {
  /** Signals behind the value that is being computed. */
  current: Set<Origin>;
  /** Signals behind each variable, by its slot. */
  readonly variables: (ReadonlySet<Origin> | undefined)[];
}

/** Maximum signals that are kept as the sources of one value. */
const SOURCES_MAX = 64;
const NO_SOURCES: ReadonlySet<Origin> = new Set();

/** Watches an evaluation. Conditions of `if` and loops do not count as sources. */
export class OriginRecorder implements Observer, SignalObserver {
  readonly #reads = new WeakMap<Frame, Reads>();
  readonly #origins = new Map<RunningComponent, (Origin | undefined)[]>();

  /** Returns the origin of a signal, or undefined if it was not assigned. */
  originOf(component: RunningComponent, offset: number): Origin | undefined {
    return this.#origins.get(component)?.[offset];
  }

  /** Returns the signals that the statement of a frame has read so far. */
  readsOf(frame: Frame): ReadonlySet<Origin> {
    return this.#of(frame).current;
  }

  statement(_: Statement, frame: Frame): void {
    this.begin(frame);
  }

  begin(frame: Frame): void {
    this.#of(frame).current = new Set();
  }

  called(parameters: number, frame: Frame): void {
    const given = frame.caller === undefined ? NO_SOURCES : this.#of(frame.caller).current;
    const { variables } = this.#of(frame);
    for (let slot = 0; slot < parameters; slot++) variables[slot] = new Set(given);
  }

  returned(frame: Frame): void {
    if (frame.caller !== undefined) addAll(this.#of(frame.caller).current, this.readsOf(frame));
  }

  variableRead(slot: number, frame: Frame): void {
    const { current, variables } = this.#of(frame);
    addAll(current, variables[slot] ?? NO_SOURCES);
  }

  variableWritten(slot: number, isPart: boolean, frame: Frame): void {
    const { current, variables } = this.#of(frame);
    const sources = new Set(isPart ? variables[slot] : []);
    addAll(sources, current);
    variables[slot] = sources;
  }

  signalRead(component: RunningComponent, offset: number, frame: Frame): void {
    const origin = this.originOf(component, offset);
    if (origin !== undefined) addAll(this.#of(frame).current, [origin]);
  }

  signalWritten(component: RunningComponent, offset: number, frame: Frame): void {
    const { statement, activation } = frame;
    const by = activation as RunningComponent | undefined;
    const sources = statement === undefined ? NO_SOURCES : new Set(this.readsOf(frame));
    const origins = this.#origins.get(component) ?? [];
    origins[offset] = { component, offset, statement, by, sources };
    this.#origins.set(component, origins);
  }

  #of(frame: Frame): Reads {
    const known = this.#reads.get(frame);
    if (known !== undefined) return known;
    const reads: Reads = { current: new Set(), variables: [] };
    this.#reads.set(frame, reads);
    return reads;
  }
}

/** Returns the full name of a signal. */
export function nameOf({ component, offset }: Pick<Origin, "component" | "offset">): string {
  return `${component.path}.${signalName(component.instance, offset)}`;
}

/**
 * Finds the inputs behind some signals.
 *
 * @returns For each input, the chain from it to one of the signals.
 */
export function chainsFromInputs(signals: Iterable<Origin>, limit: number): Origin[][] {
  const next = new Map<Origin, Origin | undefined>();
  for (const signal of signals) next.set(signal, undefined);
  const chains: Origin[][] = [];
  // `next` grows while it is walked: the nearest signals come first.
  for (const [origin] of next) {
    if (chains.length === limit) break;
    if (origin.statement === undefined) chains.push(chainOf(origin, next));
    for (const source of origin.sources) if (!next.has(source)) next.set(source, origin);
  }
  return chains;
}

function chainOf(input: Origin, next: ReadonlyMap<Origin, Origin | undefined>): Origin[] {
  const chain: Origin[] = [];
  for (let origin: Origin | undefined = input; origin !== undefined; origin = next.get(origin)) {
    chain.push(origin);
  }
  return chain;
}

function addAll(target: Set<Origin>, sources: Iterable<Origin>): void {
  for (const source of sources) {
    if (target.size >= SOURCES_MAX) return;
    target.add(source);
  }
}
