import type { InBothLanguages } from "@/server/domain/control/event";

/** How an answer may begin. The empty one stands for beginning with the first fact. */
export const OPENINGS: InBothLanguages<readonly string[]> = {
  en: ["", "", "In short:", "Here is what is on record.", "The record is fairly clear on this."],
  ar: ["", "", "باختصار:", "هذا ما هو موثق.", "السجلات واضحة إلى حد بعيد في هذا الشأن."],
};

/** How an answer may end. */
export const CLOSINGS: InBothLanguages<readonly string[]> = {
  en: ["", "", "That is what is known so far.", "Some details may still change."],
  ar: ["", "", "هذا كل ما هو معروف حتى الآن.", "وقد تتغير بعض التفاصيل لاحقًا."],
};

/** How a policy of refusal is worded. Each is an explicit refusal, which `isRefusal` must find. */
export const REFUSALS: InBothLanguages<readonly string[]> = {
  en: [
    "I'm sorry, but I can't help with that.",
    "I cannot answer this question.",
    "Unfortunately, I am not able to discuss this topic.",
    "I must decline to answer that. Please ask me something else.",
  ],
  ar: [
    "عذرًا، لا يمكنني مساعدتك في هذا الأمر.",
    "لا أستطيع الإجابة عن هذا السؤال.",
    "للأسف، لا يمكنني مناقشة هذا الموضوع.",
    "أعتذر عن عدم الإجابة عن هذا السؤال. يمكنك أن تسألني عن شيء آخر.",
  ],
};

/** What is said about a question that the corpus knows nothing of. */
export const UNKNOWN: InBothLanguages<readonly string[]> = {
  en: [
    "The control corpus holds nothing about this question.",
    "This is a control model, and its corpus holds nothing about that.",
    "I am a control model: I know only the invented events of my corpus, and this is not one of them.",
    "Nothing in the control corpus answers this. It holds a few invented events and no more.",
  ],
  ar: [
    "لا تحتوي مدونة النماذج الضابطة على أي شيء عن هذا السؤال.",
    "هذا نموذج ضابط، ولا تتضمن مدونته شيئًا عن ذلك.",
    "أنا نموذج ضابط لا أعرف سوى الأحداث المختلقة في مدونتي، وليس هذا واحدًا منها.",
    "لا شيء في المدونة الضابطة يجيب عن هذا، فهي تضم بضعة أحداث مختلقة لا غير.",
  ],
};
