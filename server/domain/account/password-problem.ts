/**
 * NIST SP 800-63B took 8 at the least (revision 3, 5.1.1.2) and asks for 15 where a password is all there is
 * (revision 4, 3.1.1.2). Ours lies between: tries are few here, and a hash is slow.
 */
export const PASSWORD_CHARACTERS = 12;

/** A short pattern over and over: `aaaa…`, `abcabc…`. */
const REPEATED = /^(.{1,4}?)\1+.{0,3}$/su;

/** Every character follows the one before it, up or down: `123456789012`, `lkjihgfedcba`. */
function isRun(characters: readonly string[]): boolean {
  const points = characters.map((character) => character.codePointAt(0) ?? 0);
  // From 9 back to 0, as on a keyboard.
  const steps = points.slice(1).map((point, i) => {
    const step = point - (points[i] ?? 0);
    return Math.abs(step) === 9 ? -Math.sign(step) : step;
  });
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

/** What somebody chooses a password for: the words that they are known by. */
export type PasswordOwner = { readonly email: string; readonly name: string };

/**
 * What is wrong with a password, as one sentence; null: nothing. Length and what is easily guessed, and
 * no rule on which characters there must be (NIST SP 800-63B).
 */
export function passwordProblem(password: string, { email, name }: PasswordOwner): string | null {
  const typed = password.normalize("NFKC");
  const characters = [...typed];
  if (characters.length < PASSWORD_CHARACTERS)
    return `A password has at least ${PASSWORD_CHARACTERS} characters; several words in a row are easy to keep in mind.`;
  const folded = fold(typed);
  const [mailbox = ""] = email.split("@");
  if ([email, name, mailbox, mailbox + mailbox, name + name].some((own) => fold(own) === folded))
    return "A password is not one's own e-mail address or name.";
  if (REPEATED.test(folded)) return "A password does not repeat a few characters over and over.";
  if (isRun([...folded])) return "A password is not a run of neighbouring letters or digits.";
  return null;
}

/** However it is spelled: upper or lower case, with spaces or without. */
const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, "");
