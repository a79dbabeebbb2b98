import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { VerifyFile } from "@/components/verify/verify-file";
import { aWorld, log, RESULT_INDEX } from "@/test/components/verify/a-world";

afterEach(cleanup);

/** jsdom's File has neither `arrayBuffer` nor `text`; this one has what the page uses. */
function aFile(name: string, content: Uint8Array): File {
  const file = new File([Uint8Array.from(content)], name);
  return Object.assign(file, {
    arrayBuffer: async () => Uint8Array.from(content).buffer,
    text: async () => new TextDecoder().decode(content),
  });
}
const give = (label: RegExp, file: File) =>
  fireEvent.change(screen.getByLabelText(label), { target: { files: [file] } });
const press = () => fireEvent.click(screen.getByRole("button", { name: "Verify in this browser" }));

describe("verifying a file", () => {
  it("needs a receipt first", () => {
    render(<VerifyFile localWitnesses={[]} world={aWorld()} />);
    const button = screen.getByRole("button", { name: "Verify in this browser" });
    expect((button as HTMLButtonElement).disabled).toBe(true);
  });

  it("checks a receipt against the portal's policy", async () => {
    render(<VerifyFile localWitnesses={[]} world={aWorld()} />);
    give(/^Receipt/, aFile("a.tlog-proof", log.receiptOf(RESULT_INDEX)));
    press();
    expect((await screen.findByRole("status")).textContent).toContain("8 checks hold");
  });

  it("trusts only the policy that the reader brings", async () => {
    render(
      <VerifyFile localWitnesses={[]} world={aWorld({ "/tlog/policy": new Error("not asked") })} />,
    );
    give(/^Receipt/, aFile("a.tlog-proof", log.receiptOf(RESULT_INDEX)));
    give(/^Policy/, aFile("policy.txt", new TextEncoder().encode(log.policyText)));
    press();
    expect((await screen.findByRole("status")).textContent).toContain("8 checks hold");
  });

  it("takes files that are dropped, by their names", async () => {
    render(<VerifyFile localWitnesses={[]} world={aWorld()} />);
    const files = [
      aFile("entry.tlog-proof", log.receiptOf(RESULT_INDEX)),
      aFile("answer.json", new Uint8Array([1])),
    ];
    fireEvent.drop(screen.getByText("Drop files here, or choose them."), {
      dataTransfer: { files },
    });
    press();
    expect((await screen.findByRole("alert")).textContent).toContain("1 check fails");
  });
});
