import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { AnswerRow } from "@/components/explore/answer-row";
import { HOME } from "@/schemas/country";
import { aRow } from "@/test/components/explore/a-row";
import { aFailure } from "@/test/domain/explore/an-answer";
import { aJobId } from "@/test/support/builders";

afterEach(cleanup);

const show = (fields: Parameters<typeof aRow>[0] = {}) =>
  render(
    <ul>
      <AnswerRow row={aRow(fields)} />
    </ul>,
  ).container;
const hrefs = () => screen.getAllByRole("link").map((link) => link.getAttribute("href"));

describe("a row of the explorer", () => {
  it("leads to the answer, its log entry and its job", () => {
    show();
    expect(hrefs()).toEqual([`/responses/${aRow().taskId}`, "/log/41", `/jobs/${aJobId()}`]);
    expect(
      screen.getByRole("link", {
        name: /^Answer and evidence: answered, control-regional from Germany, repeat 1/,
      }),
    ).toBeTruthy();
  });

  it("says what has no place in the log yet", () => {
    show({ leafIndex: null });
    expect(screen.getByText("not in the log yet")).toBeTruthy();
    expect(hrefs()).toHaveLength(2);
  });

  it("says that data is simulated, and only of what is", () => {
    show();
    expect(screen.getByText("simulated")).toBeTruthy();
    cleanup();
    show({ simulated: false });
    expect(screen.queryByText("simulated")).toBeNull();
  });

  it("marks what was looked for, as the answer spells it", () => {
    const container = show({ text: "It was CLOSED in 1977.", wanted: "closed" });
    expect(container.querySelector("mark")?.textContent).toBe("CLOSED");
    expect(container.querySelector("mark")?.parentElement?.textContent).toBe(
      "It was CLOSED in 1977.",
    );
  });

  it("shows text from right to left in one element, so that its letters stay joined", () => {
    const container = show({ text: "أُغلق السدّ عام ١٩٧٧", wanted: "السدّ", language: "ar" });
    const text = container.querySelector("mark")?.parentElement;
    expect([text?.getAttribute("dir"), text?.getAttribute("lang")]).toEqual(["rtl", "ar"]);
    expect(text?.querySelectorAll("[dir]")).toHaveLength(0);
  });

  it("shows strangers’ text as text, and by name what steers or hides", () => {
    const container = show({ text: "<img src=x onerror=alert(1)>\u202egnp.exe" });
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>RLOgnp.exe");
  });

  it("says where a text goes on", () => {
    const text = `${"many words before it ".repeat(30)}needle ${"and after ".repeat(60)}`;
    const container = show({ text, wanted: "needle" });
    expect(container.querySelector("mark")?.parentElement?.textContent).toMatch(/^… .*needle.* …$/);
  });

  it("tells no text from an empty text from a failure", () => {
    show({ text: null, state: "empty" });
    expect(screen.getByText("The response carries no text.")).toBeTruthy();
    cleanup();
    show({ text: "", state: "empty" });
    expect(screen.getByText("The text of the response is empty.")).toBeTruthy();
    cleanup();
    show({ text: null, state: "timed-out", failure: aFailure().failure });
    expect(screen.getByText(/^No response came back:/).textContent).toBe(
      "No response came back: nothing came in 60 seconds. MODEL_TIMED_OUT",
    );
  });

  it("names a model that is not called as its service, and home as a place of its own", () => {
    show({ service: { id: "vendor", model: "gpt-5.2-mini" }, country: HOME });
    expect(screen.getByText("gpt-5.2-mini")).toBeTruthy();
    expect(screen.getByText("Home")).toBeTruthy();
  });
});
