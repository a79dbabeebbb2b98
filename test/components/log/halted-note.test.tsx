import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { HaltedNote } from "@/components/log/halted-note";
import type { Instant } from "@/schemas/primitives";
import type { LogHead, WitnessView } from "@/schemas/snapshot";

afterEach(cleanup);

const at = "2026-11-22T12:00:00.000Z" as Instant;
const witness = (name: string, code: string | null): WitnessView => ({
  name,
  keyHash: "0badcafe",
  cosignedAt: at,
  operator: "independent",
  lastAsked: { at, code, message: null },
});
const head = (fields: Partial<LogHead>): LogHead => ({
  origin: "beacon.local/x",
  size: 7,
  root: "",
  note: null,
  publishedAt: at,
  unpublished: 0,
  halted: null,
  logVerifierKey: "",
  witnesses: [witness("a", null), witness("b", null)],
  quorum: 2,
  openTasks: 0,
  openJobs: 0,
  ...fields,
});
const shown = (fields: Partial<LogHead>) => render(<HaltedNote head={head(fields)} />).container;

it("says nothing while the log is written, also while an entry is on its way", () => {
  expect(shown({}).textContent).toBe("");
  expect(shown({ unpublished: 3 }).textContent).toBe("");
});

it("says that nothing is published while too few witnesses cosign, and what waits", () => {
  const witnesses = [witness("a", null), witness("b", "WITNESS_UNAVAILABLE")];
  shown({ unpublished: 3, witnesses });
  expect(screen.getByText("Nothing new is published: too few witnesses cosign.")).toBeDefined();
  expect(screen.getByRole("alert").textContent).toContain("3 entries have a place in the log");
  cleanup();
  expect(shown({ unpublished: 3, witnesses, quorum: 1 }).textContent).toBe("");
});

it("says why the log stands still", () => {
  shown({ halted: { reason: "LOG_ROLLED_BACK: a witness holds more", at } });
  expect(screen.getByRole("alert").textContent).toContain("a witness holds more");
});
