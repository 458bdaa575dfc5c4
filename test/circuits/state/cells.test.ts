import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { CELL_LEVELS, TREE_ARITY } from "../../../src/protocol/kinds.ts";
import { PRESETS } from "../../../src/protocol/presets.ts";
import { newAccount } from "../../../src/state/account.ts";
import { RollupState } from "../../../src/state/rollup-state.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.dev;
const FILE = "state/cells.circom";
const INDICES = Array.from({ length: TREE_ARITY }, (_, i) => i);

const bitsOf = (digit: number) => [0, 1, 2].map((bit) => BigInt((digit >> bit) & 1));
const digitsOf = (id: number, levels: number) =>
  Array.from({ length: levels }, (_, level) =>
    bitsOf(Math.floor(id / TREE_ARITY ** level) % TREE_ARITY),
  );

describe(`Cells in the circuit, ${random.title}`, () => {
  const cells = INDICES.map(() => INDICES.map(() => random.field()));

  it("replace the cell at every index, and no other", async () => {
    const circuit = await loadTemplate(FILE, "ReplaceCell()");
    for (const row of INDICES) {
      for (const column of INDICES) {
        const value = random.field();
        const witness = await circuit.calculateWitness(at(row, column, value));
        expect(circuit.checkWitness(witness)).to.equal(null);
        const expected = cells.map((cellsOfRow, i) =>
          i === row ? cellsOfRow.with(column, value) : cellsOfRow,
        );
        expect(readCells(circuit, witness)).to.deep.equal(expected);
      }
    }
  });

  it("refuse a value that the cell does not have", async () => {
    const circuit = await loadTemplate(FILE, "ReplaceCell()");
    for (let round = 0; round < 8; round++) {
      const honest = at(random.int(8), random.int(8), random.field());
      await expectCircuitRefusal(circuit, { ...honest, old: random.field() });
      const other = cells[random.int(8)]![random.int(8)]!;
      if (other !== honest.old) await expectCircuitRefusal(circuit, { ...honest, old: other });
    }
  });

  it("leave no wire free", async () => {
    const circuit = await loadTemplate(FILE, "ReplaceCell()");
    const witness = await circuit.calculateWitness(at(5, 6, random.field()));
    expect(findFreeWires(circuit.constraints(), witness)).to.deep.equal([]);
  });

  function at(row: number, column: number, value: bigint) {
    return {
      cells,
      row: bitsOf(row),
      column: bitsOf(column),
      old: cells[row]![column]!,
      new: value,
    };
  }
});

for (const levels of [CELL_LEVELS, 3, preset.stateTreeLevels]) {
  describe(`The tree over ${levels} levels in the circuit, ${random.title}`, () => {
    let state: RollupState;
    before(() => {
      state = RollupState.empty(preset);
      for (let i = 0; i < 20; i++) state = randomUpdate(state);
    });

    it("replaces a leaf as TypeScript does", async () => {
      const circuit = await loadTemplate(FILE, `ReplaceLeaf(${levels})`);
      for (let round = 0; round < 5; round++) {
        const id = random.int(TREE_ARITY ** levels);
        const next = randomUpdate(state, id);
        const witness = await circuit.calculateWitness(replacement(state, next, id));
        expect(circuit.checkWitness(witness)).to.equal(null);
        expect(readCells(circuit, witness)).to.deep.equal(next.top(levels).cells);
        state = next;
      }
    });

    it("refuses a leaf that is not at the account id", async () => {
      const circuit = await loadTemplate(FILE, `ReplaceLeaf(${levels})`);
      const id = random.int(TREE_ARITY ** levels);
      state = randomUpdate(state, id);
      const honest = replacement(state, randomUpdate(state, id), id);
      const elsewhere = digitsOf((id + 1) % TREE_ARITY ** levels, levels);
      await expectCircuitRefusal(circuit, { ...honest, accountBits: elsewhere });
      const { oldLeaf } = honest;
      for (const name of ["noncePlusOne", "address", "pubKeyHash", "reserved"] as const) {
        const forged = { ...oldLeaf, [name]: oldLeaf[name] + 1n };
        await expectCircuitRefusal(circuit, { ...honest, oldLeaf: forged });
      }
    });

    it("has the roots of TypeScript over the cells", async () => {
      const upper = preset.stateTreeLevels - levels;
      const circuit = await loadTemplate(FILE, `TopOfTree(${upper})`);
      const next = randomUpdate(state, random.int(TREE_ARITY ** levels));
      const { cells: oldCells, upperSiblings } = state.top(levels);
      const { cells: newCells } = next.top(levels);
      const witness = await circuit.calculateWitness({ oldCells, newCells, upperSiblings });
      expect(circuit.checkWitness(witness)).to.equal(null);
      expect(witness[circuit.wire("main.oldRoot")]).to.equal(state.root);
      expect(witness[circuit.wire("main.newRoot")]).to.equal(next.root);
    });

    function randomUpdate(before: RollupState, id = random.int(TREE_ARITY ** levels)): RollupState {
      const account = { ...newAccount(1n + random.bigint(159)), nonce: random.int(2 ** 32) };
      return before.update(id, random.int(8), { account, balance: random.bigint(128) });
    }

    function replacement(before: RollupState, after: RollupState, id: number) {
      return {
        oldLeaf: { ...before.leaf(id) },
        newLeaf: { ...after.leaf(id) },
        accountBits: digitsOf(id, levels),
        siblings: before.witness(id, 0, levels).stateSiblings,
        cells: before.top(levels).cells,
      };
    }
  });
}

function readCells(circuit: Circuit, witness: readonly bigint[]): bigint[][] {
  return INDICES.map((i) =>
    INDICES.map((j) => witness[circuit.wire(`main.newCells[${i}][${j}]`)]!),
  );
}
