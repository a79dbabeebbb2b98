/** What can be made to go wrong with one provider. Everything is off unless set. */
export type Faults = {
  /** Every counter-proposal is rejected. */
  readonly rejectsCounter?: boolean;
  /** Agreements are never approved: the requestor's wait ends with 408. */
  readonly neverApproves?: boolean;
  /** Activities cannot be created. */
  readonly failsActivity?: boolean;
  /** After so many answers of the model door, the provider is gone without a word. */
  readonly vanishesAfterAnswers?: number;
  /** What the model door answers instead of JSON of a sane size. */
  readonly answers?: "not-json" | "endless" | "stalling";
  /** Added to the time that every model takes. */
  readonly delayMs?: number;
  /** Invoices come to so many times what is due. */
  readonly overcharges?: number;
};
