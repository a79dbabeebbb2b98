import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import {
  AuditFailure,
  type AuditProgress,
  type BrowserAudit,
  type RunAudit,
} from "@/components/verify/audit-in-worker";
import { AuditLogPanel } from "@/components/verify/audit-log-panel";

afterEach(cleanup);

const clean: BrowserAudit = {
  origin: "beacon.example/log",
  size: 1_234,
  tiles: 6,
  cosigners: 2,
  root: "Rdfi==",
  problems: [],
  engine: "wasm",
  tookMs: 210,
};
const show = (run: RunAudit, size = 1_234) =>
  render(<AuditLogPanel size={size} run={run} now={() => new Date("2026-11-22T12:00:00.000Z")} />);
const press = () =>
  fireEvent.click(screen.getByRole("button", { name: "Audit the whole log in this browser" }));

describe("the audit of the whole log", () => {
  it("promises nothing before it is pressed", () => {
    show(async () => clean);
    expect(screen.queryByRole("status")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says what was rebuilt, by whom it is signed, and how it was computed", async () => {
    show(async () => clean);
    press();
    const status = await screen.findByRole("status");
    expect(status.textContent).toContain("1,234 entries and 6 tiles lead to the root");
    expect(status.textContent).toContain("cosigned by 2 witnesses");
    expect(status.textContent).toContain("in 210 ms");
    expect(screen.getByRole("button", { name: "Audit again" })).toBeTruthy();
  });

  it("shows how far it has come, and cannot be pressed twice", async () => {
    let tell: (progress: AuditProgress) => void = () => expect.fail("not started");
    let finish: (audit: BrowserAudit) => void = () => expect.fail("not started");
    show((onProgress) => {
      tell = onProgress;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    press();
    expect(screen.getByText(/Fetching the checkpoint/)).toBeTruthy();
    act(() => tell({ done: 512, size: 1_234 }));
    const bar = screen.getByRole("progressbar", { name: /512 of 1,234 entries hashed/ });
    expect((bar as HTMLProgressElement).value).toBe(512);
    const button = screen.getByRole("button", { name: "Auditing…" });
    expect((button as HTMLButtonElement).disabled).toBe(true);
    await act(async () => finish(clean));
    expect(screen.getByRole("status")).toBeTruthy();
  });

  it("names aloud what does not hold, and bounds the list", async () => {
    const problems = Array.from({ length: 25 }, (_, i) => `tile/0/${i} does not hold`);
    show(async () => ({ ...clean, problems }));
    press();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("25 things do not hold");
    expect(screen.getAllByRole("listitem")).toHaveLength(20);
    expect(alert.textContent).toContain("And 5 more");
  });

  it("says that JavaScript hashed where WebAssembly may not", async () => {
    show(async () => ({ ...clean, engine: "javascript" }));
    press();
    expect((await screen.findByRole("status")).textContent).toContain("WebAssembly is not allowed");
  });

  it("says what could not be read, with its code, and can be pressed again", async () => {
    show(async () => {
      throw new AuditFailure("The log does not serve tile/0/000.", "TILE_NOT_FOUND");
    });
    press();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("does not serve tile/0/000");
    expect(alert.textContent).toContain("TILE_NOT_FOUND");
    expect(screen.getByRole("button", { name: "Audit again" })).toBeTruthy();
  });

  it("has nothing to press when the log is empty", () => {
    show(async () => clean, 0);
    expect(screen.getByText("The log has no entries to audit yet.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
