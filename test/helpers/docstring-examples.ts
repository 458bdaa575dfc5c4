/** Reads the `@example` blocks of docstrings and turns them into scripts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { PROJECT_ROOT } from "./source-files.ts";

/** An `@example` of a docstring. */
export interface Example {
  /** File, from the project root. */
  readonly path: string;
  /** Name of what the docstring documents. */
  readonly name: string;
  readonly code: string;
  /** Whether it is marked as text, in a block of code "text", because it cannot run. */
  readonly isText: boolean;
}

const TEXT_FENCE = /^```text\n([\s\S]*)\n```$/;

function toExample(path: string, name: string, { comment }: ts.JSDocTag): Example {
  const content = (ts.getTextOfJSDocComment(comment) ?? "").trim();
  const text = TEXT_FENCE.exec(content)?.[1];
  return { path, name, code: text ?? content, isText: text !== undefined };
}

/** Finds the examples of a file of `src`, in their order. */
export function findExamples(path: string): Example[] {
  const text = readFileSync(join(PROJECT_ROOT, path), "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Example[] = [];
  const visit = (node: ts.Node): void => {
    const docs = (node as { jsDoc?: readonly ts.JSDoc[] }).jsDoc ?? [];
    const name = (node as { name?: ts.Node }).name?.getText(source) ?? "(file)";
    for (const { tags = [] } of docs) {
      for (const tag of tags.filter(({ tagName }) => tagName.text === "example")) {
        found.push(toExample(path, name, tag));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * Turns an example into the body of an async function. An expression statement with a comment at
 * the end of its last line, `expression; // value` or `expression; // throws CODE`, becomes a call
 * of `expectValue(() => expression, value)` or `expectThrow(() => expression, "CODE")`.
 *
 * @returns The script, and the number of expressions that it checks.
 */
export function toScript(code: string): { script: string; checks: number } {
  const source = ts.createSourceFile("example.mts", code, ts.ScriptTarget.Latest, true);
  let checks = 0;
  const parts = source.statements.map((statement) => {
    const comment = /^[ \t]*\/\/ (.*)/.exec(code.slice(statement.end))?.[1];
    const text = statement.getText(source);
    if (comment === undefined || !ts.isExpressionStatement(statement)) return text;
    checks++;
    const expression = statement.expression.getText(source);
    const error = /^throws ([A-Z0-9_]+)$/.exec(comment)?.[1];
    const [check, expected] =
      error === undefined ? ["expectValue", `(${comment})`] : ["expectThrow", `"${error}"`];
    return `await ${check}(async () => (${expression}), ${expected});`;
  });
  // A block of its own, so that an example may declare the names that it finds in scope.
  return { script: `{\n${parts.join("\n")}\n}`, checks };
}
