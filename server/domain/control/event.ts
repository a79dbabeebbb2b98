/** The languages in which the control models can answer. */
export type ControlLanguage = "en" | "ar";

/** The same thing said in every language of the corpus. */
export type InBothLanguages<T> = { readonly [language in ControlLanguage]: T };

/** One thing that is true of an event: what an answer says, or leaves out. */
export type ControlFact = {
  /** Unique within the event. */
  readonly id: string;
  /** The fact in one plain line, for tables. */
  readonly statement: string;
  /**
   * A main fact is in every answer, in the order of the list; a side fact is in most, in any order
   * after them. The first side fact of an event may also come right after the first main one.
   */
  readonly weight: "main" | "side";
  /** Ways to say it, each a whole sentence that needs no other. The first is the one of temperature 0. */
  readonly phrasings: InBothLanguages<readonly string[]>;
};

/** Something that never happened, of which everything is known. */
export type ControlEvent = {
  readonly id: string;
  readonly title: string;
  /** The invented word without which a prompt is not about this event. */
  readonly name: InBothLanguages<string>;
  /** What one may ask; an answer about the event answers each of them. */
  readonly questions: InBothLanguages<readonly string[]>;
  readonly facts: readonly ControlFact[];
};
