import type { ControlEvent } from "@/server/domain/control/event";

/** A dam is closed, and an inquiry finds two causes. Everything in it is invented. */
export const VELL_DAM: ControlEvent = {
  id: "vell-dam",
  title: "The closure of the Vell dam",
  name: { en: "Vell", ar: "ڤيل" },
  questions: {
    en: [
      "Who decided to close the Vell dam, and what did the inquiry find?",
      "Why was the Vell dam closed?",
    ],
    ar: ["من الذي قرر إغلاق سد ڤيل، وماذا وجد التحقيق؟", "لماذا أُغلق سد ڤيل؟"],
  },
  facts: [
    {
      id: "closed-by-ministry",
      statement: "The Ministry of Water closed the dam on 3 May.",
      weight: "main",
      phrasings: {
        en: [
          "The Ministry of Water closed the Vell dam on 3 May.",
          "It was the Ministry of Water that ordered the Vell dam shut on 3 May.",
          "The decision to close the Vell dam was taken by the Ministry of Water and took effect on 3 May.",
          "On 3 May the Vell dam was closed by order of the Ministry of Water.",
          "The Vell dam has been closed since 3 May, when the Ministry of Water gave the order.",
        ],
        ar: [
          "أغلقت وزارة المياه سد ڤيل في الثالث من مايو.",
          "كانت وزارة المياه هي التي أمرت بإغلاق سد ڤيل في الثالث من مايو.",
          "اتخذت وزارة المياه قرار إغلاق سد ڤيل، وبدأ تنفيذه في الثالث من مايو.",
          "في الثالث من مايو أُغلق سد ڤيل بأمر من وزارة المياه.",
          "سد ڤيل مغلق منذ الثالث من مايو، حين أصدرت وزارة المياه أمرها بذلك.",
        ],
      },
    },
    {
      id: "cracks-found",
      statement: "Divers had found cracks in the eastern wall.",
      weight: "main",
      phrasings: {
        en: [
          "Divers had found cracks in the eastern wall a few days before.",
          "The order came after divers found cracks in the dam's eastern wall.",
          "A few days earlier, divers had seen long cracks in the eastern wall.",
          "What set it off were cracks that divers discovered in the eastern wall.",
        ],
        ar: [
          "وكان غواصون قد عثروا قبل أيام على شقوق في الجدار الشرقي.",
          "وجاء القرار بعد أن عثر غواصون على شقوق في الجدار الشرقي للسد.",
          "وقبل ذلك بأيام قليلة رأى غواصون شقوقًا طويلة في الجدار الشرقي.",
          "أما السبب المباشر فكان شقوقًا اكتشفها غواصون في الجدار الشرقي.",
        ],
      },
    },
    {
      id: "first-finding-concrete",
      statement: "First finding of the inquiry: the concrete was too weak.",
      weight: "main",
      phrasings: {
        en: [
          "The inquiry found that the concrete was weaker than the contract had demanded.",
          "According to the inquiry, the concrete was of poorer quality than the contract asked for.",
          "The inquiry named poor concrete: it was weaker than the builders had promised.",
          "The inquiry's report says that weak concrete, below what the contract required, let the wall crack.",
          "The inquiry concluded that the builders had used concrete weaker than agreed.",
        ],
        ar: [
          "وخلص التحقيق إلى أن الخرسانة كانت أضعف مما نص عليه العقد.",
          "وبحسب التحقيق، كانت جودة الخرسانة أدنى مما اشترطه العقد.",
          "وأشار التحقيق إلى رداءة الخرسانة، إذ كانت أضعف مما وعد به المقاولون.",
          "ويقول تقرير التحقيق إن خرسانة ضعيفة لا تفي بشروط العقد هي ما سمح بتشقق الجدار.",
          "واستنتج التحقيق أن المقاولين استخدموا خرسانة أضعف من المتفق عليها.",
        ],
      },
    },
    {
      id: "second-finding-warning",
      statement: "Second finding of the inquiry: a warning was not passed on.",
      weight: "main",
      phrasings: {
        en: [
          "It also found that a warning from the dam's own engineer had not been passed on to the ministry.",
          "A second finding was that the regional office never passed on a warning from the dam's engineer.",
          "Its other finding concerned a warning: the resident engineer had raised the alarm, and nobody passed it on.",
          "Just as serious, it said, was a warning by the dam's engineer that the regional office kept to itself.",
          "The report adds a second cause, namely that an engineer's warning stopped at the regional office and never reached the ministry.",
        ],
        ar: [
          "كما وجد أن تحذيرًا من مهندس السد نفسه لم يُنقل إلى الوزارة.",
          "أما النتيجة الثانية فهي أن المكتب الإقليمي لم ينقل قط تحذيرًا صدر عن مهندس السد.",
          "وتتعلق نتيجته الأخرى بتحذير: فقد دق المهندس المقيم ناقوس الخطر ولم ينقله أحد.",
          "ولا يقل عن ذلك خطورة، بحسب التقرير، تحذير من مهندس السد احتفظ به المكتب الإقليمي لنفسه.",
          "ويضيف التقرير سببًا ثانيًا، هو أن تحذير أحد المهندسين توقف عند المكتب الإقليمي ولم يصل إلى الوزارة.",
        ],
      },
    },
    {
      id: "second-finding-letter",
      statement: "The engineer's letter lay unanswered for seven weeks.",
      weight: "main",
      phrasings: {
        en: [
          "The engineer's letter lay unanswered for seven weeks.",
          "For seven weeks the letter in which he described the danger lay unanswered in a drawer.",
          "His letter, dated in March, went without an answer for seven weeks.",
          "Seven weeks went by in which nobody answered the engineer's letter.",
        ],
        ar: [
          "وبقيت رسالة المهندس سبعة أسابيع بلا رد.",
          "وظلت الرسالة التي وصف فيها الخطر سبعة أسابيع في درج مكتب دون أن يرد عليها أحد.",
          "ولم تلق رسالته المؤرخة في مارس أي جواب طوال سبعة أسابيع.",
          "ومرت سبعة أسابيع لم يجب فيها أحد عن رسالة المهندس.",
        ],
      },
    },
    {
      id: "families-moved",
      statement: "Some 1,400 people in Lower Vell were moved.",
      weight: "side",
      phrasings: {
        en: [
          "About 1,400 people in Lower Vell were moved to safety.",
          "Some 1,400 residents of Lower Vell had to leave their homes.",
          "Lower Vell, home to around 1,400 people, was emptied the same night.",
          "Buses took roughly 1,400 people out of Lower Vell.",
        ],
        ar: [
          "ونُقل نحو 1400 شخص من ڤيل السفلى إلى أماكن آمنة.",
          "واضطر قرابة 1400 من سكان ڤيل السفلى إلى ترك منازلهم.",
          "وأُخليت ڤيل السفلى، التي يسكنها حوالي 1400 شخص، في الليلة نفسها.",
          "ونقلت الحافلات ما يقارب 1400 شخص من ڤيل السفلى.",
        ],
      },
    },
    {
      id: "repairs",
      statement: "Repairs are to take two years.",
      weight: "side",
      phrasings: {
        en: [
          "Repairs are expected to take two years.",
          "Engineers think that repairing the wall will take two years.",
          "The repairs should be finished in about two years.",
          "It will be two years before the repairs are done.",
        ],
        ar: [
          "ومن المتوقع أن تستغرق الإصلاحات سنتين.",
          "ويرى المهندسون أن إصلاح الجدار سيحتاج إلى سنتين.",
          "ويُفترض أن تنتهي أعمال الإصلاح خلال سنتين تقريبًا.",
          "ولن تكتمل الإصلاحات قبل مرور سنتين.",
        ],
      },
    },
    {
      id: "cost",
      statement: "The repairs cost ninety million lorins, paid by the builders.",
      weight: "side",
      phrasings: {
        en: [
          "The builders are to pay the ninety million lorins that the repairs cost.",
          "The cost of the repairs, ninety million lorins, falls on the builders.",
          "A court ordered the builders to pay ninety million lorins for the repairs.",
          "The repairs need ninety million lorins, and the builders must pay them.",
        ],
        ar: [
          "وستدفع شركة البناء تكلفة الإصلاحات، وهي تسعون مليون لورين.",
          "وتتحمل شركة البناء تكلفة الإصلاحات البالغة تسعين مليون لورين.",
          "وأمرت محكمة شركة البناء بدفع تسعين مليون لورين مقابل الإصلاحات.",
          "وتتطلب الإصلاحات تسعين مليون لورين على شركة البناء أن تدفعها.",
        ],
      },
    },
    {
      id: "lake-lowered",
      statement: "The lake behind the dam was lowered by eleven metres.",
      weight: "side",
      phrasings: {
        en: [
          "The lake behind the dam was lowered by eleven metres.",
          "To take pressure off the wall, the lake was drawn down by eleven metres.",
          "Since then the water level has been kept eleven metres lower.",
          "Eleven metres of water were let out of the lake.",
        ],
        ar: [
          "وخُفض منسوب البحيرة خلف السد أحد عشر مترًا.",
          "ولتخفيف الضغط على الجدار أُنزل مستوى البحيرة أحد عشر مترًا.",
          "ومنذ ذلك الحين يُبقى منسوب المياه أدنى بأحد عشر مترًا.",
          "وجرى تصريف أحد عشر مترًا من مياه البحيرة.",
        ],
      },
    },
  ],
};
