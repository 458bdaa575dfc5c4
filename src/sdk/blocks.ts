/** Blocks one after the other, none left out. */
import { type Abort, pause } from "../api/abort.ts";
import { sdkError } from "./errors.ts";
import { BLOCK_STATUSES, type BlockEvent, type EventSource, type RollupEvent } from "./events.ts";
import { abortSignal, integer, oneOf, optionsOf } from "./inputs.ts";
import type { BlockInfo, RollupProvider } from "./provider.ts";

/** Which blocks are followed. */
export interface BlockOptions {
  /** Number of the first block, from 1 on. Default: the one after the latest. */
  readonly from?: number;
  /** Status that a block has reached when it comes. Default "sealed"; "executed" is final. */
  readonly status?: BlockInfo["status"];
  /** An `AbortSignal`, which ends the iteration with ABORTED. Default: none. */
  readonly signal?: Abort;
}

export const blockOptions = optionsOf<BlockOptions>({
  from: integer(1).optional(),
  status: oneOf(BLOCK_STATUSES).optional(),
  signal: abortSignal.optional(),
});

/** Pause before lost news are subscribed to again. */
const LOST_MS = 1_000;

/** Where the blocks come from. */
export interface BlockSource {
  /** Waits for a node that is away. */
  readonly provider: RollupProvider;
  /** Opens a source of news; they only wake. */
  open(): Promise<EventSource>;
  /** Pause before the node is asked although it has said nothing. */
  readonly silenceMs: number;
  readonly signal: Abort;
}

/**
 * Reads blocks by their numbers. Events only wake it up, so it leaves nothing out if they are
 * lost or wrong.
 */
export async function* readBlocks(
  source: BlockSource,
  { from, status = "sealed" }: BlockOptions,
): AsyncGenerator<BlockInfo, void, undefined> {
  const { provider } = source;
  const news = await News.open(source);
  try {
    let number = from ?? (await sealedBlocks(provider)) + 1;
    for (;;) {
      const block = await provider.getBlock(number);
      if (block === null) await assertKept(provider, number);
      if (block === null || !hasStatus(block.status, status)) {
        await news.wait(({ blockNumber, ...event }) => {
          return blockNumber >= number && hasStatus(event.status, status);
        });
        continue;
      }
      yield block;
      number++;
    }
  } finally {
    news.close();
  }
}

/** Wakes who waits for blocks. */
class News {
  readonly #blocks: BlockSource;
  #source: EventSource;
  #next: Promise<RollupEvent>;

  private constructor(blocks: BlockSource, source: EventSource) {
    this.#blocks = blocks;
    this.#source = source;
    this.#next = this.#ask();
  }

  static async open(blocks: BlockSource): Promise<News> {
    return new News(blocks, await blocks.open());
  }

  /** Waits until an event is wanted, or for some time. @throws ABORTED */
  async wait(isWanted: (event: BlockEvent) => boolean): Promise<void> {
    const silence = new AbortController();
    const late = pause(this.#blocks.silenceMs, silence.signal).catch(() => undefined);
    try {
      for (;;) {
        const event = await Promise.race([late, this.#next]);
        if (event === undefined) return;
        this.#next = this.#ask();
        if (event.event === "block" && isWanted(event)) return;
      }
    } catch {
      // The events are lost, but the blocks are not: they are asked for by number.
      this.#source.close();
      await pause(LOST_MS, this.#blocks.signal);
      this.#source = await this.#blocks.open();
      this.#next = this.#ask();
    } finally {
      silence.abort();
    }
  }

  close(): void {
    this.#source.close();
  }

  #ask(): Promise<RollupEvent> {
    const next = this.#source.next();
    next.catch(() => undefined); // handled by who waits
    return next;
  }
}

function hasStatus(status: BlockInfo["status"], wanted: BlockInfo["status"]): boolean {
  return BLOCK_STATUSES.indexOf(status) >= BLOCK_STATUSES.indexOf(wanted);
}

async function sealedBlocks(provider: RollupProvider): Promise<number> {
  return (await provider.getStatus()).blocks.sealed;
}

/** @throws BLOCK_NOT_KEPT if the block is there no more, and not just not yet */
async function assertKept(provider: RollupProvider, number: number): Promise<void> {
  if (number > (await sealedBlocks(provider))) return;
  const again = await provider.getBlock(number);
  if (again === null) throw sdkError({ code: "BLOCK_NOT_KEPT", blockNumber: number });
}
