/** Writes docs/config.md from the schema of the config, its defaults and the presets. */
import { sensitiveUrlSchema } from "@nomicfoundation/hardhat-zod-utils";
import { z } from "zod";
import { keySchema } from "../src/plugin/config/node/l1.ts";
import { promiseKeySchema } from "../src/plugin/config/node/promises.ts";
import { resolveRollupConfig } from "../src/plugin/config/resolve.ts";
import { rollupUserConfigSchema } from "../src/plugin/config/validate.ts";
import { blockKindName, MAIN_TOKENS } from "../src/protocol/kinds.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../src/protocol/presets.ts";
import { assert } from "../src/util/errors.ts";
import { markdownTable } from "../src/generate/markdown.ts";

const INTRODUCTION = `The plugin's entry of \`hardhat.config.ts\` is \`rollup\`. All of it is optional. A value of the wrong type,
an unknown key and an unknown name are refused, with the known ones in the message.

\`\`\`ts
import { defineConfig } from "hardhat/config";
import zkrollup from "hardhat-zkrollup";

export default defineConfig({
  plugins: [zkrollup],
  rollup: { preset: "dev", operator: { threads: 2 } },
});
\`\`\``;

const SOLIDITY = `Without a \`solidity\` entry the plugin uses the compiler of the npm package \`solc\`, so nothing is
downloaded. With one, your contracts are compiled as it says, and the rollup's own still with the npm
compiler and its optimizer, in every build profile; an \`overrides\` entry for them takes precedence.
\`--coverage\` and \`--gas-stats\` leave the generated verifiers out.`;

const KINDS = `A kind of block has a circuit, keys and an entry in the verifier of its own: a number of slots for
operations, the \`levels\` of the state tree that it can change, and the tokens that it can move. The name
\`64-main-6\` is that of 64 slots, main tokens and 6 levels. The fewer a kind holds, the fewer constraints a slot takes,
so the operator seals every block with the cheapest kind that holds its operations and its fee account.

\`rollup.blockKinds\` replaces the kinds of the preset. \`levels\` is by default the number of all levels: account ids
are below 8^levels. \`tokens\` is \`"wide"\` by default, for all tokens; \`"main"\` is for the ids 0 to ${MAIN_TOKENS - 1}. One kind
at least has both defaults, so that every operation has a block:

\`\`\`ts
rollup: {
  preset: "dev",
  blockKinds: [{ slots: 32, levels: 3, tokens: "main" }, { slots: 8 }],
},
\`\`\`

Each kind takes time to compile and disk space for its keys; \`hardhat rollup:circuits\` prints the constraints of all.`;

/** Folder of an example project, which is cut off from paths. */
const ROOT = "/";

const KEY_TYPE = "ConfigurationVariable | { env } | { url; address } | { signer }";

/** Schemas whose type is better told by a name. */
const NAMED_TYPES: readonly (readonly [z.ZodTypeAny, string])[] = [
  [sensitiveUrlSchema, "string | ConfigurationVariable"],
  [keySchema, KEY_TYPE],
  [promiseKeySchema, KEY_TYPE],
];

/** Removes the wrappers of a schema. */
function unwrap(schema: z.ZodTypeAny): z.ZodTypeAny {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap() as z.ZodTypeAny);
  if (schema instanceof z.ZodEffects) return unwrap(schema.innerType() as z.ZodTypeAny);
  return schema;
}

function typeOf(schema: z.ZodTypeAny): string {
  const inner = unwrap(schema);
  const name = NAMED_TYPES.find(([named]) => named === schema || named === inner)?.[1];
  if (name !== undefined) return name;
  if (inner instanceof z.ZodBigInt) return "bigint, at least 1";
  if (inner instanceof z.ZodEnum) {
    return (inner.options as string[]).map((option) => `"${option}"`).join(" | ");
  }
  if (inner instanceof z.ZodArray) {
    const element = typeOf(inner.element as z.ZodTypeAny);
    return element.includes(" ") && !element.startsWith("{") ? `(${element})[]` : `${element}[]`;
  }
  if (inner instanceof z.ZodRecord)
    return `{ [name]: ${typeOf(inner.valueSchema as z.ZodTypeAny)} }`;
  if (inner instanceof z.ZodObject) {
    const fields = Object.entries(inner.shape as z.ZodRawShape);
    const types = fields.map(([key, field]) => {
      const mark = field.isOptional() ? "?" : "";
      return `${key}${mark}: ${typeOf(field)}`;
    });
    return `{ ${types.join("; ")} }`;
  }
  if (inner instanceof z.ZodString) return "string";
  if (inner instanceof z.ZodBoolean) return "boolean";
  if (inner instanceof z.ZodUnion) {
    return (inner.options as z.ZodTypeAny[]).map((option) => typeOf(option)).join(" | ");
  }
  if (inner instanceof z.ZodLazy) return "TemplateParameter"; // recursive, so it has a name
  assert(
    inner instanceof z.ZodNumber,
    "the config has texts, numbers, booleans, lists and objects",
  );
  const { minValue, maxValue } = inner;
  // `positive()` excludes its minimum of 0.
  const isOpen = inner._def.checks.some((check) => check.kind === "min" && !check.inclusive);
  const least = (minValue ?? 0) + (isOpen ? 1 : 0);
  if (maxValue !== null) return `integer, ${least} to ${maxValue}`;
  return minValue === null ? "number" : `integer, at least ${least}`;
}

/** Returns the value of an empty config at a path of keys. */
function defaultAt(path: readonly string[]): string {
  const resolved: unknown = resolveRollupConfig({}, { root: ROOT, cache: `${ROOT}cache` });
  const value = path.reduce(
    (parent: unknown, key) => (parent as Record<string, unknown> | undefined)?.[key],
    resolved,
  );
  if (value === undefined) return "";
  const variant = z.object({ type: z.string() }).strict().safeParse(value);
  if (variant.success) return `\`"${variant.data.type}"\``;
  const text = JSON.stringify(value);
  return `\`${text.replace(`"${ROOT}`, '"')}\``;
}

function rowsOf(schema: z.ZodTypeAny, path: readonly string[]): string[][] {
  const inner = unwrap(schema);
  const description = schema.description ?? inner.description ?? "";
  assert(path.length === 0 || description !== "", `${path.join(".")} has a description`);
  if (!(inner instanceof z.ZodObject)) {
    return [[`\`${path.join(".")}\``, `\`${typeOf(schema)}\``, defaultAt(path), description]];
  }
  const head = path.length === 0 ? [] : [[`\`${path.join(".")}\``, "", "", description]];
  const fields = Object.entries(inner.shape as z.ZodRawShape);
  return [...head, ...fields.flatMap(([key, field]) => rowsOf(field, [...path, key]))];
}

function presetsTable(): string {
  const rows = Object.values(PRESETS).map((preset) => [
    `\`${preset.name}\``,
    accountCapacity(preset).toLocaleString("en"),
    tokenCapacity(preset).toLocaleString("en"),
  ]);
  return markdownTable(["preset", "accounts", "tokens"], rows);
}

function kindsTable(): string {
  const rows = Object.values(PRESETS).flatMap((preset) =>
    preset.blockKinds.map((kind) => [
      `\`${preset.name}\``,
      `\`${blockKindName(kind)}\``,
      String(kind.slots),
      `below ${(preset.treeArity ** kind.levels).toLocaleString("en")}`,
      kind.tokens === "main" ? `below ${MAIN_TOKENS}` : "all",
    ]),
  );
  return markdownTable(["preset", "kind", "slots", "account ids", "token ids"], rows);
}

export function renderConfigDocs(): string {
  const rows = rowsOf(rollupUserConfigSchema, []);
  return [
    "<!-- generated from src/plugin/config/validate.ts; run `npm run generate` -->",
    "# Config",
    INTRODUCTION,
    markdownTable(["key of `rollup`", "type", "default", "meaning"], rows),
    "## Presets",
    "A preset decides the circuits, and with them the keys and the verifier contract.",
    presetsTable(),
    "## Kinds of blocks",
    KINDS,
    kindsTable(),
    "## Solidity",
    SOLIDITY,
    "",
  ].join("\n\n");
}
