import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { directionOf, UntrustedText } from "@/components/ui/untrusted-text";

afterEach(cleanup);

const show = (text: string, language = "en") =>
  render(<UntrustedText text={text} language={language} />).container;

describe("text of others", () => {
  it("is text, never markup", () => {
    const container = show(
      '<img src=x onerror="alert(1)"> <b>bold</b> [link](https://example.org)',
    );
    expect(container.querySelector("img, b, a")).toBeNull();
    expect(container.textContent).toContain("<b>bold</b>");
  });

  it("shows characters that steer or hide by their names", () => {
    const container = show("safe\u202egnp.exe\u200b\u0007");
    expect(container.textContent).toBe("safeRLOgnp.exeZWSPU+0007");
    expect(screen.getAllByTitle(/invisible character/)).toHaveLength(3);
  });

  it("can stand in a heading", () => {
    render(
      <h1>
        <UntrustedText as="span" text="Why?" language="en" />
      </h1>,
    );
    expect(screen.getByRole("heading").querySelector("div")).toBeNull();
  });

  it("keeps line breaks, and joiners that scripts need", () => {
    expect(show("one\r\n\ttwo می‌خواهم").textContent).toBe("one\n\ttwo می‌خواهم");
  });

  it("takes its direction from its own letters, and its language from the question", () => {
    const element = show("أُغلق السد في 3 أيار", "ar").firstElementChild;
    expect(element?.getAttribute("dir")).toBe("rtl");
    expect(element?.getAttribute("lang")).toBe("ar");
    expect(directionOf("Sorry, I cannot answer.", "ar")).toBe("ltr");
    expect(directionOf("", "ar")).toBe("rtl");
  });
});
