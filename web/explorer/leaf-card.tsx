/** The leaf of an account in the last executed state, restored from L1 and checked in the page. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LEAF_HEAD_WORDS } from "../../src/protocol/leaf.ts";
import type { AccountInfo } from "../../src/sdk.ts";
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
  | { readonly step: "checked"; readonly path: LeafPath; readonly check: LeafCheck };

export function LeafCard({
  accountId,
  finalized,
}: {
  readonly accountId: number;
  /** The account as the node says that it is final; null if it is not there. */
  readonly finalized: AccountInfo | null;
}) {
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
    readLeafPath(request, onProgress, ending.signal).then(
      (path) => setState({ step: "checked", path, check: checkLeaf(path) }),
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
      {state.step === "checked" && <Checked {...state} finalized={finalized} />}
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

interface CheckedProps {
  readonly path: LeafPath;
  readonly check: LeafCheck;
  readonly finalized: AccountInfo | null;
}

function Checked({ path, check, finalized }: CheckedProps) {
  const { storedBlock, leaf, balances } = path;
  const { blockNumber, stateRoot } = storedBlock;
  const nonce = finalized === null ? 0n : BigInt(finalized.nonce) + 1n;
  const known = finalized?.balances ?? [];
  const isSame =
    leaf.noncePlusOne === nonce &&
    known.length === balances.length &&
    balances.every(([id, amount]) =>
      known.some((balance) => balance.tokenId === id && balance.amount === amount),
    );
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
        <Verdict isTrue={isSame}>
          {isSame
            ? "Nonce and balances are those that the node says are final."
            : "Nonce or balances differ from what the node says is final. If a block has been " +
              "executed meanwhile, check again."}
        </Verdict>
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
