import { answerExport } from "@/server/api/answer-exports";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** The explorer's rows as CSV: the same parameters as the page, or `all=1` for everything that matches. */
export const GET = (request: Request) =>
  answerOrRefuse(() => answerExport(getContext(), request.url, "csv"));
