import { describe, expect, it } from "vitest";
import { spellHidden, withoutHidden } from "@/server/domain/hidden-text";

const TRICKY = "safe\u202egnp.exe\0\u200b\r\n\t.";

describe("characters that steer or hide", () => {
  it("are spelled by their code points", () => {
    expect(spellHidden(TRICKY)).toBe("safe[U+202E]gnp.exe[U+0000][U+200B]\r\n\t.");
  });

  it("are taken out and counted", () => {
    expect(withoutHidden(TRICKY)).toEqual({ text: "safegnp.exe\r\n\t.", removed: 3 });
    expect(withoutHidden("plain")).toEqual({ text: "plain", removed: 0 });
  });

  it("are not the joiners that scripts need", () => {
    const persian = "می\u200cخواهم";
    expect(spellHidden(persian)).toBe(persian);
    expect(withoutHidden("👩\u200d🚀").removed).toBe(0);
  });
});
