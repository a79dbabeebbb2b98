import type { Json } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { readEvidence } from "@/server/domain/verify/read-evidence";

type Fields = Readonly<Record<string, Json>>;

const fieldsOf = (value: Json | undefined): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: Json | undefined): readonly Fields[] =>
  Array.isArray(value) ? (value as readonly Json[]).map(fieldsOf) : [];
/** A word or a number of somebody else's document; empty for what is neither. */
const wordOf = (value: Json | undefined): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

const VERDICTS: Readonly<Record<string, string>> = {
  verified: "The document’s verdict is that the exit was in that country.",
  "observed-only":
    "The document’s verdict is that the exit was seen, and something is missing to call it verified.",
  mismatch: "The document’s verdict is that the exit was in another country.",
  unverifiable: "The document’s verdict is that the exit’s country could not be checked.",
};

function opinionOf({ database, country }: Fields): string {
  const where = wordOf(country);
  return `${wordOf(database)} ${where === "" ? "does not know it" : `places it in ${where}`}`;
}

const whenOf = ({ when }: Fields): string =>
  when === "after" ? "After the last question" : "Before the first question";

const failedWords = (look: Fields): string =>
  `${whenOf(look)}, a look by ${wordOf(look.echo)} failed: ${wordOf(look.code)}.`;

function lookWords(look: Fields): string {
  const { asn, name } = fieldsOf(look.network);
  const opinions = listOf(look.opinions).map(opinionOf);
  const network =
    wordOf(asn) === ""
      ? ""
      : ` It belongs to AS${wordOf(asn)}${wordOf(name) && ` (${wordOf(name)})`}.`;
  return `${whenOf(look)}, ${wordOf(look.echo)} saw the address ${wordOf(look.address)}${opinions.length === 0 ? "" : `: ${opinions.join(", ")}`}.${network}`;
}

/**
 * A vantage document in sentences, as far as it has the form of one: the receipt binds its bytes, and not
 * what they say. It tells what the document says, and judges nothing again.
 */
export function vantageWords(document: Json): readonly string[] {
  const fields = fieldsOf(document);
  if (fields.type !== "beacon.vantage/v1")
    return ["The receipt carries a document of a form that this page does not know."];
  const { id, name } = fieldsOf(fields.provider);
  const looks = listOf(fields.looks);
  return [
    `Through the provider ${wordOf(name)} (${wordOf(id)}), rented for ${wordOf(fields.country)}.`,
    ...(looks.length === 0 ? ["No look out of its exit came back."] : looks.map(lookWords)),
    ...listOf(fields.failed_looks).map(failedWords),
    typeof fields.within_km === "number"
      ? `By the fastest round trip over TLS, the exit was at most ${Math.ceil(fields.within_km)} km away from the machine that asked.`
      : "How far away the exit was at most: not measured.",
    VERDICTS[wordOf(fields.verdict)] ?? "The document states no verdict that this page knows.",
    "This shows where traffic came out, and not where the provider’s machine stands.",
  ];
}

/** Where a receipt says that its question was asked from, in sentences; empty when it is about none. */
export function whereFrom(receipt: Uint8Array): readonly string[] {
  try {
    const { entry, vantage } = readEvidence(receipt);
    if (!("prompt" in entry)) return [];
    if (vantage !== undefined) return vantageWords(vantage);
    if (entry.country === "home")
      return ["From home: the machine that Beacon ran on. It stands for no country."];
    return "vantage" in entry
      ? [
          "The entry names a document that says where it was asked from. This receipt does not carry it.",
        ]
      : [`From ${entry.country}, as the entry says. It names no document that would show it.`];
  } catch (error) {
    if (error instanceof BeaconError) return []; // the verifier says what cannot be read
    throw error;
  }
}
