/** The public surface is documented, and usable without Hardhat. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import ts from "typescript";
import {
  apiReportFile,
  createConsumer,
  declarationFile,
  type Declarations,
  emitDeclarations,
  ENTRY_POINTS,
  type EntryPoint,
  renderApiReports,
} from "../../scripts/render-api-report.ts";
import { STRICT_OPTIONS } from "../helpers/type-check.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Types of each entry point: a server needs those of Node, a browser none. */
const TYPES: { readonly [E in EntryPoint]: readonly string[] } = {
  groth16: ["node"],
  "groth16-browser": [],
  circom: ["node"],
  assert: ["node"],
  chai: ["node", "chai"],
  compat: ["node"],
  core: ["node"],
  node: ["node"],
  sdk: [],
  multisig: [],
  exit: [],
};

/** The errors of a program in our files, without those of the libraries, whose check takes long. */
function ownErrors(program: ts.Program, paths: readonly string[]): string[] {
  const ours = paths.flatMap((path) => program.getSourceFile(path) ?? []);
  const inOurs = ours.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return [...program.getOptionsDiagnostics(), ...inOurs, ...program.getGlobalDiagnostics()].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}

describe("docs: the public surface", () => {
  let declarations: Declarations;
  let reports: Map<EntryPoint, string>;
  before(() => {
    declarations = emitDeclarations(ROOT);
    reports = renderApiReports(declarations);
  });

  for (const entry of ENTRY_POINTS) {
    const path = apiReportFile(entry);
    it(`${path} is fresh; else run \`npm run generate\` and look at what changed`, async () => {
      const file = join(ROOT, path);
      const options = { ...(await resolveConfig(file)), filepath: file };
      const text = await format(reports.get(entry)!, options);
      expect((await readFile(file, "utf8")) === text).to.equal(true);
    });

    it(`hardhat-zkrollup/${entry} type-checks in a strict project without Hardhat`, () => {
      const main = join(ROOT, "declarations", "consumer.ts");
      const specifier = `./src/${entry}.js`;
      const text = `import * as entry from "${specifier}";\nexport { entry };\n`;
      const options = { ...STRICT_OPTIONS, types: [...TYPES[entry]], lib: ["lib.es2023.d.ts"] };
      const program = createConsumer(declarations, options, new Map([[main, text]]));
      expect(ownErrors(program, [main, ...declarations.files.keys()])).to.deep.equal([]);
      const files = program.getSourceFiles().map(({ fileName }) => fileName);
      expect(files).to.include(declarationFile(declarations, entry));
      expect(
        files.filter((path) => /\/(hardhat|@nomicfoundation|ethers-contracts)\//.test(path)),
      ).to.deep.equal([]);
    });
  }
});
