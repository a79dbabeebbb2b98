import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { type PolicyRow, policyRows } from "@/server/domain/control/policies";
import { GENERAL_LIMITS } from "@/server/domain/eval/not-shown";

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

/** Both are lists of whole sentences; what stands in both is said once. */
const limits = (notShown: readonly string[]): string =>
  [...new Set([...notShown, ...GENERAL_LIMITS])].map((limit) => `- ${limit}`).join("\n");

/**
 * The method in the words of the methodology page, as Markdown, for those who have a bundle and no
 * portal. A test holds every paragraph to the page.
 *
 * @param notShown what the comparison of the bundle's job does not show (`notShown`).
 */
export const methodology = (
  notShown: readonly string[],
): string => `# How this is measured, and what it cannot show

The same question, in the same words, with the same system prompt, model and parameters, put from several countries, several times, in a shuffled order.

## What is measured

A job lists prompts, services and countries. One prompt, put to one service from one country, is a cell; each cell is asked several times, because a model does not say the same thing twice. Every single asking is a task, with a seed of its own. All tasks are announced in the log before the first one runs, and each of them closes there: as a response, a failure, or a withdrawal.

The order of tasks is shuffled from a seed that is published with the announcement, so that time of day and country are not mixed up. A task is tried again only when nothing had come back yet, or when the service said that it did not take the question and when to come back; a refusal or an empty answer is never tried again.

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

What a service on the internet says of the account it was asked with (too many requests, no more money, a key that it does not take) is not kept, because it names that account. Such a task closes as a technical failure with a code that says which.

Where no answer came back through an exit, nobody can tell whether the service, the exit or the way was silent, so it is put down to the network.

## How alike answers are

Two answers are compared by their words: the number of words that both have, divided by the number of words that either has (Jaccard, word-jaccard/1). 1 means the same words, 0 none in common. Word order and meaning do not enter: two answers may say the same in other words and score low.

The figure between two countries is the mean over all pairs of answers, one from each. The figure of a country with itself is the noise floor: how alike its own repeats are. Only answers, also those that were cut short, are compared; refusals and failures are counted instead. Where there is no pair, the table says “not measured”.

No statistical test is run on these figures yet, so every finding stops at the rung “not tested”. What would count as a difference is announced before the run, and stands in the job’s specification.

## How differences are shown

Two answers are laid beside each other in the way that fits how alike they are, because marked word by word, two free answers differ nearly everywhere. Equal texts are called identical, with their hash. Versions of one text (similarity 0.6 or more) are compared word by word. Answers that share sentences are aligned sentence by sentence, and words are compared inside matched sentences only. Below that no difference is drawn.

That similarity counts content words: words that fewer than a quarter of the job’s answers in the language use, found in one answer to each of up to sixty prompts (content-jaccard/1). Where fewer than five prompts were answered in the language, grammar cannot be told from content, so all words count, and sentences are aligned from 0.35 on instead of 0.25. Of 1,309 pairs of answers by different models to one question (SpeechMap data in English, Chinese and Finnish), 95 of 100 lie below that limit. One model that was asked the same question twice came to 0.24 to 0.31 over all words (8 pairs).

Texts are cut into words and sentences by Unicode’s rules and ICU’s dictionaries. Words are compared by Myers’ algorithm; equal runs of fewer than three words between two changes count as changed. Sentences are matched when they are equal, or when the cosine of their words, the rare ones weighing more, is at least 0.4. Both texts can be read off a difference whole. Texts beyond 40,000 characters are not compared. The texts are signed and a difference is not: anyone may compare them again.

Terms that at least half of all answers use and one leaves out are listed by name. The same thing said in other words counts as left out.

## How often there was no answer

A rate is counted of responses. A failure, a withdrawn task and a response whose exit was in another country are told beside it and are no part of it. An answer that was cut short is an answer.

Beside each rate stands what it allows one to say of the share behind it, at 95 %: Wilson’s interval (1927), which holds for small samples where the usual one does not. Where none or all of n responses were counted, the exact one-sided bound of Clopper and Pearson (1934) is shown instead, as “at most” or “at least”: none of 5 leaves room for 45 %, none of 10 for 26 %, none of 30 for 9.5 %. Both take responses for independent draws. Responses to several prompts or services taken together are not, and then the truth is less certain than the interval. Intervals that overlap or do not are no test of a difference.

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

What follows from a job’s own data stands on its comparison and in its bundle; this holds for all.

${limits(notShown)}
- That a runner recorded what the service really sent: its signature says who vouches for it, not that it is so.
- Which version of a model answered. What the service reports is kept, and a service can report anything.
`;
