/**
 * Version of the rules by which events change a ledger. Events of another version are not replayed:
 * they might lead to other blocks than those that were promised. It is raised with every change of
 * what `reduce` makes of an event, or of what an event or a snapshot contains.
 */
export const LEDGER_RULES = 3;
