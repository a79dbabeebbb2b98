import { PageBody } from "@/components/site/page-body";
import { Loading } from "@/components/ui/states";

export default function UsersLoading() {
  return (
    <PageBody simulated={false}>
      <Loading what="the accounts" />
    </PageBody>
  );
}
