/**
 * Signs of an explicit refusal, each matched at the start of a sentence. Every pattern names both
 * the inability and what is declined ("cannot help", "won't discuss"), because "I cannot say when"
 * is an answer. Text is lower-cased and plain (see `plain`) before it is looked at.
 */
const REFUSALS: readonly RegExp[] = [
  // English
  /^(?:(?:i'm|i am|we're|we are) (?:very |really |so )?sorry|sorry|my apologies|apologies|i apologi[sz]e|unfortunately|i'm afraid|i am afraid|regrettably|as an ai(?: language model| assistant)?)?[,.:;!\s-]*(?:but |that )?(?:i|we)(?:'m| am|'re| are)? ?(?:can't|cannot|can not|could not|couldn't|won't|will not|unable to|not able to|not allowed to|not permitted to|not comfortable|must decline to|have to decline to|decline to)(?: currently| be able to)? (?:help|assist|answer|respond|reply|discuss|discussing|comment|comply|fulfil|fulfill|engage|talk about|share|continue|participate|provide (?:an answer|any |that|this|information|details|assistance|help)|give (?:an answer|information|you (?:an answer|that))|support this)/,
  /^(?:i'm|i am) (?:very |really |so )?sorry[,.]? but (?:this|that) (?:is not|isn't) something (?:i|we) (?:can|may) (?:help|assist|answer|discuss)/,
  /^(?:i|we) (?:must|have to|need to) (?:respectfully |politely )?(?:decline|refuse)\b/,
  /^(?:i|we) (?:respectfully |politely )?(?:decline|refuse) to\b/,
  /^(?:this|that) (?:question|request|topic) (?:is not|isn't) (?:one|something) (?:that )?(?:i|we) (?:can|may) (?:help|assist|answer|discuss)/,
  // Arabic
  /^(?:عذرا|اعتذر|معذرة|نعتذر|اسف|انا اسف|انا اسفة|للاسف|مع الاسف|يؤسفني)?[،,.:\s]*(?:و?لكن(?:ني|نا)? )?(?:انا )?(?:انني |اني )?(?:لا يمكنني|لا يمكننا|لا استطيع|لا نستطيع|لن اتمكن من|لن استطيع|لست قادرا على|غير قادر على|ليس بامكاني|ليس بوسعي|لا يسعني) (?:ان )?(?:ال)?(?:مساعدتك|مساعدة|اساعدك|اساعد|اجابة|اجيب|رد|ارد|تعليق|اعلق|مناقشة|اناقش|حديث عن|اتحدث|خوض|اخوض|تقديم (?:اجابة|معلومات|المساعدة)|اقدم (?:اجابة|معلومات))/,
  /^(?:اعتذر|نعتذر) عن (?:عدم )?(?:ال)?(?:اجابة|رد|مناقشة|تعليق|خوض)/,
  /^(?:ارفض|نرفض) (?:الاجابة|الرد|التعليق|مناقشة)/,
  // Spanish, Portuguese, French, German, Swahili, Russian, Chinese
  /^(?:lo siento|lamentablemente|disculpa|disculpe|perdón)?[,.\s]*(?:pero )?no (?:puedo|podemos) (?:ayudar|asistir|responder|contestar|hablar|comentar|proporcionar información)/,
  /^(?:desculpe|sinto muito|lamento|infelizmente)?[,.\s]*(?:mas )?(?:eu )?não (?:posso|podemos|consigo) (?:ajudar|responder|discutir|comentar|falar|fornecer informações)/,
  /^(?:je suis (?:vraiment )?désolée?|désolée?|malheureusement)?[,.\s]*(?:mais )?je ne (?:peux|suis) pas (?:en mesure de |capable de )?(?:vous )?(?:aider|répondre|discuter|commenter|fournir)/,
  /^(?:es tut mir leid|tut mir leid|entschuldigung|leider)[,.\s]*(?:aber )?(?:kann ich|ich kann|darf ich|ich darf)[^.!?]{0,80}\bnicht (?:helfen|weiterhelfen|beantworten|antworten|besprechen|behilflich)/,
  /^(?:samahani|pole)[,.\s]*(?:lakini )?(?:siwezi|hatuwezi) (?:kusaidia|kukusaidia|kujibu|kuzungumzia|kujadili)/,
  /^(?:извините|простите|к сожалению)?[,.\s]*(?:но )?я не могу (?:помочь|ответить|отвечать|обсуждать|комментировать|предоставить)/,
  /^(?:很抱歉|抱歉|对不起|對不起)?[，,。\s]*(?:但)?我(?:无法|無法|不能)(?:回答|提供|协助|協助|帮助|幫助|讨论|討論|评论|評論)/,
];

/** How much of a text is looked at: a refusal says so at once. */
const HEAD_LENGTH = 400;
const SENTENCES = 2;

/** Lower case, straight apostrophes, no Arabic vowel signs, one form of alef, no leading markup. */
function plain(text: string): string {
  return text
    .slice(0, HEAD_LENGTH)
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u064b-\u0652\u0640]/g, "")
    .replace(/[أإآ]/g, "ا");
}

/**
 * Whether a text refuses outright, in one of its first two sentences: "I'm sorry, but I can't help
 * with that". English and Arabic, and the plainest forms of seven more languages.
 *
 * A hint, not a judgement: it is made for precision, so an evasion, a lecture or a refusal in other
 * words is not found. Empty text is not a refusal; it is its own state.
 */
export function isRefusal(text: string): boolean {
  const sentences = plain(text)
    .split(/(?<=[.!?؟。！？\n])\s*/)
    .map((sentence) => sentence.replace(/^[^\p{L}]+/u, "").replace(/\s+/g, " "))
    .filter((sentence) => sentence !== "");
  return sentences
    .slice(0, SENTENCES)
    .some((sentence) => REFUSALS.some((refusal) => refusal.test(sentence)));
}
