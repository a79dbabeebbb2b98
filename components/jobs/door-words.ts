import type { Door } from "@/schemas/job-spec";

/** How a service is reached, in the words of somebody who wants to know who sees whom. */
export const DOOR_WORDS: Readonly<
  Record<Door, { readonly way: string; readonly meaning: string }>
> = {
  model: {
    way: "through the rented machine",
    meaning: "The model runs inside the provider’s machine in each country.",
  },
  exit: {
    way: "through the provider’s exit",
    meaning: "The service sees a reader in the provider’s country; the provider cannot read along.",
  },
  home: {
    way: "from this machine only",
    meaning: "No provider is rented, and what comes back stands for no country.",
  },
};
