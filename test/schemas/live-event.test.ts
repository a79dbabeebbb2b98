import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EVENTS_KEPT_HOURS, EventId, LiveEvent, LiveFrame } from "@/schemas/live-event";
import { ROOT } from "@/test/support/run-tool";

const page = readFileSync(join(ROOT, "docs", "live-events.md"), "utf8");
const VALID = join(ROOT, "schemas", "examples", "live-event", "valid");
const examples = readdirSync(VALID).map((file) =>
  LiveFrame.parse(JSON.parse(readFileSync(join(VALID, file), "utf8"))),
);
const kinds = LiveFrame.options.map(({ shape }) => shape.kind.value);

/** The frames that docs/live-events.md shows, each under the kind that it explains. */
const shown = [...page.matchAll(/^`([a-z.]+)`: (?:(?!```)[\s\S])*```json\n(.*)\n```$/gm)].map(
  ([, kind = "", json = ""]) => ({ kind, frame: LiveFrame.parse(JSON.parse(json)) }),
);

describe("docs/live-events.md", () => {
  it("explains every kind of frame, each with an example of it", () => {
    expect(shown.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    for (const { kind, frame } of shown) expect(frame.kind).toBe(kind);
  });

  it("shows examples that are among the published ones", () => {
    for (const { frame } of shown) expect(examples).toContainEqual(frame);
  });
});

describe("a live event", () => {
  it("is every frame but those that the stream says of itself", () => {
    const ofTheStream = kinds.filter((kind) => kind.startsWith("stream."));
    const events = LiveEvent.options.map(({ shape }) => shape.kind.value);
    expect([...events, ...ofTheStream].sort()).toEqual([...kinds].sort());
  });

  it("is shown in an example of every kind", () => {
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it("has an id that holds every number which PostgreSQL may give it", () => {
    expect(EventId.safeParse(String(2n ** 63n - 1n)).success).toBe(true);
  });

  it("is kept for as long as the page says", () => {
    expect(page).toContain(`"keptHours": ${EVENTS_KEPT_HOURS} }`);
  });
});
