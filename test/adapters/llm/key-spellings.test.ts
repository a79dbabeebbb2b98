import { describe, expect, it } from "vitest";
import { bytesHoldKey, holdsKey, withoutKey } from "@/server/adapters/llm/key-secrecy";
import { isSpelledIn } from "@/server/adapters/llm/key-spellings";
import { utf8 } from "@/server/domain/bytes";

/** With every character that some escape concerns. */
const KEY = `sk-canary_7Qd1/vX+w9"Zr&2L<mB>4t='%~\\k;`;
const each = (spell: (character: string, code: number) => string) => (text: string) =>
  Array.from(text, (character) => spell(character, character.charCodeAt(0))).join("");
const padded = (code: number, digits: number) => code.toString(16).padStart(digits, "0");
const NAMES: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
  "/": "sol",
  "+": "plus",
  "=": "equals",
  _: "lowbar",
  "%": "percnt",
  "\\": "bsol",
  ";": "semi",
};
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const percent = each((_, code) => `%${padded(code, 2)}`);
const html = each((character) => (NAMES[character] ? `&${NAMES[character]};` : character));

const SPELLINGS: Readonly<Record<string, (key: string) => string>> = {
  "as it is": (key) => key,
  "in a URL": encodeURIComponent,
  "with all of it percent-encoded": percent,
  "in capital percent codes": (key) => percent(key).toUpperCase(),
  "in HTML's names": html,
  "in decimal references": each((_, code) => `&#${code};`),
  "in decimal references with zeros before them": each((_, code) => `&#00000${code};`),
  "in hexadecimal references": each((_, code) => `&#x${padded(code, 2)};`),
  "in references without an end": each((_, code) => `&#${code}`),
  "in JSON": json,
  "in JSON that escapes slashes": (key) => json(key).replaceAll("/", "\\/"),
  "in JSON that escapes all": each((_, code) => `\\u${padded(code, 4)}`),
  "in JSON that escapes all, in capitals": each((_, code) => `\\u${padded(code, 4).toUpperCase()}`),
  "in a script's short codes": each((_, code) => `\\x${padded(code, 2)}`),
  "in JSON in JSON": (key) => json(json(key)),
  "in HTML in JSON as Go writes it": (key) => json(html(key)).replaceAll("&", "\\u0026"),
  "percent-encoded twice": (key) => encodeURIComponent(encodeURIComponent(key)),
  "in a URL in HTML in JSON": (key) => json(html(encodeURIComponent(key))),
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const CODINGS: Readonly<Record<string, (text: string) => string>> = {
  base64,
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "base64 in lines": (text) => base64(text).replace(/.{20}/g, "$&\r\n"),
  "base64 in lines in JSON": (text) => json(base64(text).replace(/.{20}/g, "$&\n")),
  "base64 in a URL": (text) => encodeURIComponent(base64(text)),
};

describe("a key is found", () => {
  it.each(Object.keys(SPELLINGS))("%s", (name) => {
    const body = `{"message":"wrong: ${SPELLINGS[name]?.(KEY)}!"}`;
    expect(holdsKey(body, KEY)).toBe(true);
    expect(bytesHoldKey(Uint8Array.of(0xff, 0xfe, ...utf8(body)), KEY)).toBe(true);
    const other = `${KEY.slice(0, -2)}?;`;
    expect(holdsKey(`wrong: ${SPELLINGS[name]?.(other)}!`, KEY)).toBe(false);
  });

  describe.each(Object.keys(CODINGS))("in %s", (name) => {
    it.each(["", "x", "xy", "user:", "Bearer "])("after %j", (before) => {
      // Bytes of either alphabet's own characters, so that the two differ.
      for (const key of [KEY, "sk-plainKey0123456789", "~~~???>>>~~~???>>>"]) {
        const coded = CODINGS[name]?.(`${before}${key} and what follows`) ?? "";
        expect(holdsKey(`{"auth":"${coded}"}`, key)).toBe(true);
        const other = CODINGS[name]?.(`${before}${key.slice(0, -2)}{{ and what follows`) ?? "";
        expect(holdsKey(`{"auth":"${other}"}`, key)).toBe(false);
      }
    });
  });

  it("in UTF-16, of either order", () => {
    const little = Buffer.from(`wrong: ${KEY}`, "utf16le");
    expect(bytesHoldKey(little, KEY)).toBe(true);
    expect(bytesHoldKey(Buffer.from(little).swap16(), KEY)).toBe(true);
  });

  it("that looks like an escape, as it is, with all of it escaped, and in base64", () => {
    const key = "sk-%41\\u0042&amp;&#67;-canary";
    for (const spelled of [key, percent(key), base64(key)])
      expect(holdsKey(`wrong: ${spelled}!`, key)).toBe(true);
  });

  it("in a message of ours, which is then kept back", () => {
    expect(withoutKey(`no ${KEY}!`, KEY)).toBe("no withheld!");
    const said = withoutKey(`GET /?key=${percent(KEY)} failed`, KEY);
    expect(said).toBe("withheld");
    expect(withoutKey("GET /?key=%41 failed", KEY)).toBe("GET /?key=%41 failed");
  });
});

describe("the search", () => {
  it("leaves what it looks through as it is", () => {
    const body = utf8(`${percent(KEY)} &amp; A A`);
    const before = Uint8Array.from(body);
    isSpelledIn(body, KEY);
    expect(body).toEqual(before);
  });

  it.each(["%", "%4", "&", "&#", "&#x", "&#x;", "&;", "&nosuchname;", "\\", "\\u00", "\\x4", "\0"])(
    "takes %j at the end for what it is",
    (end) => {
      expect(holdsKey(`nothing here ${end}`, KEY)).toBe(false);
      expect(holdsKey(`${KEY}${end}`, KEY)).toBe(true);
    },
  );

  it("reads bytes a fixed number of times, however deep their escapes go", () => {
    let deep = KEY;
    const isFound = Array.from({ length: 6 }, () => {
      deep = percent(deep).replaceAll("%", "%25");
      return holdsKey(deep, KEY);
    });
    expect(isFound).toEqual([true, false, false, false, false, false]);
  });

  it("goes through a body of the largest size that is made of nothing but escapes", () => {
    for (const unit of ["%25", "&amp;", "&a;", "\\u005c", "&#0", KEY.slice(0, -1)]) {
      const size = 1_048_576;
      const body = utf8(unit.repeat(Math.ceil(size / unit.length)).slice(0, size));
      expect(isSpelledIn(body, KEY)).toBe(false);
      body.set(utf8(KEY), size - KEY.length);
      expect(isSpelledIn(body, KEY)).toBe(true);
    }
  });
});
