import { PageBody } from "@/components/site/page-body";
import { Loading } from "@/components/ui/states";

export default function AccountLoading() {
  return (
    <PageBody simulated={false}>
      <Loading what="your account" />
    </PageBody>
  );
}
