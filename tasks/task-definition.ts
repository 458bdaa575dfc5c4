/** How tasks are defined; each action is in its own file, which is loaded when it runs. */
import { task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { LazyActionObject, NewTaskActionFunction, TaskDefinition } from "hardhat/types/tasks";

/** An option of a `rollup:…` task. An option without a default may be omitted. */
export interface Option {
  readonly name: string;
  readonly description: string;
  readonly type?: ArgumentType.STRING | ArgumentType.INT | ArgumentType.FLOAT | ArgumentType.FLAG;
  readonly defaultValue?: string | number | boolean;
}

export interface RollupTask {
  /** Name: `demo` runs as `hardhat rollup:demo` or `hardhat rollup demo`. */
  readonly name: string;
  readonly description: string;
  readonly options?: readonly Option[];
  /** Argument after the name with any number of values. */
  readonly values?: {
    readonly name: string;
    readonly description: string;
    readonly defaultValue: string[];
  };
  /** Argument after the name with one value or none. */
  readonly argument?: {
    readonly name: string;
    readonly description: string;
    readonly defaultValue: string;
  };
  readonly action: LazyActionObject<NewTaskActionFunction>;
}

/** Type of an option that may be omitted. */
export const OPTIONAL_STRING = {
  type: ArgumentType.STRING_WITHOUT_DEFAULT,
  defaultValue: undefined,
} as const;

function toTask(id: string | string[], definition: RollupTask): TaskDefinition {
  const { options = [], values, argument } = definition;
  const builder = options.reduce(
    (builder, option) => builder.addOption({ ...OPTIONAL_STRING, ...option }),
    task(id, definition.description).addFlag({
      name: "json",
      description: "Print one JSON value and nothing else",
    }),
  );
  if (argument !== undefined) builder.addPositionalArgument(argument);
  if (values !== undefined) builder.addVariadicArgument(values);
  return builder.setAction(definition.action).build();
}

/** Defines tasks, each as `rollup:name` and as `rollup name`. */
export function toTasks(definitions: readonly RollupTask[]): TaskDefinition[] {
  return definitions.flatMap((definition) =>
    taskIds(definition.name).map((id) => toTask(id, definition)),
  );
}

/** The ids of a task: it runs as `hardhat rollup:demo` or `hardhat rollup demo`. */
export function taskIds(name: string): (string | string[])[] {
  return [`rollup:${name}`, ["rollup", name]];
}
