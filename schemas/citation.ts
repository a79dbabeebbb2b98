import type { Cid, Instant } from "@/schemas/primitives";

/** What a citation needs to know of an answer or of a comparison. */
export type CitedWork = {
  /** "failure": a task that closed without a response. */
  readonly kind: "response" | "failure" | "comparison";
  /** The task's or the comparison's id. */
  readonly id: string;
  /** One line, without characters that steer or hide. */
  readonly title: string;
  /** The language of what is cited, a BCP 47 tag. */
  readonly language: string;
  /** The portal that shows it; `url` without a slash at its end. */
  readonly portal: { readonly name: string; readonly url: string };
  /** Its permalink. */
  readonly url: string;
  /** When it came back, or was computed. */
  readonly at: Instant;
  readonly log: {
    readonly origin: string;
    /** Null until a published checkpoint includes it. */
    readonly index: number | null;
  };
  /** The address of its bytes; null: nothing came back. */
  readonly cid: Cid | null;
  readonly simulated: boolean;
};
