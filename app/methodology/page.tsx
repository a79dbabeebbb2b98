import type { Metadata } from "next";
import Link from "next/link";
import { Chapter } from "@/components/methodology/chapter";
import { CheckList } from "@/components/methodology/check-list";
import { PolicyTable } from "@/components/methodology/policy-table";
import { DatabaseCredits } from "@/components/response/database-credits";
import { VERDICTS, VerdictBadge } from "@/components/response/verdict";
import { PageBody, PageHead } from "@/components/site/page-body";
import { CELL_LOOKS, RESPONSE_STATES, StateLabel } from "@/components/ui/response-state";
import { GeoVerdict, type ResponseState } from "@/schemas/task";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { policyRows } from "@/server/domain/control/policies";
import { GENERAL_LIMITS } from "@/server/domain/eval/not-shown";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Methodology" };

const STATE_MEANINGS: Readonly<Record<ResponseState, string>> = {
  answered: "Text came back that no rule below applies to.",
  refused:
    "The text says in so many words that it will not answer. Found by fixed phrases: they miss evasions, and rarely take an answer for a refusal.",
  empty: "The service ended normally and said nothing.",
  "host-filtered": "The service reports that its own filter stopped the answer.",
  truncated: "The answer stops because it reached the longest length allowed.",
  geoblocked: "The service says that it does not serve this country.",
  "timed-out": "No answer came back in time.",
  "harness-error":
    "Something failed between us and the model: here, at the provider, or on the way. A failure names whose fault it was.",
};

export default function MethodologyPage() {
  const rows = policyRows(CONTROL_MODELS.map(({ id }) => id));
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Methodology" title="How this is measured, and what it cannot show.">
        <p className="lede">
          The same question, in the same words, with the same system prompt, model and parameters,
          put from several countries, several times, in a shuffled order.
        </p>
      </PageHead>
      <Chapter id="measured" title="What is measured">
        <p>
          A job lists prompts, services and countries. One prompt, put to one service from one
          country, is a cell; each cell is asked several times, because a model does not say the
          same thing twice. Every single asking is a task, with a seed of its own. All tasks are
          announced in the log before the first one runs, and each of them closes there: as a
          response, a failure, or a withdrawal.
        </p>
        <p>
          The order of tasks is shuffled from a seed that is published with the announcement, so
          that time of day and country are not mixed up. A task is tried again only when nothing had
          come back yet, or when the service said that it did not take the question and when to come
          back; a refusal or an empty answer is never tried again.
        </p>
      </Chapter>
      <Chapter id="simulated" title="What is simulated">
        <p>
          Without accounts and keys, Beacon runs on a loopback Golem network on one machine: the
          providers, their countries and their payments are played, while the software that rents
          them, asks through them, signs and logs is the real one. Wherever data comes from there,
          the page says so, and so do the files that one downloads.
        </p>
        <p>
          There, the services are control models: programs that answer questions about invented
          events, by a published table. They are there to test the instrument. One answers alike
          everywhere, so that any difference that shows is noise; one has the regional habits below,
          so that a difference has to show.
        </p>
        <PolicyTable rows={rows} />
      </Chapter>
      <Chapter id="states" title="What may come back">
        <p>
          A refusal is a response, and so is silence. Every task that ran gets exactly one of eight
          states.
        </p>
        <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[13rem_1fr]">
          {RESPONSE_STATES.map((state) => (
            <div key={state} className="contents">
              <dt>
                <StateLabel look={state} />
              </dt>
              <dd className="max-w-[60ch] text-muted">{STATE_MEANINGS[state]}</dd>
            </div>
          ))}
        </dl>
        <p>
          What a service on the internet says of the account it was asked with (too many requests,
          no more money, a key that it does not take) is not kept, because it names that account.
          Such a task closes as a {CELL_LOOKS["harness-error"].label} with a code that says which.
        </p>
        <p>
          Where no answer came back through an exit, nobody can tell whether the service, the exit
          or the way was silent, so it is put down to the network.
        </p>
      </Chapter>
      <Chapter id="times" title="How long it took">
        <p>
          Waiting and answering are measured apart. Queue time is from the job’s dispatch until a
          session took the task for the last time. A task is held from then until its question was
          put for the last time: the session asks only some at a time, and a try that came to
          nothing is in there too. Run time is from the question to the end of what came back,
          failures and time-outs included.
        </p>
        <p>
          Each is given as the median and the value that 90 % did not exceed, with the number of
          tasks that it was measured of. A task that closed without being asked has no run time.
          These are the times of this instrument, with its tunnels and its queue; they do not rank
          services.
        </p>
      </Chapter>
      <Chapter id="similarity" title="How alike answers are">
        <p>
          Two answers are compared by their words: the number of words that both have, divided by
          the number of words that either has (Jaccard, <span className="code">word-jaccard/1</span>
          ). 1 means the same words, 0 none in common. Word order and meaning do not enter: two
          answers may say the same in other words and score low.
        </p>
        <p>
          The figure between two countries is the mean over all pairs of answers, one from each. The
          figure of a country with itself is the noise floor: how alike its own repeats are. Only
          answers, also those that were cut short, are compared; refusals and failures are counted
          instead. Where there is no pair, the table says “not measured”.
        </p>
        <p>
          No statistical test is run on these figures yet, so every finding stops at the rung “not
          tested”. What would count as a difference is announced before the run, and stands in the
          job’s specification.
        </p>
      </Chapter>
      <Chapter id="differences" title="How differences are shown">
        <p>
          Two answers are laid beside each other in the way that fits how alike they are, because
          marked word by word, two free answers differ nearly everywhere. Equal texts are called
          identical, with their hash. Versions of one text (similarity 0.6 or more) are compared
          word by word. Answers that share sentences are aligned sentence by sentence, and words are
          compared inside matched sentences only. Below that no difference is drawn.
        </p>
        <p>
          That similarity counts content words: words that fewer than a quarter of the job’s answers
          in the language use, found in one answer to each of up to sixty prompts (
          <span className="code">content-jaccard/1</span>). Where fewer than five prompts were
          answered in the language, grammar cannot be told from content, so all words count, and
          sentences are aligned from 0.35 on instead of 0.25. Of 1,309 pairs of answers by different
          models to one question (SpeechMap data in English, Chinese and Finnish), 95 of 100 lie
          below that limit. One model that was asked the same question twice came to 0.24 to 0.31
          over all words (8 pairs).
        </p>
        <p>
          Texts are cut into words and sentences by Unicode’s rules and ICU’s dictionaries. Words
          are compared by Myers’ algorithm; equal runs of fewer than three words between two changes
          count as changed. Sentences are matched when they are equal, or when the cosine of their
          words, the rare ones weighing more, is at least 0.4. Both texts can be read off a
          difference whole. Texts beyond 40,000 characters are not compared. The texts are signed
          and a difference is not: anyone may compare them again.
        </p>
        <p>
          Terms that at least half of all answers use and one leaves out are listed by name. The
          same thing said in other words counts as left out.
        </p>
      </Chapter>
      <Chapter id="rates" title="How often there was no answer">
        <p>
          A rate is counted of responses. A failure, a withdrawn task and a response whose exit was
          in another country are told beside it and are no part of it. An answer that was cut short
          is an answer.
        </p>
        <p>
          Beside each rate stands what it allows one to say of the share behind it, at 95 %:
          Wilson’s interval (1927), which holds for small samples where the usual one does not.
          Where none or all of n responses were counted, the exact one-sided bound of Clopper and
          Pearson (1934) is shown instead, as “at most” or “at least”: none of 5 leaves room for 45
          %, none of 10 for 26 %, none of 30 for 9.5 %. Both take responses for independent draws.
          Responses to several prompts or services taken together are not, and then the truth is
          less certain than the interval. Intervals that overlap or do not are no test of a
          difference.
        </p>
      </Chapter>
      <Chapter id="countries" title="How a country is evidenced">
        <p>
          Which country a provider is in is a claim until its exit was seen. What sources say of it
          is written down before it is rented. Then, through the provider’s tunnel, before the first
          task and after the last, at least two echo services are asked which address they see, and
          at least two databases where that address is. What they say is shown, also when they
          disagree, and looks that failed with their reason; the log entry of each answer commits to
          all of it.
        </p>
        <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[13rem_1fr]">
          {GeoVerdict.options.map((verdict) => (
            <div key={verdict} className="contents">
              <dt>
                <VerdictBadge verdict={verdict} />
              </dt>
              <dd className="max-w-[60ch] text-muted">{VERDICTS[verdict].meaning}</dd>
            </div>
          ))}
        </dl>
        <p>
          An echo service that is asked over TLS cannot be played by the provider; one that is asked
          without can, so its look may speak against a country and never for “verified”. A look
          shows the exit: a machine elsewhere may stand behind it. A network of data centres or of a
          VPN service is named as such, as far as its name or number says so; most names do not.
        </p>
        <p>
          The fastest round trip over TLS bounds how far away the exit can be, because nothing is
          faster than light. It says that a machine is not farther than that, never that it is near,
          and it decides no verdict.
        </p>
        <p>
          Home, where it appears, is the machine that Beacon runs on: a place to compare with, and
          no country’s.
        </p>
        <p>
          The two country databases are put together by one project, and so may share its faults;
          their date of making stands beside what they say. The project has announced that its
          editions on npm, which are used here, hold known errors and will no longer be updated.
          Private and other special addresses are asked of no database, because some of them are
          placed in a country all the same.
        </p>
        <p>
          <DatabaseCredits />
        </p>
      </Chapter>
      <Chapter id="checks" title="What can be checked">
        <p>
          Each entry of the log has a receipt, and each receipt is open to nine named checks, here
          or{" "}
          <Link href="/verify#offline" className="link">
            on the command line
          </Link>
          . In the browser the checking code and the keys come from this server; on the command line
          you bring both yourself, from wherever you trust.
        </p>
        <CheckList />
      </Chapter>
      <Chapter id="attestations" title="Who checked it: attestations">
        <p>
          Attesters are people with an account for it, none of them an admin, who look at a
          comparison and say in a signed report whether they confirm it, contest it or leave it
          open. An admin of this portal lets them in and enters the organisation that each speaks
          for; nobody checks that they are who they say.
        </p>
        <p>
          Signed are the verdict, its reasons, the attester’s own words and interests, the checklist
          as they saw it and the very bytes of the comparison, with a key that the portal does not
          have; the report stands in the log, and everybody can check its receipt. An organisation
          counts once, whatever the number of its keys and reports, and one whose keys disagree
          counts as leaving the comparison open.
        </p>
        <p>
          After a key is revoked nothing more that it signs is taken; what it signed before still
          counts, unless the log says that somebody else may have had the key, and then none of its
          reports counts, though all are shown. An attestation does not prove a finding and does not
          raise it on the ladder: it is the judgement of whoever signed it.
        </p>
      </Chapter>
      <Chapter id="limits" title="What it cannot show">
        <p>
          What follows from a job’s own data stands on its comparison and in its bundle; this holds
          for all.
        </p>
        <ul>
          {GENERAL_LIMITS.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
          <li>
            That a runner recorded what the service really sent: its signature says who vouches for
            it, not that it is so.
          </li>
          <li>
            Which version of a model answered. What the service reports is kept, and a service can
            report anything.
          </li>
        </ul>
      </Chapter>
    </PageBody>
  );
}
