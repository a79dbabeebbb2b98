import type { ControlAnswer, ControlRequest } from "@/server/domain/control/answer";

/**
 * The models inside the providers' machines of the loopback network; each knows the country that it
 * stands in. Null: there is no model of that name.
 */
export type AnswerChat = (request: ControlRequest) => ControlAnswer | null;
