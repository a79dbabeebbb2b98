/** One media range of an `Accept` header (RFC 9110, section 12.5.1), everything in lower case. */
export type MediaRange = {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1; 0: not acceptable. */
  readonly quality: number;
};

/** The media ranges of an `Accept` header, in the order in which they stand. No header: anything is welcome. */
export function parseAccept(header: string | null): readonly MediaRange[] {
  return (header ?? "*/*")
    .toLowerCase()
    .split(",")
    .map((range) => range.split(";").map((part) => part.trim()))
    .flatMap(([type = "", ...pairs]) => (type === "" ? [] : [rangeOf(type, pairs)]));
}

function rangeOf(type: string, pairs: readonly string[]): MediaRange {
  const parameters = new Map<string, string>();
  for (const pair of pairs) {
    const [name = "", value = ""] = pair.split("=", 2).map((part) => part.trim());
    if (name !== "") parameters.set(name, value.replace(/^"(.*)"$/, "$1"));
  }
  const quality = Number(parameters.get("q") ?? "1");
  parameters.delete("q");
  return { type, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** How well a range names a type: 0 not at all, 1 as anything, 2 by its first half, 3 itself. */
export function specificityOf(range: MediaRange, type: string): number {
  if (range.type === type) return 3;
  if (range.type === `${type.split("/")[0]}/*`) return 2;
  return range.type === "*/*" ? 1 : 0;
}
