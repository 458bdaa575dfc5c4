/** A checkpoint store in memory. */
import type { CheckpointStore } from "../../src/restore/checkpoint-file.ts";

export interface MemoryStore extends CheckpointStore {
  text: string | undefined;
  /** Checkpoints that were set aside, oldest first. */
  readonly aside: string[];
}

export function createMemoryStore(): MemoryStore {
  const store: MemoryStore = {
    file: "memory.json",
    text: undefined,
    aside: [],
    load: () => Promise.resolve(store.text),
    save: (text) => {
      store.text = text;
      return Promise.resolve();
    },
    setAside: () => {
      store.aside.push(store.text!);
      store.text = undefined;
      return Promise.resolve();
    },
  };
  return store;
}
