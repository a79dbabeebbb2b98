import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { type PolicyRow, policyRows } from "@/server/domain/control/policies";

const frequencyOf = ({ probability }: PolicyRow): string =>
  probability === null ? "always" : `${Math.round(probability * 100)} of 100`;

/** The control models' published behaviour, a row a line. */
const habits = (): string =>
  policyRows(CONTROL_MODELS.map(({ id }) => id))
    .map((row) => {
      const where = row.country ?? "everywhere else";
      return `| ${row.model} | ${where} | ${row.event} | ${row.what} | ${frequencyOf(row)} |`;
    })
    .join("\n");

/**
 * The method in the words of the methodology page, as Markdown, for those who have a bundle and no
 * portal. A test holds every paragraph to the page.
 */
export const methodology = (): string => `# How this is measured, and what it cannot show

The same question, in the same words, with the same system prompt, model and parameters, put from several countries, several times, in a shuffled order.

## What is measured

A job lists prompts, services and countries. One prompt, put to one service from one country, is a cell; each cell is asked several times, because a model does not say the same thing twice. Every single asking is a task, with a seed of its own. All tasks are announced in the log before the first one runs, and each of them closes there: as a response, a failure, or a withdrawal.

The order of tasks is shuffled from a seed that is published with the announcement, so that the time of day and the country are not confounded. A task is tried again only when nothing had come back yet, or when the service said that it did not take the question and when to come back; a refusal or an empty answer is never tried again.

## What is simulated

Without accounts and keys, Beacon runs on a loopback Golem network on one machine: the providers, their countries and their payments are played, while the software that rents them, asks through them, signs and logs is the real one. Wherever data comes from there, the page says so, and so do the files that one downloads.

There, the services are control models: programs that answer questions about invented events, by a published table. They are there to test the instrument. One answers alike everywhere, so that any difference that shows is noise; one has the regional habits below, so that a difference has to show.

| Model | Country | About | What it does | How often |
| --- | --- | --- | --- | --- |
${habits()}

## What may come back

A refusal is a response, and so is silence. Every task that ran gets exactly one of eight states.

- answered: Text came back that no rule below applies to.
- refused: The text says in so many words that it will not answer. Found by fixed phrases: they miss evasions, and rarely take an answer for a refusal.
- empty: The service ended normally and said nothing.
- host-filtered: The service reports that its own filter stopped the answer.
- truncated: The answer stops because it reached the longest length allowed.
- geoblocked: The service says that it does not serve this country.
- timed-out: No answer came back in time.
- harness-error: Something failed between us and the model: here, at the provider, or on the way. A failure names whose fault it was.

What a service on the internet says of the account it was asked with (too many requests, no more money, a key that it does not take) is not kept, because it names that account. Such a task closes as a harness-error with a code that says which.

Where no answer came back through an exit, nobody can tell whether the service, the exit or the way was silent, so it is put down to the network.

## How alike answers are

Two answers are compared by their words: the number of words that both have, divided by the number of words that either has (Jaccard, word-jaccard/1). 1 means the same words, 0 none in common. Word order and meaning do not enter: two answers may say the same in other words and score low.

The figure between two countries is the mean over all pairs of answers, one from each. The figure of a country with itself is the noise floor: how alike its own repeats are. Only answers, also those that were cut short, are compared; refusals and failures are counted instead. Where there is no pair, the table says “not measured”.

No statistical test is run on these figures yet, so every finding stops at the rung “not tested”. What would count as a difference is announced before the run, and stands in the job’s specification.

## How a country is evidenced

Which country a provider is in is a claim until its exit was seen. What sources say of it is written down before it is rented. Then, through the provider’s tunnel, before the first task and after the last, at least two echo services are asked which address they see, and at least two databases where that address is. What they say is shown, also when they disagree, and looks that failed with their reason; the log entry of each answer commits to all of it.

- verified: Two echo services or more saw the exit over TLS, one of them before the first task, and one after the last if looks were tried then. In every look at least two databases know the address, and all that know it place it in the country that was claimed. It proves the exit, not where the machine stands.
- observed-only: The exit was seen and a database places it in the country, or they disagree, but something is missing for “verified”. The answer’s page says what.
- mismatch: In at least one look, every database that knows the address places it in another country. These answers never enter a comparison.
- unverifiable: No look came back, or no database knows the address.

An echo service that is asked over TLS cannot be played by the provider; one that is asked without can, so its look may speak against a country and never for “verified”. A look shows the exit: a machine elsewhere may stand behind it. A network of data centres or of a VPN service is named as such, as far as its name or number says so; most names do not.

The fastest round trip over TLS bounds how far away the exit can be, because nothing is faster than light. It says that a machine is not farther than that, never that it is near, and it decides no verdict.

Home, where it appears, is the machine that Beacon runs on: a place to compare with, and no country’s.

The two country databases are put together by one project, and so may share its faults; their date of making stands beside what they say. The project has announced that its editions on npm, which are used here, hold known errors and will no longer be updated. Private and other special addresses are asked of no database, because some of them are placed in a country all the same.

## What it cannot show

- Why answers differ. A service’s rules, a local law, routing, load or chance may each be the cause.
- What a service answers to other questions, in other languages, on other days, or to a person who is signed in.
- Where the provider’s machine stands. A probe proves through which address the call left, and address databases can be wrong.
- That a figure above or below the noise floor means something: with a few repeats a cell, chance alone moves it.
- That a runner recorded what the service really sent: its signature says who vouches for it, not that it is so.
- Which version of a model answered. What the service reports is kept, and a service can report anything.
`;
