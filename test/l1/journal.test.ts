import { createMemoryJournal } from "../../src/l1/journal.ts";
import { itIsAJournal } from "../helpers/journal-contract.ts";

describe("journal of L1 transactions in memory", () => {
  itIsAJournal(createMemoryJournal);
});
