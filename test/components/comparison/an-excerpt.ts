import type { Place } from "@/schemas/country";
import { TaskId } from "@/schemas/primitives";
import type { ResponseExcerpt, TaskCell } from "@/schemas/snapshot";
import { DE } from "@/test/support/builders";

/** The id of the task of one cell's repeat: another cell, another id. */
export const taskIdIn = (country: Place, repeat: number, prompt = "vell-dam"): TaskId =>
  TaskId.parse(
    `tsk-${`${prompt}${country}${"abcdefghijklmnop"[repeat]}`
      .toLowerCase()
      .replace(/[^a-z]/g, "")
      .padEnd(26, "a")}`,
  );

/** One response to the prompt about the Vell dam. */
export function anExcerpt(fields: Partial<ResponseExcerpt> = {}): ResponseExcerpt {
  const { country = DE, repeat = 0, prompt = "vell-dam" } = fields;
  return {
    taskId: taskIdIn(country, repeat, prompt),
    prompt,
    service: "control-open",
    country,
    repeat,
    state: "answered",
    text: `The dam was closed, says ${country} for the ${repeat + 1}. time.`,
    leafIndex: 7,
    isElsewhere: false,
    ...fields,
  };
}

/** The task that an excerpt is of. */
export const cellOf = (excerpt: ResponseExcerpt): TaskCell => ({
  id: excerpt.taskId,
  prompt: excerpt.prompt,
  service: excerpt.service,
  country: excerpt.country,
  repeat: excerpt.repeat,
  status: "SUCCEEDED",
  state: excerpt.state,
  leafIndex: excerpt.leafIndex,
});
