import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PASSWORD_CHARACTERS, passwordProblem } from "@/server/domain/account/password-problem";

const ada = { email: "ada.lovelace@example.org", name: "Ada King of Lovelace" };

describe("a password", () => {
  it.each([
    "correct horse battery staple",
    "twelve chars",
    "zwölf Zeichen ß",
    "зелёный чемодан",
    "十二個の文字はここで十分です",
    "ada.lovelace@example.org and more",
  ])("%j is strong enough", (password) => {
    expect(passwordProblem(password, ada)).toBeNull();
  });

  it.each([
    ["short", "eleven char"],
    ["short in characters, long in bytes", "👩‍💻👩‍💻👩‍💻"],
    ["nothing", ""],
    ["the address", "ADA.lovelace@example.org"],
    ["the name", "ada king of lovelace"],
    ["the name without its spaces", "AdaKingofLovelace"],
    ["the mailbox", "ada.lovelace"],
    ["one character", "aaaaaaaaaaaaaaaa"],
    ["one character in many spellings", "aAaAaAaAaAaA"],
    ["two characters in turn", "abababababab"],
    ["a short word again and again", "hah1hah1hah1ha"],
    ["spaces", "              "],
    ["digits in a row", "123456789012"],
    ["digits in a row, backwards", "987654321098"],
    ["letters in a row", "abcdefghijkl"],
  ])("that is %s is refused in one sentence", (_, password) => {
    expect(passwordProblem(password, ada)).toMatch(/^A password .+\.$/);
  });

  it("is never refused for its length from the smallest number on, nor let through below it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 40 }), (password) => {
        const problem = passwordProblem(password, ada);
        const isShort = [...password.normalize("NFKC")].length < PASSWORD_CHARACTERS;
        expect(problem?.includes("at least") ?? false).toBe(isShort);
      }),
    );
  });
});
