import { BudgetStep } from "@/components/composer/budget-step";
import { ContrastsStep } from "@/components/composer/contrasts-step";
import { CountriesStep } from "@/components/composer/countries-step";
import type { ComposerPlace } from "@/components/composer/place";
import type { Problem } from "@/components/composer/problems";
import { QuestionsStep } from "@/components/composer/questions-step";
import { ReviewStep } from "@/components/composer/review-step";
import { SamplingStep } from "@/components/composer/sampling-step";
import { ServicesStep } from "@/components/composer/services-step";
import type { StepProps } from "@/components/composer/step-props";
import type { Target } from "@/components/composer/use-composition";
import type { JobSpec } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";

/** What one step shows. */
export function StepBody({
  place,
  spec,
  usage,
  problems,
  onGo,
  ...part
}: StepProps & {
  place: ComposerPlace;
  spec: JobSpec;
  usage: readonly ServiceUsage[];
  problems: readonly Problem[];
  onGo: (target: Target) => void;
}) {
  switch (place.step) {
    case "questions":
      return <QuestionsStep {...part} />;
    case "services":
      return <ServicesStep {...part} />;
    case "countries":
      return <CountriesStep {...part} />;
    case "sampling":
      return <SamplingStep {...part} spec={spec} />;
    case "contrasts":
      return <ContrastsStep {...part} />;
    case "budget":
      return <BudgetStep {...part} spec={spec} usage={usage} />;
    case "review":
      return <ReviewStep spec={spec} problems={problems} place={place} onGo={onGo} />;
  }
}
