import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { VerificationWorld } from "@/components/verify/verification-world";
import { VerifyPanel } from "@/components/verify/verify-panel";
import { CHECKS } from "@/server/domain/verify/report";
import {
  ANSWER,
  aMemory,
  aWorld,
  document as block,
  log,
  RESULT_INDEX,
  result,
  seenAt,
  witnessKeys,
} from "@/test/components/verify/a-world";

afterEach(cleanup);

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

async function verify(
  world: VerificationWorld,
  changes: {
    leafIndex?: number;
    taskId?: string | null;
    text?: string | null;
    local?: readonly string[];
  } = {},
) {
  const { leafIndex = RESULT_INDEX, taskId = result.task, text = ANSWER, local = [] } = changes;
  render(
    <VerifyPanel
      expected={{ leafIndex, taskId, text }}
      simulated
      localWitnesses={local}
      world={world}
    />,
  );
  fireEvent.click(screen.getByRole("button", { name: "Verify in this browser" }));
  await screen.findByRole("button", { name: "Check again" });
}
const checks = () => within(screen.getByRole("list", { name: "Checks" })).getAllByRole("listitem");
const checkNamed = (title: RegExp) =>
  checks().find((item) => title.test(item.textContent)) ?? expect.fail(`no check ${title}`);

describe("the verify panel", () => {
  it("promises nothing before it is pressed", () => {
    render(
      <VerifyPanel
        expected={{ leafIndex: 2, taskId: null, text: null }}
        simulated={false}
        localWitnesses={[]}
        world={aWorld()}
      />,
    );
    expect(screen.queryByRole("list", { name: "Checks" })).toBeNull();
    expect(screen.getByRole("link", { name: "Download proof" }).getAttribute("href")).toBe(
      "/tlog/proof/2",
    );
  });

  it("shows every named check of a sound receipt, in order, and compares the text on the page", async () => {
    await verify(aWorld());
    expect(checks()).toHaveLength(CHECKS.length);
    expect(screen.getByRole("status").textContent).toContain("8 checks hold");
    expect(checkNamed(/It is entry 2 of the log/)).toBeTruthy();
    expect(checkNamed(/Nothing was rewritten/).textContent).toContain("not applicable");
    expect(screen.getByText(/character for character/)).toBeTruthy();
  });

  it("says on the download that the data is simulated", async () => {
    await verify(aWorld());
    expect(screen.getByRole("link", { name: /Download proof/ }).getAttribute("download")).toBe(
      "beacon-entry-2-simulated.tlog-proof",
    );
  });

  it("shows a witness of the same operator as a weak link", async () => {
    await verify(aWorld(), { local: witnessKeys });
    const witness = checkNamed(/Cosigned by 1 of 1 witness/);
    expect(within(witness).getByRole("img", { name: "weak" }).textContent).toBe("1");
    expect(witness.textContent).toContain("not against this operator");
    expect(screen.getByRole("status").textContent).toContain("1 link is weak");
  });

  it("shows a document that was changed as a failing check, aloud", async () => {
    await verify(aWorld({ [`/ipfs/${result.cid}?format=raw`]: flipped(block, 30) }));
    expect(screen.getByRole("alert").textContent).toContain("1 check fails");
    expect(checkNamed(/The bytes are these bytes/).textContent).toContain("fails");
  });

  it("minds a document that the portal does not hand out", async () => {
    await verify(aWorld({ [`/ipfs/${result.cid}?format=raw`]: new Error("404") }));
    expect(checkNamed(/The bytes are these bytes/).textContent).toContain("could not be had");
    expect(screen.getByText(/was not compared with the document/)).toBeTruthy();
  });

  it("says that the page shows another text than the document", async () => {
    await verify(aWorld(), { text: "No, it is closed." });
    expect(screen.getByText(/Believe the document/)).toBeTruthy();
  });

  it("refuses the receipt of another entry or task in the place of this one", async () => {
    await verify(aWorld({ "/tlog/proof/3": log.receiptOf(RESULT_INDEX) }), { leafIndex: 3 });
    expect(screen.getByText(/served the receipt of entry 2 for entry 3/)).toBeTruthy();
    cleanup();
    await verify(aWorld(), { taskId: "tsk-aaaaaaaaaaaaaaaaaaaaaaaaaa" });
    expect(screen.getByText(/of another task/)).toBeTruthy();
  });

  it("calls a file that is no receipt unreadable, with its code", async () => {
    await verify(aWorld({ "/tlog/proof/2": new TextEncoder().encode("hello") }));
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("nothing was checked");
    expect(alert.textContent).toContain("PROOF_MALFORMED");
  });

  it("says in one sentence that the portal did not answer, and can be pressed again", async () => {
    await verify(aWorld({ "/tlog/proof/2": new TypeError("Failed to fetch") }));
    expect(screen.getByRole("alert").textContent).toContain("Failed to fetch");
  });

  it("says that the portal's policy cannot be read", async () => {
    await verify(aWorld({ "/tlog/policy": new TextEncoder().encode("nonsense") }));
    expect(screen.getByRole("alert").textContent).toContain("It could not be checked");
  });
});

describe("what the browser remembers of the log", () => {
  it("is stored after a sound report, and checked the next time", async () => {
    const memory = aMemory();
    await verify(aWorld({}, { memory }));
    const kept = JSON.parse(memory.entries.get(`beacon.last-seen:${log.origin}`) ?? "null");
    expect(kept).toMatchObject({ size: 6, note: log.noteAt(6) });
    cleanup();
    await verify(aWorld({}, { memory }));
    expect(checkNamed(/Nothing was rewritten/).textContent).toContain("since 6");
  });

  it("leads to the new state by a consistency proof", async () => {
    const memory = aMemory(seenAt(4));
    await verify(aWorld({}, { memory }));
    expect(screen.getByRole("status").textContent).toContain("9 checks hold");
    expect(memory.entries.get(`beacon.last-seen:${log.origin}`)).toContain('"size":6');
  });

  it("raises a loud alarm over two histories, and keeps the older memory", async () => {
    const memory = aMemory(seenAt(4, new Uint8Array(32).fill(9)));
    const before = memory.entries.get(`beacon.last-seen:${log.origin}`);
    await verify(aWorld({}, { memory }));
    expect(screen.getByText(/two different histories/)).toBeTruthy();
    expect(memory.entries.get(`beacon.last-seen:${log.origin}`)).toBe(before);
  });

  it("raises the alarm when the log says that it has no proof between the two states", async () => {
    const memory = aMemory(seenAt(4));
    await verify(aWorld({}, { memory, fetchConsistency: async () => null }));
    expect(screen.getByRole("alert", { name: "Fork alarm" }).textContent).toContain(
      "An honest log always can",
    );
  });

  it("minds a portal that keeps the consistency proof to itself, and does not forget", async () => {
    const memory = aMemory(seenAt(4));
    const fetchConsistency = async () => Promise.reject(new Error("no"));
    await verify(aWorld({}, { memory, fetchConsistency }));
    expect(checkNamed(/Nothing was rewritten/).textContent).toContain("saw 4 entries before");
    expect(memory.entries.get(`beacon.last-seen:${log.origin}`)).toContain('"size":4');
  });

  it("never goes back to a shorter history", async () => {
    const memory = aMemory(seenAt(6));
    await verify(aWorld({ "/tlog/proof/2": log.receiptOf(RESULT_INDEX, 4) }, { memory }));
    expect(memory.entries.get(`beacon.last-seen:${log.origin}`)).toContain('"size":6');
  });

  it("may be nonsense, and then counts as nothing", async () => {
    const memory = aMemory({ [`beacon.last-seen:${log.origin}`]: "{broken" });
    await verify(aWorld({}, { memory }));
    expect(checkNamed(/Nothing was rewritten/).textContent).toContain("not applicable");
  });
});
