/** The components of a circuit as a tree, in which arrays of components are one node. */
import type { ChildComponent, TemplateInstance } from "../evaluation/design.ts";
import { compareText } from "../../util/compare-text.ts";
import { circomError } from "../errors.ts";
import { addCounts, type Counts, createTally, type SelfAndTotal, type Tally } from "./counts.ts";

/** How the elements of an array of components are listed. */
export type ArrayView = "collapsed" | "expanded";

/** A component, or those of an array that have the same template and the same place. */
export interface InstanceProfile extends SelfAndTotal {
  /**
   * "main", "hash", or "bits[0..253]" with the range of each index; anonymous components are named
   * by circom after template, line and byte: "IsZero_12_340".
   */
  readonly label: string;
  /** The template with its parameters, "Num2Bits(254)"; "Num2Bits(…)" if they differ. */
  readonly template: string;
  /** Number of components that it stands for. */
  readonly components: number;
  /** Those in it, the largest first. */
  readonly children: readonly InstanceProfile[];
}

/** Maximum nodes, which only a tree without collapsed arrays reaches. */
const NODES_MAX = 200_000;
/** Maximum characters of a template with its parameters, which may be large arrays. */
const NAME_LENGTH_MAX = 60;

/** Counts the nodes of a tree while it grows. */
export interface TreeSize {
  nodes: number;
}

/** A node while components are added to it. */
export class InstanceNode {
  readonly self: Tally = createTally();
  readonly total: Tally = createTally();
  readonly #name: string;
  readonly #ranges: { low: number; high: number }[];
  readonly #children = new Map<string, InstanceNode>();
  readonly #size: TreeSize;
  #template: string;
  #components = 0;

  constructor(
    { name, indices }: Pick<ChildComponent, "name" | "indices">,
    instance: TemplateInstance,
    size: TreeSize,
  ) {
    this.#name = name;
    this.#ranges = indices.map((index) => ({ low: index, high: index }));
    this.#template = instance.name;
    this.#size = size;
    if (++size.nodes > NODES_MAX) {
      const what = "components that are listed one by one";
      throw circomError({ code: "EVALUATION_TOO_LARGE", what, max: NODES_MAX });
    }
  }

  /** Returns the node of a component in this one. */
  child({ name, label, indices, instance }: ChildComponent, view: ArrayView): InstanceNode {
    const place = view === "collapsed" ? `${name}/${indices.length}` : label;
    const key = `${place} ${instance.template.name}`;
    let node = this.#children.get(key);
    if (node === undefined) {
      node = new InstanceNode({ name, indices }, instance, this.#size);
      this.#children.set(key, node);
    }
    node.#include(indices, instance);
    return node;
  }

  #include(indices: readonly number[], { name, template }: TemplateInstance): void {
    indices.forEach((index, axis) => {
      const range = this.#ranges[axis]!;
      range.low = Math.min(range.low, index);
      range.high = Math.max(range.high, index);
    });
    if (this.#template !== name) this.#template = `${template.name}(…)`;
  }

  /** Adds what one component has. */
  add(self: Counts, total: Counts): void {
    addCounts(this.self, self);
    addCounts(this.total, total);
    this.#components++;
  }

  finish(): InstanceProfile {
    const ranges = this.#ranges.map(
      ({ low, high }) => `[${low === high ? low : `${low}..${high}`}]`,
    );
    const children = [...this.#children.values()].map((child) => child.finish());
    return {
      label: this.#name + ranges.join(""),
      template: shorten(this.#template),
      components: this.#components,
      self: this.self,
      total: this.total,
      children: children.sort(
        (left, right) =>
          right.total.constraints - left.total.constraints ||
          right.total.wires - left.total.wires ||
          compareText(left.label, right.label),
      ),
    };
  }
}

/** Returns a label for people: that of an anonymous component without the byte, "IsZero:12". */
export function shortLabel({
  label,
  template,
}: Pick<InstanceProfile, "label" | "template">): string {
  const name = templateName(template);
  const [, line, indices] = /^_(\d+)_\d+((?:\[.*)?)$/.exec(label.slice(name.length)) ?? [];
  return line !== undefined && label.startsWith(name) ? `${name}:${line}${indices}` : label;
}

/** Returns the name of a template without its parameters. */
export function templateName(template: string): string {
  return template.replace(/\(.*$/s, "");
}

/** Shows an array by its size, as "[3x3]", since its values are often constants by the hundred. */
function shorten(instance: string): string {
  const name = instance.replace(/\[([\dx]+):[^\]]*\]/g, "[$1]");
  return name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX - 2)}…)`;
}
