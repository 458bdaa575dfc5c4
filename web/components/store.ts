/** State outside of components, which stays while pages come and go, in memory only. */
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Replaces the value by what a function makes of it. */
  update(change: (value: T) => T): void;
  /** @returns Ends the subscription. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  const set = (value: T) => {
    current = value;
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => current,
    set,
    update: (change) => set(change(current)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The value of a store; a component is rendered again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, setRound] = useState(0);
  const value = store.get();
  useEffect(() => {
    const render = () => setRound((count) => count + 1);
    // It may have changed between rendering and now.
    if (!Object.is(store.get(), value)) render();
    return store.subscribe(render);
  }, [store]);
  return value;
}
