/** Helpers that render circom. */

export type CircomConstant = bigint | readonly CircomConstant[];

/** Renders the head of a generated file. */
export function circomHeader(source: string): string {
  return `// generated from ${source}; run \`npm run generate\`\npragma circom 2.1.0;\n`;
}

/** Renders a number or a nested array of numbers as a circom expression. */
export function circomExpression(constant: CircomConstant): string {
  if (typeof constant === "bigint") return `0x${constant.toString(16)}`;
  return `[${constant.map(circomExpression).join(",\n        ")}]`;
}
