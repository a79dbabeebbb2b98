import { describe, expect, it } from "vitest";
import { isRefusal } from "@/server/domain/eval/refusal";

describe("a refusal", () => {
  it.each([
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with that request.",
    "I am sorry, I cannot answer that question.",
    "Sorry, I can't discuss this topic.",
    "Unfortunately, I am not able to provide information about this.",
    "I cannot comply with this request.",
    "I must respectfully decline.",
    "I won't engage with this.",
    "As an AI language model, I cannot comment on political matters.",
    "  **I'm unable to help with that.**",
    "Thank you for your question. I'm afraid I can't answer it… I cannot answer this.",
    "I'm sorry, but that isn't something I can help with.",
    "عذرًا، لا يمكنني مساعدتك في هذا الأمر.",
    "عذراً، لا أستطيع الإجابة على هذا السؤال.",
    "أنا آسف، لكن لا يمكنني مناقشة هذا الموضوع.",
    "لا أستطيع أن أجيب عن هذا السؤال.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Desculpe, mas não posso responder a essa pergunta.",
    "Je suis désolé, mais je ne peux pas répondre à cette question.",
    "Es tut mir leid, aber ich kann diese Frage nicht beantworten.",
    "Samahani, siwezi kujibu swali hili.",
    "К сожалению, я не могу ответить на этот вопрос.",
    "很抱歉，我无法回答这个问题。",
  ])("is found in: %s", (text) => {
    expect(isRefusal(text)).toBe(true);
  });

  it.each([
    "",
    "   ",
    "The Ministry of Water closed the Vell dam on 3 May.",
    "I cannot say exactly when it was built, but it was closed on 3 May.",
    "I can help with that. The dam was closed on 3 May.",
    "The minister said: “I cannot comment.”",
    "He could not answer the question of the court.",
    "Sorry for the delay. The dam was closed on 3 May.",
    "The court declined to discuss the matter.",
    "The dam was closed. Cracks were found. Repairs take two years. I can't help with more.",
    "لا يمكن للوزارة أن تعيد فتح السد قبل سنتين.",
    "اعتذر الوزير عن التأخير.",
    "No puedo negar que la presa se cerró el 3 de mayo.",
    "Ich kann bestätigen, dass der Damm am 3. Mai geschlossen wurde.",
  ])("is not found in: %s", (text) => {
    expect(isRefusal(text)).toBe(false);
  });

  it("is looked for at the beginning only, however long the text", () => {
    expect(isRefusal(`${"word ".repeat(50_000)}. I'm sorry, but I can't help with that.`)).toBe(
      false,
    );
  });
});
