import { Field } from "@/components/jobs/form-field";
import { emptyModel, hasPrice, type ModelDraft } from "@/components/services/service-draft";
import { Button } from "@/components/ui/button";

/** The models of a service, one block each: its name, and its price where it has one of its own. */
export function ModelRows({
  models,
  onChange,
}: {
  models: readonly ModelDraft[];
  onChange: (models: readonly ModelDraft[]) => void;
}) {
  const change = (key: number, part: Partial<ModelDraft>) =>
    onChange(models.map((model) => (model.key === key ? { ...model, ...part } : model)));
  const add = () =>
    onChange([...models, emptyModel(Math.max(...models.map(({ key }) => key)) + 1)]);
  return (
    <>
      <ol className="grid gap-5">
        {models.map((model, i) => {
          const typed = (field: Exclude<keyof ModelDraft, "key">) => ({
            value: model[field],
            onChange: (event: { currentTarget: { value: string } }) =>
              change(model.key, { [field]: event.currentTarget.value }),
          });
          const price = { required: hasPrice(model), autoComplete: "off" } as const;
          return (
            <li key={model.key} className="grid gap-3">
              <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
                <Field
                  label={`Model ${i + 1}`}
                  required
                  maxLength={200}
                  autoComplete="off"
                  {...typed("name")}
                />
                {models.length > 1 && (
                  <Button
                    tone="quiet"
                    aria-label={`Remove model ${i + 1}`}
                    onClick={() => onChange(models.filter(({ key }) => key !== model.key))}
                  >
                    Remove
                  </Button>
                )}
              </div>
              <div className="grid gap-3 sm:grid-cols-4">
                <Field
                  label="Input, US$"
                  inputMode="decimal"
                  hint="a million tokens"
                  {...price}
                  {...typed("input")}
                />
                <Field
                  label="Output, US$"
                  inputMode="decimal"
                  hint="a million tokens"
                  {...price}
                  {...typed("output")}
                />
                <Field label="Price from" maxLength={200} {...price} {...typed("source")} />
                <Field label="Of the day" type="date" {...price} {...typed("date")} />
              </div>
            </li>
          );
        })}
      </ol>
      <div>
        <Button onClick={add}>Add a model</Button>
      </div>
    </>
  );
}
