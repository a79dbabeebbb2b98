import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DifferenceKeys } from "@/components/comparison/difference-keys";

const scrolled = vi.fn<() => void>();
beforeEach(() => {
  scrolled.mockClear();
  // jsdom has no layout, so it cannot scroll.
  Element.prototype.scrollIntoView = scrolled;
});
afterEach(cleanup);

const show = () =>
  render(
    <DifferenceKeys count={3} label="Differences">
      {["one", "two", "three"].map((name) => (
        <span key={name} data-difference="" tabIndex={-1}>
          {name}
        </span>
      ))}
    </DifferenceKeys>,
  );
const press = (key: string, init = {}) =>
  fireEvent.keyDown(screen.getByRole("region", { name: "Differences" }), { key, ...init });
const focused = () => document.activeElement?.textContent;

describe("differences", () => {
  it("are reached one after the other with n and back with k, around the ends", () => {
    show();
    const seen = ["n", "n", "n", "n", "k", "k"].map((key) => {
      press(key);
      return focused();
    });
    expect(seen).toEqual(["one", "two", "three", "one", "three", "two"]);
    expect(scrolled).toHaveBeenCalledTimes(6);
    expect(screen.getByText(/^2 of 3/)).toBeTruthy();
  });

  it("begin at the end when one goes back first", () => {
    show();
    press("k");
    expect(focused()).toBe("three");
  });

  it("are reached with buttons as well", () => {
    show();
    expect(screen.getByText(/^3 in all/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Next difference" }));
    expect(focused()).toBe("one");
    fireEvent.click(screen.getByRole("button", { name: "Previous difference" }));
    expect(focused()).toBe("three");
  });

  it("leave shortcuts of the browser and other keys alone", () => {
    show();
    for (const init of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }])
      expect(press("n", init)).toBe(true);
    expect(press("x")).toBe(true);
    expect(focused()).not.toBe("one");
    expect(press("n")).toBe(false);
  });

  it("have no buttons where there are none", () => {
    render(
      <DifferenceKeys count={0} label="Nothing">
        text
      </DifferenceKeys>,
    );
    expect(screen.queryByRole("button")).toBeNull();
  });
});
