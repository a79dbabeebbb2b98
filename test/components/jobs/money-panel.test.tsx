import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { MoneyPanel } from "@/components/jobs/money-panel";
import type { JobSnapshot } from "@/schemas/snapshot";
import { DE } from "@/test/support/builders";

afterEach(cleanup);

const aJob = (
  fields: Partial<Pick<JobSnapshot, "money" | "ledger" | "simulated">> = {},
): Pick<JobSnapshot, "money" | "ledger" | "simulated"> => ({
  simulated: false,
  money: [
    { currency: "GLM", cap: "2", reserved: "1.25", spent: "0.75", remaining: "0" },
    { currency: "USD", cap: "0", reserved: "0", spent: "0", remaining: "0" },
  ],
  ledger: [
    {
      agreementId: "agreement",
      providerId: `0x${"ab".repeat(20)}`,
      providerName: "linden",
      country: DE,
      acceptedGlm: "0.75",
      refused: [{ amountGlm: "75", reason: "more than its offer allows after 60 s" }],
      endedAt: null,
      endReason: null,
    },
  ],
  ...fields,
});

describe("a job's money", () => {
  it("says what is spent, put aside and free, and leaves out a purse that is not there", () => {
    const { container } = render(<MoneyPanel job={aJob()} />);
    expect(container.textContent).toContain("2 GLM at most for rented providers");
    expect(container.textContent).toContain("Put aside1.25");
    expect(screen.queryByText(/paid services/)).toBeNull();
  });

  it("says who was paid what, and which bill was refused by which rule", () => {
    render(<MoneyPanel job={aJob()} />);
    expect(screen.getByText("linden")).not.toBeNull();
    expect(screen.getByText(/75 GLM: more than its offer allows/)).not.toBeNull();
    expect(screen.getByText("still held")).not.toBeNull();
  });

  it("says that simulated money was paid to nobody", () => {
    render(<MoneyPanel job={aJob({ simulated: true })} />);
    expect(screen.getByText(/nobody was paid/)).not.toBeNull();
  });
});
