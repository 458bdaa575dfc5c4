import { defineOperation } from "../definition.ts";
import { spec } from "./spec.ts";

/** Leaves the state as it is. */
export const noop = defineOperation({
  spec,
  apply: (state) => ({ afterA: state, state }),
});
