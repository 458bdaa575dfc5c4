/** The leaf of an account in the last executed state, restored from L1 and checked in the page. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LEAF_HEAD_WORDS } from "../../src/protocol/leaf.ts";
import type { AccountInfo, Rollup } from "../../src/sdk.ts";
import { Amount } from "../components/amount.tsx";
import { Card } from "../components/card.tsx";
import { Fact, Facts } from "../components/facts.tsx";
import { Failure } from "../components/failure.tsx";
import { BlockLink, Hash } from "../components/references.tsx";
import { shorten, showCount, showName, toWord } from "../components/text.ts";
import { useConnection } from "../rollup/connection.tsx";
import {
  checkLeaf,
  type CheckProgress,
  type LeafCheck,
  type LeafPath,
  readLeafPath,
} from "../rollup/leaf-check.ts";

type State =
  | { readonly step: "idle" }
  | { readonly step: "restoring"; readonly progress?: CheckProgress; readonly end: () => void }
  | { readonly step: "failed"; readonly error: unknown }
  | ({ readonly step: "checked" } & Outcome);

interface Outcome {
  readonly path: LeafPath;
  readonly check: LeafCheck;
  /** What the node says of the account; undefined if it is of a later block already. */
  readonly said: AccountInfo | null | undefined;
}

/** Asks the node for the final account, as long as that is of the same block. */
async function compare(rollup: Rollup, path: LeafPath): Promise<Outcome> {
  const before = await rollup.getAccountState(path.accountId, "finalized");
  const { blocks } = await rollup.getStatus();
  const isSameBlock = blocks.executed === path.storedBlock.blockNumber;
  return { path, check: checkLeaf(path), said: isSameBlock ? before : undefined };
}

export function LeafCard({ accountId }: { readonly accountId: number }) {
  const { rollup, config } = useConnection();
  const [state, setState] = useState<State>({ step: "idle" });
  useEffect(() => setState({ step: "idle" }), [accountId]);
  const check = () => {
    const ending = new AbortController();
    const end = () => ending.abort();
    setState({ step: "restoring", end });
    const request = {
      rpc: new URL(config.rpc, document.baseURI).href,
      l1: config.l1 === undefined ? undefined : new URL(config.l1, document.baseURI).href,
      rollupAddress: rollup.rollupAddress,
      accountId,
    };
    const onProgress = (progress: CheckProgress) => setState({ step: "restoring", progress, end });
    const outcome = readLeafPath(request, onProgress, ending.signal) //
      .then((path) => compare(rollup, path));
    outcome.then(
      (found) => setState({ step: "checked", ...found }),
      (error: unknown) => {
        setState(ending.signal.aborted ? { step: "idle" } : { step: "failed", error });
      },
    );
  };
  return (
    <Card title="Merkle path of the leaf">
      {state.step !== "checked" && (
        <p class="note">
          The page can read all blocks of the rollup from L1, apply them, and follow the hashes from
          this account's leaf to the state root that L1 keeps: no word of the operator is needed.
          {config.l1 === undefined &&
            " L1 is read through the rollup's node here; an L1 node of your own makes the check" +
              " independent of it."}
        </p>
      )}
      {state.step === "restoring" ? (
        <Restoring state={state} />
      ) : (
        <button type="button" class="quiet" onClick={check}>
          {state.step === "idle" ? "Check against L1" : "Check again"}
        </button>
      )}
      {state.step === "failed" && <Failure error={state.error} onRetry={check} />}
      {state.step === "checked" && <Checked {...state} />}
    </Card>
  );
}

function Restoring({ state }: { readonly state: Extract<State, { step: "restoring" }> }) {
  const { progress, end } = state;
  return (
    <div class="restoring" role="status">
      <progress
        aria-label="Restore from L1"
        max={progress?.latestL1Block ?? 1}
        value={progress?.l1Block ?? 0}
      />
      <p>
        {progress === undefined
          ? "Reading L1…"
          : `L1 block ${showCount(progress.l1Block)} of ${showCount(progress.latestL1Block)}, ` +
            `block ${showCount(progress.blockNumber)} applied`}
      </p>
      <button type="button" class="quiet" onClick={end}>
        Stop
      </button>
    </div>
  );
}

/** Whether a leaf says what the node says of the account. */
function agrees({ leaf, balances }: LeafPath, said: AccountInfo | null): boolean {
  const nonce = said === null ? 0n : BigInt(said.nonce) + 1n;
  const known = said?.balances ?? [];
  return (
    leaf.noncePlusOne === nonce &&
    known.length === balances.length &&
    balances.every(([id, amount]) =>
      known.some((balance) => balance.tokenId === id && balance.amount === amount),
    )
  );
}

function Checked({ path, check, said }: Outcome) {
  const { storedBlock, leaf, balances } = path;
  const { blockNumber, stateRoot } = storedBlock;
  return (
    <>
      <ul class="verdicts">
        <Verdict isTrue={check.isRootReached}>
          The hashes from the leaf lead to the state root of block{" "}
          <BlockLink number={blockNumber} />, the last that L1 has executed.
        </Verdict>
        <Verdict isTrue={check.isBlockOnL1}>
          The contract on L1 keeps that block with this state root.
        </Verdict>
        {said === undefined ? (
          <li class="faint">
            The node has executed later blocks meanwhile, so its answer is not compared.
          </li>
        ) : agrees(path, said) ? (
          <Verdict isTrue>Nonce and balances are those that the node says are final.</Verdict>
        ) : (
          <Verdict isTrue={false}>Nonce or balances differ from what the node says.</Verdict>
        )}
      </ul>
      <Facts>
        {balances.map(([tokenId, amount]) => (
          <Fact key={tokenId} name="Balance on L1">
            <Amount amount={amount} tokenId={tokenId} />
          </Fact>
        ))}
        <Fact name="State root on L1">
          <Hash value={toWord(stateRoot)} what="the state root" />
        </Fact>
        <Fact name="Hash of the leaf">
          <Hash value={toWord(check.leafHash)} what="the hash of the leaf" />
        </Fact>
      </Facts>
      <Path check={check} />
      <details>
        <summary>Words of the leaf</summary>
        <LeafWords leaf={leaf} />
      </details>
    </>
  );
}

function Verdict({
  isTrue,
  children,
}: {
  readonly isTrue: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <li class={isTrue ? "good" : "bad"}>
      <span aria-hidden="true">{isTrue ? "✓" : "✗"}</span>
      <span class="visually-hidden">{isTrue ? "Yes: " : "No: "}</span>
      <span class="verdict-text">{children}</span>
    </li>
  );
}

/** The levels of the path, the root first; the child on the path is marked. */
function Path({ check }: { readonly check: LeafCheck }) {
  const levels = check.levels.toReversed();
  return (
    <ol class="merkle" aria-label="Path, from the state root to the leaf">
      {levels.map(({ hash, children, place }, index) => (
        <li key={index}>
          <span class="merkle-parent mono">
            {index === 0 ? "root " : ""}
            {shorten(toWord(hash))}
          </span>
          <span class="faint">is the hash of</span>
          <ol class="merkle-children">
            {children.map((child, position) => (
              <li
                key={position}
                class={position === place ? "mono on-path" : "mono"}
                title={toWord(child)}
              >
                {toWord(child).slice(2, 8)}
                {position === place && (
                  <span class="visually-hidden"> on the path, child {position}</span>
                )}
              </li>
            ))}
          </ol>
        </li>
      ))}
      <li>
        <span class="merkle-parent mono">leaf {shorten(toWord(check.leafHash))}</span>
        <span class="faint">is the hash of the 16 words of the account</span>
      </li>
    </ol>
  );
}

function LeafWords({ leaf }: Pick<LeafPath, "leaf">) {
  const named = [
    ...LEAF_HEAD_WORDS.map((name) => [showName(name), leaf[name]] as const),
    ...leaf.tails.map((root, index) => [`Root of tail ${index}`, root] as const),
    ...leaf.balances.map((amount, id) => [`Balance of token ${id}`, amount] as const),
  ];
  return (
    <Facts>
      {named.map(([name, value]) => (
        <Fact key={name} name={name}>
          <Hash value={value < 2n ** 53n ? value.toString() : toWord(value)} what="the word" />
        </Fact>
      ))}
    </Facts>
  );
}
