import Link from "next/link";
import { choiceFrom, choicePath } from "@/components/comparison/choice";
import { Card, CardHead } from "@/components/ui/card";
import { counted } from "@/components/ui/count";
import { languageName } from "@/components/ui/language";
import { Empty } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { JobSnapshot } from "@/schemas/snapshot";

/** Every group of answers that a reviewer can read side by side: prompt by service, with how many there are. */
export function AnswersToRead({ job }: { job: Pick<JobSnapshot, "id" | "tasks" | "spec"> }) {
  const { prompts, services } = job.spec;
  const answersOf = (prompt: string, service: string) =>
    job.tasks.filter(
      (task) => task.prompt === prompt && task.service === service && task.status === "SUCCEEDED",
    );
  return (
    <Card label="The answers">
      <CardHead title="The answers to read">
        Side by side by country, each with its own receipt. A state is what a rule made of an
        answer; whether it fits, only reading tells.
      </CardHead>
      {job.tasks.every(({ status }) => status !== "SUCCEEDED") ? (
        <Empty title="No answer came back." />
      ) : (
        <Table label="Answers by prompt and service" isStacked>
          <thead>
            <tr>
              <Th>Prompt</Th>
              {services.map(({ id }) => (
                <Th key={id} className="code">
                  {id}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {prompts.map((prompt) => (
              <tr key={prompt.id}>
                <Td className="max-w-[34ch]">
                  <UntrustedText
                    text={prompt.text}
                    language={prompt.language}
                    className="line-clamp-2"
                  />
                  <span className="text-[13px] text-muted">
                    {prompt.id} · {languageName(prompt.language)}
                  </span>
                </Td>
                {services.map(({ id: service }) => {
                  const answers = answersOf(prompt.id, service);
                  return (
                    <Td key={service} label={service}>
                      {answers.length === 0 ? (
                        <span className="text-muted">none</span>
                      ) : (
                        <Link
                          href={choicePath(
                            job.id,
                            choiceFrom({ prompt: prompt.id, service }, job.spec, job.tasks),
                            "asked",
                          )}
                          prefetch={false}
                          className="link inline-flex min-h-11 items-center"
                        >
                          {counted(answers.length, "response")}
                        </Link>
                      )}
                    </Td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
