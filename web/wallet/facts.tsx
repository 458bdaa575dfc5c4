/** Names with their values, such as what a transaction says. */
import type { ComponentChildren } from "preact";
import { Fact as Entry } from "../components/facts.tsx";

export type Fact = readonly [name: string, value: ComponentChildren];

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="fact-list">
      {facts.map(([name, value]) => (
        <Entry key={name} name={name}>
          {value}
        </Entry>
      ))}
    </dl>
  );
}
