/** The frames of a flamegraph: a tree whose widths are constraints, wires or milliseconds. */
import type { Counts } from "./counts.ts";
import { type InstanceProfile, shortLabel, templateName } from "./instance-tree.ts";
import type { CircuitProfile } from "./profile-circuit.ts";

/** A rectangle, as wide as its value, above those of its parts. */
export interface Frame {
  readonly label: string;
  /** Full name of the component, or of the array: "main.hash.bits[0..253]". */
  readonly path: string;
  /** Frames of one template have one color; undefined for what belongs to none. */
  readonly template: string | undefined;
  readonly value: number;
  readonly children: readonly Frame[];
}

/** What widths show. */
export type Metric = "constraints" | "wires";

/** Makes the frames of a profile; the root is the whole circuit. */
export function toFrames(profile: CircuitProfile, metric: Metric): Frame {
  const { circuit, totals, unattributed, main } = profile;
  const rest: Frame = {
    label: "not attributed",
    path: metric === "wires" ? "the constant 1, and wires of no signal" : "of no statement",
    template: undefined,
    value: unattributed[metric],
    children: [],
  };
  return {
    label: circuit,
    path: circuit,
    template: undefined,
    value: totals[metric],
    children: [toFrame(main, "", (counts) => counts[metric]), rest],
  };
}

function toFrame(
  node: InstanceProfile,
  parent: string,
  valueOf: (counts: Counts) => number,
): Frame {
  const path = parent === "" ? node.label : `${parent}.${node.label}`;
  const template = templateName(node.template);
  const short = shortLabel(node);
  const detail = short === node.label ? node.template : node.template.slice(template.length);
  return {
    label: detail === "()" ? short : `${short} ${detail}`,
    path,
    template,
    value: valueOf(node.total),
    children: node.children
      .map((child) => toFrame(child, path, valueOf))
      .sort((left, right) => right.value - left.value),
  };
}
