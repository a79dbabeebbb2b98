import { PageBody } from "@/components/site/page-body";
import { Loading } from "@/components/ui/states";

// Only here: a loading file makes the page stream, and a streamed page needs JavaScript to be read.
export default function ComposeLoading() {
  return (
    <PageBody simulated={false}>
      <Loading what="the form" />
    </PageBody>
  );
}
