/** Tags with values, which follow signals from one to the next. */
import type { Expression } from "../language/syntax.ts";
import type { Frame } from "./frame.ts";
import { compilePlace, isTag } from "./references.ts";
import type { Scope } from "./scope.ts";

type TagValues = ReadonlyMap<string, bigint> | undefined;

/** Compiles the tags of an expression: those of the signal, if it is one. */
export function compileTags(node: Expression, scope: Scope): (frame: Frame) => TagValues {
  if (node.kind !== "variable" || node.name === "_") return () => undefined;
  const binding = scope.lookUp(node.name);
  if (binding === undefined || binding.kind === "variable") return () => undefined;
  const resolve = compilePlace(node, binding, scope);
  return (frame) => {
    if (frame.machine.definitions.tagged.size === 0) return undefined;
    const place = resolve(frame);
    if (place === undefined || isTag(place)) return undefined;
    return place.store.tagsOf(place.tagKey);
  };
}
