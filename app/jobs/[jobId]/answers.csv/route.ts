import { choiceFrom } from "@/components/comparison/choice";
import { answerShownAnswers } from "@/server/api/comparison-exports";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** The answers that the comparison’s page shows side by side, as CSV. */
export const GET = (request: Request, { params }: { params: Promise<{ jobId: string }> }) =>
  answerOrRefuse(async () => {
    const { jobId } = await params;
    const asked = { jobId, url: request.url, choose: choiceFrom };
    return answerShownAnswers(getContext(), asked);
  });
