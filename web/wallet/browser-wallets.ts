/** Wallets of the browser: those that announce themselves (EIP-6963), and `window.ethereum`. */
import { z } from "zod";
import type { Eip1193 } from "../../src/l1/eip1193.ts";
import { createStore } from "../components/store.ts";

/** A provider of EIP-1193 with its events. */
export interface WalletProvider extends Eip1193 {
  on?(event: string, listener: (value: unknown) => void): unknown;
  removeListener?(event: string, listener: (value: unknown) => void): unknown;
}

export interface BrowserWallet {
  readonly id: string;
  readonly name: string;
  /** A `data:` URL of an image. */
  readonly icon: string | undefined;
  readonly provider: WalletProvider;
}

const NAME_CHARACTERS_MAX = 40;
const ICON_CHARACTERS_MAX = 1 << 20;
const WALLETS_MAX = 20;
/** The wallet that announces nothing. */
const LEGACY_ID = "window.ethereum";

const isProvider = (value: unknown): value is WalletProvider =>
  typeof value === "object" &&
  value !== null &&
  typeof Reflect.get(value, "request") === "function";

const announcement = z.object({
  info: z.object({
    uuid: z.string().max(100),
    name: z.string(),
    icon: z.string().max(ICON_CHARACTERS_MAX).optional().catch(undefined),
  }),
  provider: z.custom<WalletProvider>(isProvider),
});

/** What is found, in the order of the announcements. */
export const browserWallets = createStore<readonly BrowserWallet[]>([]);

/** Asks wallets to announce themselves; they may do so later, too. */
export function findBrowserWallets(): void {
  addEventListener("eip6963:announceProvider", (event) => {
    const parsed = announcement.safeParse((event as CustomEvent<unknown>).detail);
    if (parsed.success) add(toWallet(parsed.data));
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
  const legacy: unknown = Reflect.get(globalThis, "ethereum");
  if (isProvider(legacy)) {
    add({ id: LEGACY_ID, name: "Browser wallet", icon: undefined, provider: legacy });
  }
}

function toWallet({ info, provider }: z.output<typeof announcement>): BrowserWallet {
  const { uuid: id, icon } = info;
  const isImage = icon?.startsWith("data:image/") === true;
  // No character that changes what a screen shows of it.
  const plain = info.name.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  const name = plain.slice(0, NAME_CHARACTERS_MAX) || "Unnamed wallet";
  return { id, name, icon: isImage ? icon : undefined, provider };
}

function add(wallet: BrowserWallet): void {
  browserWallets.update((known) => {
    const others = known.filter(
      // The same wallet is often `window.ethereum`, too.
      ({ id, provider }) => id !== LEGACY_ID || provider !== wallet.provider,
    );
    const isKnown = others.some(
      ({ id, provider }) => id === wallet.id || provider === wallet.provider,
    );
    return isKnown || others.length === WALLETS_MAX ? others : [...others, wallet];
  });
}
