import { afterEach, describe, expect, it } from "vitest";
import type { LoopbackNetwork, LoopbackOptions } from "@/server/adapters/golem/loopback/network";
import { aLoopbackNetwork, aRestRental, idOf, negotiate, rest, sign } from "./a-rest-rental";

let network: LoopbackNetwork;
afterEach(() => network.stop());

async function start(over: Partial<LoopbackOptions>): Promise<string> {
  network = await aLoopbackNetwork(over);
  return idOf(network, "elbe-compute");
}

async function terminations(): Promise<readonly unknown[]> {
  const path = "/market-api/v1/agreementEvents?timeout=0&appSessionId=session";
  const { body } = await rest(network, "GET", path);
  return (body as { terminator?: string; reason?: { message: string } }[])
    .filter(({ terminator }) => terminator === "Provider")
    .map(({ reason }) => reason?.message);
}

const invoices = async () => (await rest(network, "GET", "/payment-api/v1/invoices")).body;

describe("a provider ends an agreement", () => {
  it("that has had no activity for too long, and sends its invoice", async () => {
    const id = await start({ idleMs: 60 });
    const talk = await negotiate(network, id);
    if (talk === null || !("draft" in talk)) throw new Error("no draft");
    await sign(network, talk.draft);
    await expect.poll(terminations).toEqual(["NoActivity"]);
    expect(await invoices()).toHaveLength(1);
  });

  it("when its activity has ended and no other follows", async () => {
    const id = await start({ idleMs: 500 });
    const { activityId } = await aRestRental(network, id);
    await rest(network, "DELETE", `/activity-api/v1/activity/${activityId}`);
    await expect.poll(terminations, { timeout: 3_000 }).toEqual(["NoActivity"]);
  });

  it("whose debit notes are not accepted in time", async () => {
    const id = await start({ debitNoteMs: 50, debitNoteAcceptMs: 50 });
    await aRestRental(network, id);
    await expect.poll(terminations).toEqual(["DebitNotesDeadline"]);
    expect(await invoices()).toHaveLength(1);
  });

  it("whose time is over", async () => {
    const id = await start({});
    const talk = await negotiate(network, id);
    if (talk === null || !("draft" in talk)) throw new Error("no draft");
    const path = "/market-api/v1/agreements";
    const validTo = new Date(Date.now() + 300).toISOString();
    const { body } = await rest(network, "POST", path, { proposalId: talk.draft, validTo });
    await rest(network, "POST", `${path}/${body}/confirm?appSessionId=session`);
    await expect.poll(terminations, { timeout: 3_000 }).toEqual(["Expired"]);
  });

  it("never while the requestor keeps to it", async () => {
    const id = await start({ debitNoteMs: 40, debitNoteAcceptMs: 400, idleMs: 100 });
    const { body: allocation } = await rest(network, "POST", "/payment-api/v1/allocations", {
      totalAmount: "1",
      paymentPlatform: "erc20-hoodi-tglm",
    });
    const { allocationId } = allocation as { allocationId: string };
    await aRestRental(network, id);
    let accepted = 0;
    const acceptAll = async () => {
      const { body } = await rest(network, "GET", "/payment-api/v1/debitNotes");
      const notes = body as { debitNoteId: string; totalAmountDue: string; status: string }[];
      for (const { debitNoteId, totalAmountDue, status } of notes) {
        if (status !== "RECEIVED") continue;
        const path = `/payment-api/v1/debitNotes/${debitNoteId}/accept`;
        const totalAmountAccepted = totalAmountDue;
        await rest(network, "POST", path, { totalAmountAccepted, allocationId });
        accepted += 1;
      }
      return accepted;
    };
    await expect.poll(acceptAll, { interval: 20, timeout: 5_000 }).toBeGreaterThan(12);
    expect(await terminations()).toEqual([]);
  });
});

describe("a provider that takes one agreement at a time", () => {
  it("is busy until that one has ended", async () => {
    const id = await start({ agreementsAtATime: 1 });
    const rental = await aRestRental(network, id);
    expect(await negotiate(network, id)).toMatchObject({
      rejection: expect.stringContaining("busy"),
    });
    await rental.end();
    expect(await negotiate(network, id)).toHaveProperty("draft");
  });
});
