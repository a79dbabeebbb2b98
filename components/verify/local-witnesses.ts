import type { LogHead } from "@/schemas/snapshot";

/** Key hashes of the witnesses that this portal's own operator runs. */
export const localWitnessesOf = ({ witnesses }: Pick<LogHead, "witnesses">): readonly string[] =>
  witnesses.filter(({ operator }) => operator === "local").map(({ keyHash }) => keyHash);
