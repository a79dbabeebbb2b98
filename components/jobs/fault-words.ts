import type { FaultMoment, ProviderFault, YagnaFault } from "@/schemas/simulation";

type Words = { readonly name: string; readonly meaning: string };

/** What a simulated provider can be made to do wrong, each in one line. */
export const PROVIDER_FAULT_WORDS: Readonly<Record<ProviderFault, Words>> = {
  rejects: { name: "refuses the deal", meaning: "It answers every proposal with a rejection." },
  "agreement-timeout": {
    name: "never signs",
    meaning: "It is sent an agreement and does not approve it.",
  },
  "deploy-failure": {
    name: "cannot prepare its machine",
    meaning: "The machine is rented, and what is to run in it cannot be unpacked.",
  },
  "exec-failure": {
    name: "cannot start its machine",
    meaning: "The machine is prepared, and what is to run in it does not start.",
  },
  slow: { name: "is slow", meaning: "Every answer takes longer than it should." },
  vanishes: {
    name: "vanishes",
    meaning: "It cannot be reached any more, and says no word of farewell.",
  },
  corrupts: {
    name: "garbles the data",
    meaning: "Single bits of what it passes on are turned over.",
  },
  truncates: {
    name: "cuts answers short",
    meaning: "The connection ends in the middle of an answer.",
  },
  "lies-about-country": {
    name: "lies about its country",
    meaning: "Its exit comes out in another country than the one that it claims.",
  },
  overprices: {
    name: "asks for too much",
    meaning: "Its bills come to a hundred times of what is due.",
  },
  "never-invoices": {
    name: "sends no invoice",
    meaning: "It works, and at the end nobody hears what it costs.",
  },
  floods: { name: "sends without end", meaning: "Offers, bills and answers that do not stop." },
};

/** When a simulated provider's fault begins. */
export const FAULT_MOMENT_WORDS: Readonly<Record<FaultMoment, string>> = {
  "at-start": "from the first contact on",
  "mid-run": "after a few answers",
  "at-end": "when its agreement is ended",
};

/** What yagna, the program that speaks to the Golem network for us, can be made to do wrong. */
export const YAGNA_FAULT_WORDS: Readonly<Record<YagnaFault, Words>> = {
  errors: {
    name: "answers with errors",
    meaning: "Every request to it fails with an error of its own.",
  },
  down: { name: "is down", meaning: "Connections to it are cut at once." },
  restart: {
    name: "is restarted",
    meaning: "It comes back without its demands and networks, as after a crash.",
  },
  slow: { name: "is slow", meaning: "Every request to it takes longer than it should." },
};
