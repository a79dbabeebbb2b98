import { describe, expect, it } from "vitest";
import { base64, utf8 } from "@/server/domain/bytes";
import { parseNote, signatureLine, signNote, verifyNote } from "@/server/domain/log/note";
import {
  formatVerifierKey,
  parseVerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { anMlDsaSigner, aSigner } from "@/test/domain/log/a-signer";
import { type C2spGolden, golden } from "@/test/vectors/golden";

const { keys } = golden<C2spGolden>("c2sp-golden.json");
const refused = (code: string) => expect.objectContaining({ code });
const alice = { name: "alice.example/log", ...aSigner(1) };
const bob = { name: "bob.example/log", ...aSigner(2) };
const keyOf = ({ name, publicKey }: typeof alice) => verifierKeyOf(name, "note", publicKey);
const text = "one line\n\nand another\n";
const note = signNote(text, alice);

describe("verifier keys", () => {
  /** C2SP signed-note, verifier keys: the specification's own example. */
  const example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

  it("are read and written as in the specification's example", () => {
    const key = parseVerifierKey(example);
    expect(key).toMatchObject({ name: "example.com/foo", use: "note", id: 0x530d903a });
    expect(formatVerifierKey(key)).toBe(example);
  });

  it("follow from name, use and public key as in the golden vectors", () => {
    for (const [who, { vkey, seed }] of Object.entries(keys)) {
      const { name, use } = parseVerifierKey(vkey);
      expect(use).toBe({ log: "note", pq1: "mldsa-cosignature" }[who] ?? "cosignature");
      const { publicKey } =
        who === "pq1" ? anMlDsaSigner(Number.parseInt(seed.slice(0, 2), 16)) : aSigner(seed);
      expect(formatVerifierKey(verifierKeyOf(name, use, publicKey))).toBe(vkey);
    }
  });

  it.each([
    ["another key ID", example.replace("530d903a", "530d903b")],
    ["an upper-case key ID", example.replace("530d903a", "530D903A")],
    ["another name", example.replace("foo", "fop")],
    ["no name", example.replace("example.com/foo", "")],
    ["a space in the name", example.replace("/foo", " foo")],
    ["bits beyond the key", `${example.slice(0, -1)}l`],
    ["a short key", "a+00000000+AQID"],
    ["another type", `a+00000000+${base64(new Uint8Array(33).fill(2))}`],
    ["a post-quantum key of 32 bytes", `a+00000000+${base64(new Uint8Array(33).fill(6))}`],
    ["nothing", ""],
  ])("with %s are refused", (_, vkey) => {
    expect(() => parseVerifierKey(vkey)).toThrow(refused("NOTE_KEY_MALFORMED"));
  });

  it.each(["", "a b", "a+b", "a\u2003b", "a\nb", "a\u0085b"])("do not take the name %j", (name) => {
    expect(() => verifierKeyOf(name, "note", alice.publicKey)).toThrow(
      refused("NOTE_KEY_MALFORMED"),
    );
  });
});

describe("notes", () => {
  it("are text, blank line and signature lines; the text may have blank lines", () => {
    expect(parseNote(note).text).toBe(text);
    expect(note).toMatch(/^one line\n\nand another\n\n\u2014 alice\.example\/log \S+\n$/);
  });

  it.each([
    ["no signature", "text\n"],
    ["no final newline", note.slice(0, -1)],
    ["no blank line", note.replace("\n\n", "\n").replace("\n\n", "\n")],
    ["a carriage return", note.replaceAll("\n", "\r\n")],
    ["a tab", note.replace("one line", "one\tline")],
    ["a hyphen for the dash", note.replace("\u2014", "-")],
    ["a line that is no signature", `${note}hello\n`],
    ["a name with a plus", note.replace("alice", "al+ce")],
    ["base64 without padding", note.replace(/=+\n$/, "\n")],
    ["base64 with spare bits", note.replace(/.=\n$/, "/=\n")],
    ["a key ID without a signature", `text\n\n\u2014 a ${base64(new Uint8Array(4))}\n`],
    ["too many signatures", `${note}${"\u2014 a AAAAAAA=\n".repeat(64)}`],
    ["too many characters", `${"a".repeat(131_072)}\n\n\u2014 a AAAAAAA=\n`],
  ])("with %s are refused", (_, malformed) => {
    expect(() => parseNote(malformed)).toThrow(refused("NOTE_MALFORMED"));
  });

  it("may carry 16 post-quantum signatures", () => {
    const line = signatureLine(keyOf(alice), new Uint8Array(4_700));
    expect(parseNote(`${text}\n${line.repeat(16)}`).signatures).toHaveLength(16);
  });

  it("are not signed when the text would not come out again", () => {
    for (const other of ["no newline", "tab\t\n", ""])
      expect(() => signNote(other, alice)).toThrow(refused("NOTE_MALFORMED"));
  });
});

describe("who signed a note", () => {
  const line = signNote(text, bob).slice(text.length + 1);
  const both = parseNote(note + line);
  const wrong = signatureLine(keyOf(bob), new Uint8Array(64));

  it("is every known key with a right signature", async () => {
    const verifier = await ed25519Verifier();
    const [a, b] = [keyOf(alice), keyOf(bob)];
    expect(await verifyNote(both, [a, b], verifier)).toEqual([a, b]);
    expect(await verifyNote(both, [b], verifier)).toEqual([b]);
  });

  it("is nobody when no key is known", async () => {
    const verifier = await ed25519Verifier();
    const stranger = verifierKeyOf(alice.name, "note", bob.publicKey);
    for (const known of [[], [stranger]])
      await expect(verifyNote(both, known, verifier)).rejects.toThrow(refused("NOTE_KEY_UNKNOWN"));
  });

  it("is nobody when one known key's signature is wrong", async () => {
    const verifier = await ed25519Verifier();
    const known = [keyOf(alice), keyOf(bob)];
    await expect(verifyNote(parseNote(note + wrong), known, verifier)).rejects.toThrow(
      refused("NOTE_SIGNATURE_INVALID"),
    );
    expect(await verifyNote(parseNote(note + wrong), [keyOf(alice)], verifier)).toHaveLength(1);
  });

  it("is nobody when the text is another", async () => {
    const verifier = await ed25519Verifier();
    const other = { ...both, text: `${text}more\n` };
    await expect(verifyNote(other, [keyOf(alice)], verifier)).rejects.toThrow(
      refused("NOTE_SIGNATURE_INVALID"),
    );
    expect(utf8(other.text)).not.toEqual(utf8(both.text));
  });
});

describe("the example that signed notes are known by", () => {
  // The documentation of Go's golang.org/x/mod/sumdb/note, package overview.
  const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const quoted =
    "If you think cryptography is the answer to your problem,\n" +
    "then you don't know what your problem is.\n\n" +
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  it("is verified", async () => {
    const key = parseVerifierKey(vkey);
    const verifier = await ed25519Verifier();
    expect(await verifyNote(parseNote(quoted), [key], verifier)).toEqual([key]);
    const changed = parseNote(quoted.replace("your problem is", "my problem is"));
    await expect(verifyNote(changed, [key], verifier)).rejects.toThrow(
      refused("NOTE_SIGNATURE_INVALID"),
    );
  });
});
