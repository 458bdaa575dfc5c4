/** The commands of the witness debugger, as text in and text out. */
import { counted } from "../../util/counted.ts";
import { isRollupError } from "../../util/errors.ts";
import {
  type FailureTrace,
  renderTrace,
  shortPath,
  showValue,
  traceFailure,
} from "../diagnosis/trace.ts";
import type { CircuitDesign } from "../evaluation/evaluate.ts";
import type { Value } from "../evaluation/values.ts";
import { parseExpression } from "../language/expressions.ts";
import { lineOf, lineText } from "../language/source-text.ts";
import { TokenStream } from "../language/tokens.ts";
import type { InputValues } from "../witness-inputs.ts";
import { nameOf } from "../diagnosis/origins.ts";
import { createSession, type Session, show, type Step } from "./session.ts";
import { explainSignal, findSignals, renderHistory } from "./signal-history.ts";

/** A circuit that stands before one of its statements. */
export interface Debugger {
  /** Where it stands, as lines of text. */
  readonly where: () => string[];
  /** Runs a command. @returns Its output; undefined for the command that ends the session. */
  run(command: string): string[] | undefined;
}

/** The session, and what commands change. */
interface Context {
  readonly design: CircuitDesign;
  readonly inputs: InputValues;
  readonly session: Session;
  readonly failure: FailureTrace | undefined;
  /** Index of the next statement. */
  position: number;
  readonly breakpoints: Set<string>;
}

interface Command {
  readonly names: readonly string[];
  readonly parameters: string;
  readonly help: string;
  readonly run: (context: Context, argument: string) => string[];
}

const LISTED_LINES = 5;
const SHOWN_SIGNALS_MAX = 64;

const COMMANDS: readonly Command[] = [
  {
    names: ["step", "s"],
    parameters: "[N]",
    help: "run one statement, or N",
    run: (context, argument) => move(context, context.position + count(argument)),
  },
  {
    names: ["back", "b"],
    parameters: "[N]",
    help: "return to the statement before, or N back",
    run: (context, argument) => move(context, context.position - count(argument)),
  },
  {
    names: ["next", "n"],
    parameters: "",
    help: "run one statement with all that it calls",
    run: (context) => seek(context, ({ depth }, current) => depth <= current.depth),
  },
  {
    names: ["out", "o"],
    parameters: "",
    help: "run to the end of the component or function",
    run: (context) => seek(context, ({ depth }, current) => depth < current.depth),
  },
  {
    names: ["component", "c"],
    parameters: "[NAME]",
    help: "run to the next component, or to the one with this full name",
    run: (context, name) =>
      seek(context, ({ component }, current) =>
        name === "" ? component !== current.component : component === name,
      ),
  },
  {
    names: ["break"],
    parameters: "[FILE:LINE]",
    help: "stop there with `continue`; again to remove it; alone to list",
    run: toggleBreakpoint,
  },
  {
    names: ["continue", "r"],
    parameters: "",
    help: "run to the next breakpoint, or to the end",
    run: (context) => seek(context, (step) => isBreakpoint(context, step)),
  },
  {
    names: ["print", "p"],
    parameters: "EXPRESSION",
    help: "evaluate an expression here; or a full name: main.r[1].value",
    run: print,
  },
  { names: ["vars", "v"], parameters: "", help: "show the variables here", run: showVariables },
  {
    names: ["signals"],
    parameters: "[NAME]",
    help: "show the signals of the component, or below a full name",
    run: (context, name) => showSignals(context, name || componentPath(context)),
  },
  {
    names: ["why", "w"],
    parameters: "SIGNAL",
    help: "show how a signal with this full name gets its value",
    run: ({ design, inputs }, name) => explainSignal(design, inputs, name).flatMap(renderHistory),
  },
  { names: ["list", "l"], parameters: "[N]", help: "show N lines around", run: list },
  { names: ["stack"], parameters: "", help: "show what has called this statement", run: stack },
  {
    names: ["trace", "t"],
    parameters: "",
    help: "show why the circuit rejects its inputs",
    run: ({ failure }) => (failure === undefined ? ["All statements hold."] : renderTrace(failure)),
  },
  { names: ["help", "h"], parameters: "", help: "show the commands", run: () => HELP },
];

const HELP = [
  ...COMMANDS.map(({ names, parameters, help }) =>
    `${[names.join(", "), parameters].join(" ").padEnd(24)} ${help}`.trimEnd(),
  ),
  `${"quit, q".padEnd(24)} end`,
];

/** @throws INPUT_…, CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE */
export function createDebugger(design: CircuitDesign, inputs: InputValues): Debugger {
  const session = createSession(design, inputs);
  const failure =
    session.evaluation.failure === undefined ? undefined : traceFailure(design, inputs);
  const context = { design, inputs, session, failure, position: 0, breakpoints: new Set<string>() };
  let last = "step";
  return {
    where: () => where(context),
    run: (line) => {
      const text = line.trim() || last; // an empty line repeats
      last = text;
      const [, name, argument] = /^(\S+)\s*(.*)$/.exec(text)!;
      if (name === "quit" || name === "q") return undefined;
      const command = COMMANDS.find(({ names }) => names.includes(name!));
      if (command === undefined) return [`There is no command ${name!}; help lists them.`];
      try {
        return command.run(context, argument!);
      } catch (error) {
        if (isRollupError(error)) return [error.sentence];
        return [error instanceof Error ? error.message : String(error)];
      }
    },
  };
}

function count(argument: string): number {
  return /^\d+$/.test(argument) ? Number(argument) : 1;
}

/** The statement that runs next; at the end, the last one. */
function currentStep({ session, position }: Context): Step {
  return session.steps[Math.min(position, session.steps.length - 1)]!;
}

function componentPath(context: Context): string {
  return currentStep(context).component;
}

function move(context: Context, position: number): string[] {
  const { session } = context;
  const isForward = position > context.position;
  context.position = Math.max(0, Math.min(position, lastPosition(context)));
  const changes = isForward ? session.state(context.position).changes : [];
  return [...changes.map((change) => `  ${change}`), ...where(context)];
}

/** A statement that fails is the last position: there is nothing after it. */
function lastPosition({ session }: Context): number {
  return session.evaluation.failure === undefined ? session.steps.length : session.steps.length - 1;
}

function seek(context: Context, isWanted: (step: Step, current: Step) => boolean): string[] {
  const { session, position } = context;
  const current = currentStep(context);
  const found = session.steps.findIndex(
    (step, index) => index > position && isWanted(step, current),
  );
  return move(context, found < 0 ? lastPosition(context) : found);
}

function where(context: Context): string[] {
  const { session, position, failure } = context;
  if (position === session.steps.length) {
    return [`The circuit has run: ${session.steps.length} statements, and all hold.`];
  }
  const { statement, component } = currentStep(context);
  const { source } = statement.span;
  const line = lineOf(statement.span);
  const isFailing = failure !== undefined && position === session.steps.length - 1;
  return [
    `${shortPath(source.file)}:${line} in ${component}, statement ${position + 1} of ` +
      String(session.steps.length),
    `> ${String(line).padStart(4)}  ${lineText(source, line) ?? ""}`,
    ...(isFailing ? [`This statement fails: ${failure.reason}. trace shows why.`] : []),
  ];
}

function toggleBreakpoint(context: Context, place: string): string[] {
  const { breakpoints } = context;
  if (place === "") return breakpoints.size === 0 ? ["There is none."] : [...breakpoints];
  if (!/^.*:\d+$/.test(place)) return ["break takes a file and a line: range.circom:14"];
  if (breakpoints.delete(place)) return [`${place} is no breakpoint any more.`];
  const hits = context.session.steps.filter((step) => isAt(step, place)).length;
  breakpoints.add(place);
  return [`${place}: ${counted(hits, "statement")} ${hits === 1 ? "runs" : "run"} there.`];
}

function isBreakpoint({ breakpoints }: Context, step: Step): boolean {
  return [...breakpoints].some((place) => isAt(step, place));
}

/** A file may be named by the end of its path. */
function isAt({ statement }: Step, place: string): boolean {
  const { span } = statement;
  return `/${span.source.file}:${lineOf(span)}`.endsWith(`/${place}`);
}

function print(context: Context, text: string): string[] {
  if (text.startsWith("main.")) return showSignals(context, text);
  const { statement } = currentStep(context);
  const scope = context.design.code.scopeOf(statement);
  const tokens = new TokenStream("expression", text);
  const node = parseExpression(tokens);
  if (tokens.peek().kind !== "end") tokens.fail("the end of the expression");
  if (scope === undefined) return ["There is nothing here."];
  const { frame } = context.session.state(context.position);
  return [`${text} = ${show(scope.expression(node)(frame))}`];
}

function showVariables(context: Context): string[] {
  const scope = context.design.code.scopeOf(currentStep(context).statement);
  const { frame } = context.session.state(context.position);
  const variables = scope?.visible().filter(({ kind }) => kind === "variable") ?? [];
  return variables
    .filter(({ slot }) => frame.slots[slot] !== undefined)
    .map(({ name, slot }) => `${name} = ${show(frame.slots[slot] as Value)}`);
}

function showSignals(context: Context, name: string): string[] {
  const { main } = context.session.state(context.position);
  const found = findSignals(main, name);
  if (found.length === 0) return [`There is no signal ${name}.`];
  const lines = found.slice(0, SHOWN_SIGNALS_MAX).map(({ component, offset }) => {
    const value = component.values[offset];
    return `${nameOf({ component, offset })} = ${value === undefined ? "not assigned yet" : showValue(value)}`;
  });
  const more = found.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

function list(context: Context, argument: string): string[] {
  const { span } = currentStep(context).statement;
  const line = lineOf(span);
  const around = argument === "" ? LISTED_LINES : count(argument);
  return Array.from({ length: 2 * around + 1 }, (_, index) => line - around + index).flatMap(
    (number) => {
      const text = lineText(span.source, number);
      if (text === undefined || number < 1) return [];
      return [`${number === line ? ">" : " "} ${String(number).padStart(4)}  ${text}`.trimEnd()];
    },
  );
}

function stack(context: Context): string[] {
  const { frame } = context.session.state(context.position);
  const lines: string[] = [];
  for (let caller = frame.caller; caller !== undefined; caller = caller.caller) {
    const { statement } = caller;
    if (statement === undefined) continue;
    const { span } = statement;
    lines.push(`${shortPath(span.source.file)}:${lineOf(span)} in ${caller.name}`);
  }
  return lines.length === 0 ? ["The main component runs by itself."] : lines;
}
