import { choiceFrom } from "@/components/comparison/choice";
import { answerComparison } from "@/server/api/comparison-exports";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** The comparison’s table for the prompt and service that its page shows, as CSV. */
export const GET = (request: Request, { params }: { params: Promise<{ jobId: string }> }) =>
  answerOrRefuse(async () => {
    const { jobId } = await params;
    const asked = { jobId, url: request.url, choose: choiceFrom };
    return answerComparison(getContext(), asked, "csv");
  });
