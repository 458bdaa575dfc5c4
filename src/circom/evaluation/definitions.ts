/** The functions, templates and buses of a circuit and of the files that it includes. */
import type { Definition, MainComponent, Program } from "../language/syntax.ts";

/** All definitions of a circuit by name. */
export interface Definitions {
  readonly programs: readonly Program[];
  readonly main: MainComponent | null;
  readonly byName: ReadonlyMap<string, Definition>;
  /** Names of templates with inputs that have tags: their instances depend on values of tags. */
  readonly tagged: ReadonlySet<string>;
}

/** Joins the files of a circuit, the one with the main component first. */
export function joinPrograms(programs: readonly Program[]): Definitions {
  const definitions = programs.flatMap((program) => program.definitions);
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const tagged = definitions.filter(hasTaggedInputs).map(({ name }) => name);
  return { programs, main: programs[0]?.main ?? null, byName, tagged: new Set(tagged) };
}

function hasTaggedInputs({ kind, body }: Definition): boolean {
  if (kind !== "template") return false;
  return body.statements.some(
    (statement) =>
      statement.kind === "declaration" &&
      statement.direction === "input" &&
      (statement.tags.length > 0 || statement.type === "bus"),
  );
}

/** Names of the inputs or outputs of a template, in the order of their declaration. */
export function declaredSignals(
  { body }: Definition,
  direction: "input" | "output",
): readonly string[] {
  return body.statements.flatMap((statement) =>
    statement.kind === "declaration" && statement.direction === direction
      ? statement.names.map(({ name }) => name)
      : [],
  );
}
