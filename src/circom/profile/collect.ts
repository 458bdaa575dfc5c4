/** Adds the constraints and wires of a circuit up, by template, by component and by line. */
import { compareText } from "../../util/compare-text.ts";
import { type Component, childrenOf, type Wire } from "../evaluation/design.ts";
import { lineOf, lineText, type Span } from "../language/source-text.ts";
import type { Definition, Statement } from "../language/syntax.ts";
import type { Attribution } from "./attribution.ts";
import { addCounts, type Counts, createTally, type SelfAndTotal, type Tally } from "./counts.ts";
import { type ArrayView, InstanceNode, type InstanceProfile } from "./instance-tree.ts";

/** A template with all its components. */
export interface TemplateProfile extends SelfAndTotal {
  readonly template: string;
  readonly file: string;
  /** Line of its declaration, from 1. */
  readonly line: number;
  readonly components: number;
}

/**
 * A line of the source; its total includes the components that it creates. Of a line with several
 * templates, each has an entry.
 */
export interface LineProfile extends SelfAndTotal {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly source: string;
  /** Template of its statements. */
  readonly template: string;
}

export interface Collected {
  readonly root: InstanceProfile;
  readonly templates: readonly TemplateProfile[];
  readonly lines: readonly LineProfile[];
}

/** Counts of a template or a line while they grow. */
interface Entry {
  readonly self: Tally;
  readonly total: Tally;
  /** How many components around the current one are counted here already: templates recur. */
  depth: number;
}

interface LineEntry extends Entry {
  readonly span: Span;
  readonly template: string;
}

interface TemplateEntry extends Entry {
  readonly definition: Definition;
  components: number;
}

/** Adds everything up. @param toPath - Returns the path of a file as it is shown. */
export function collect(
  main: Component,
  attribution: Attribution,
  view: ArrayView,
  toPath: (file: string) => string,
): Collected {
  const root = new InstanceNode({ name: main.path, indices: [] }, main.instance, { nodes: 0 });
  const collector = new Collector(attribution, view);
  collector.visit(main, root);
  return { root: root.finish(), ...collector.finish(toPath) };
}

class Collector {
  readonly #attribution: Attribution;
  readonly #view: ArrayView;
  readonly #templates = new Map<Definition, TemplateEntry>();
  readonly #lines = new Map<string, LineEntry>();
  readonly #lineOfNode = new Map<Statement | Wire, LineEntry>();
  #nextConstraint = 0;

  constructor(attribution: Attribution, view: ArrayView) {
    this.#attribution = attribution;
    this.#view = view;
  }

  /** Adds a component with all in it. @returns Its total. */
  visit(component: Component, node: InstanceNode): Counts {
    const { instance } = component;
    const entry = this.#templateEntry(instance.template);
    const self = this.#countSelf(component);
    const total = { ...self };
    entry.components++;
    addCounts(entry.self, self);
    entry.depth++;
    childrenOf(component).forEach((child, index) => {
      const made = instance.children[index]!;
      const line = this.#lineEntry(made.statement, made.statement.span, instance.template.name);
      line.depth++;
      const part = this.visit(child, node.child(made, this.#view));
      line.depth--;
      if (line.depth === 0) addCounts(line.total, part);
      addCounts(total, part);
    });
    entry.depth--;
    if (entry.depth === 0) addCounts(entry.total, total);
    node.add(self, total);
    return total;
  }

  #countSelf({ instance, firstSignal }: Component): Tally {
    const { hasRow, hasWire } = this.#attribution;
    const self = createTally();
    const add = (line: LineEntry, counts: Counts) => {
      addCounts(self, counts);
      addCounts(line.self, counts);
      if (line.depth === 0) addCounts(line.total, counts);
    };
    const { name } = instance.template;
    for (const { statement } of instance.constraints) {
      const constraints = hasRow[this.#nextConstraint++]!;
      const counts = { ...NOTHING, constraints, sourceConstraints: 1 };
      add(this.#lineEntry(statement, statement.span, name), counts);
    }
    for (const wire of instance.wireOrder) {
      const start = firstSignal + wire.offset;
      const wires = hasWire.subarray(start, start + wire.size).reduce((sum, has) => sum + has, 0);
      add(this.#lineEntry(wire, wire.span, name), { ...NOTHING, wires, signals: wire.size });
    }
    return self;
  }

  #templateEntry(definition: Definition): TemplateEntry {
    let entry = this.#templates.get(definition);
    if (entry === undefined) {
      entry = { self: createTally(), total: createTally(), depth: 0, definition, components: 0 };
      this.#templates.set(definition, entry);
    }
    return entry;
  }

  #lineEntry(node: Statement | Wire, span: Span, template: string): LineEntry {
    const known = this.#lineOfNode.get(node);
    if (known !== undefined) return known;
    const key = `${lineOf(span)} ${template} ${span.source.file}`;
    let entry = this.#lines.get(key);
    if (entry === undefined) {
      entry = { self: createTally(), total: createTally(), depth: 0, span, template };
      this.#lines.set(key, entry);
    }
    this.#lineOfNode.set(node, entry);
    return entry;
  }

  finish(toPath: (file: string) => string): Omit<Collected, "root"> {
    const templates = [...this.#templates.values()].map(
      ({ definition: { name, span }, components, self, total }): TemplateProfile => {
        const place = { file: toPath(span.source.file), line: lineOf(span) };
        return { template: name, ...place, components, self, total };
      },
    );
    const lines = [...this.#lines.values()].map(({ span, template, self, total }): LineProfile => {
      const line = lineOf(span);
      const source = lineText(span.source, line)!.trim();
      return { file: toPath(span.source.file), line, source, template, self, total };
    });
    return { templates: templates.sort(compareSelf), lines: lines.sort(compareSelf) };
  }
}

const NOTHING: Counts = { constraints: 0, wires: 0, sourceConstraints: 0, signals: 0 };

/** The largest first. */
function compareSelf(
  left: SelfAndTotal & { readonly file: string; readonly line: number },
  right: typeof left,
): number {
  return (
    right.self.constraints - left.self.constraints ||
    right.self.sourceConstraints - left.self.sourceConstraints ||
    right.total.constraints - left.total.constraints ||
    compareText(left.file, right.file) ||
    left.line - right.line
  );
}
