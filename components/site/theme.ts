/** The cookie in which the reader's choice is kept; the server writes it into the first byte of HTML, so nothing flashes. */
export const THEME_COOKIE = "theme";

export type Theme = "light" | "dark";

/** A cookie's value as a choice; anything else is no choice, and the reader's system decides. */
export const themeFrom = (value: string | undefined): Theme | null =>
  value === "light" || value === "dark" ? value : null;
