/** What the server said when it refused: its code, when it gave one, and its sentence. */
export type Refusal = { readonly code: string | null; readonly message: string };

const codeOf = (data: unknown): string | null => {
  if (typeof data !== "object" || data === null) return null;
  const { beaconCode, code } = data as { beaconCode?: unknown; code?: unknown };
  if (typeof beaconCode === "string") return beaconCode;
  return typeof code === "string" ? code : null;
};

/** Whatever was thrown, as one code and one sentence. */
export function refusalOf(error: unknown): Refusal {
  const code = codeOf((error as { data?: unknown } | null)?.data);
  const message =
    error instanceof Error && error.message !== ""
      ? error.message
      : "It failed and did not say why.";
  if (!message.trimStart().startsWith("[")) return { code, message };
  return { code, message: firstIssue(message) };
}

/** An input that the door's schema refused arrives as a JSON list of issues; its first one is the sentence. */
function firstIssue(message: string): string {
  try {
    const issues: unknown = JSON.parse(message);
    const first = Array.isArray(issues)
      ? (issues[0] as { message?: string; path?: unknown[] } | undefined)
      : undefined;
    if (first?.message === undefined) return message;
    return `${(first.path ?? []).join(".")}: ${first.message}`;
  } catch {
    return message;
  }
}
