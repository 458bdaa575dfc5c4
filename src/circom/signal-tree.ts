/** Nested names and values of signals: arrays, buses and components. */

/** The value of a signal: nested as an array; for a bus or component, an object of its signals. */
export type SignalTree = bigint | readonly SignalTree[] | { readonly [member: string]: SignalTree };

/** Full names of signals, nested in the same way. */
export type NameTree = string | readonly NameTree[] | { readonly [member: string]: NameTree };

/** Nodes by member or index, while a tree grows. */
interface Branch {
  isArray: boolean;
  readonly children: Map<string, Branch | string>;
}

/**
 * Nests the names below `prefix`: elements of an array, fields of a bus, signals of a component.
 *
 * @returns Undefined if there are none.
 */
export function nestNames(names: Iterable<string>, prefix: string): NameTree | undefined {
  const root: Branch = { isArray: false, children: new Map() };
  for (const name of names) {
    const next = name.startsWith(prefix) ? name[prefix.length] : undefined;
    if (next === "[" || next === ".") insert(root, name, name.slice(prefix.length));
  }
  return root.children.size === 0 ? undefined : toTree(root);
}

/** Converts each name of a tree. */
export function mapNames(tree: NameTree, convert: (name: string) => SignalTree): SignalTree {
  if (typeof tree === "string") return convert(tree);
  if (isList(tree)) return tree.map((child) => mapNames(child, convert));
  const members = Object.entries(tree);
  return Object.fromEntries(members.map(([name, child]) => [name, mapNames(child, convert)]));
}

/** Whether a tree is an array; `Array.isArray` does not narrow readonly ones. */
export function isList<T>(tree: T | readonly T[]): tree is readonly T[] {
  return Array.isArray(tree);
}

function insert(root: Branch, name: string, path: string): void {
  let branch = root;
  const steps = [...path.matchAll(/\[(\d+)\]|\.([^.[]+)/g)];
  for (const [position, [, index, member]] of steps.entries()) {
    branch.isArray = index !== undefined;
    const key = (index ?? member)!;
    if (position === steps.length - 1) {
      branch.children.set(key, name);
      return;
    }
    const child = branch.children.get(key) ?? { isArray: false, children: new Map() };
    if (typeof child === "string") return; // no signal is both a value and an array
    branch.children.set(key, child);
    branch = child;
  }
}

function toTree(node: Branch | string): NameTree {
  if (typeof node === "string") return node;
  const children = [...node.children].map(([key, child]) => [key, toTree(child)] as const);
  return node.isArray ? children.map(([, child]) => child) : Object.fromEntries(children);
}
