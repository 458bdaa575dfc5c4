/** Dark or light: the system's choice, unless the reader has another. */
export type Theme = "system" | "light" | "dark";

const KEY = "rollup-theme";
const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function savedTheme(): Theme {
  const saved = readStorage();
  return THEMES.find((theme) => theme === saved) ?? "system";
}

/** Storage may be forbidden. */
function readStorage(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
}

/** Shows a theme, and remembers it. */
export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It is not remembered then.
  }
}
