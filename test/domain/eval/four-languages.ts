import { VELL_DAM } from "@/server/domain/control/events/vell-dam";

/** One fact in two wordings. */
type TwoWordings = readonly [string, string];

/** How one language's texts are made and what is changed in them. */
export type LanguageCase = {
  readonly language: string;
  readonly facts: readonly TwoWordings[];
  /** What stands between two sentences. */
  readonly gap: string;
  /** One word of the first wording of some fact, and what stands there instead. */
  readonly swap: readonly [from: string, to: string];
};

/** The main facts of the invented event of the control corpus, in the corpus's own words. */
const ofCorpus = (language: "en" | "ar"): readonly TwoWordings[] =>
  VELL_DAM.facts.map(({ phrasings }) => [
    phrasings[language][0] ?? "",
    phrasings[language][1] ?? "",
  ]);

/** The corpus speaks English and Arabic. The same invented event in Chinese and Finnish, for tests. */
export const LANGUAGE_CASES: readonly LanguageCase[] = [
  { language: "en", facts: ofCorpus("en"), gap: " ", swap: ["eastern", "western"] },
  { language: "ar", facts: ofCorpus("ar"), gap: " ", swap: ["الشرقي", "الغربي"] },
  {
    language: "zh",
    gap: "",
    swap: ["东", "西"],
    facts: [
      ["水利部于五月三日下令关闭维尔大坝。", "维尔大坝自五月三日起停用，命令来自主管水务的部门。"],
      ["潜水员在东墙上发现了很长的裂缝。", "检查人员下水后看到墙体开裂。"],
      ["调查认为混凝土的强度低于合同要求。", "报告把原因归于质量不合格的建材。"],
      ["一名工程师的警告没有送到部里。", "有人早已提醒，却无人上报。"],
      ["约一千四百名居民被疏散到高处。", "下游的人家乘车离开了自己的村子。"],
      ["修复工程需要九千万洛林，由承建商支付。", "费用由建造方承担，总额将近一亿。"],
      ["工程预计在两年内完成。", "完工大约还要等上二十多个月。"],
    ],
  },
  {
    language: "fi",
    gap: " ",
    swap: ["itäisestä", "läntisestä"],
    facts: [
      [
        "Vesiministeriö määräsi Vellin padon suljettavaksi toukokuun kolmantena päivänä.",
        "Pato on ollut poissa käytöstä keväästä lähtien viranomaisen käskystä.",
      ],
      [
        "Sukeltajat löysivät itäisestä muurista pitkiä halkeamia.",
        "Rakenteessa nähtiin veden alla murtumia.",
      ],
      [
        "Tutkinnan mukaan betoni oli heikompaa kuin sopimuksessa oli luvattu.",
        "Raportti syyttää kelvotonta rakennusainetta.",
      ],
      [
        "Insinöörin varoitus ei koskaan päässyt aluetoimistosta ministeriöön.",
        "Joku oli huomauttanut vaarasta, mutta viesti jäi matkalle.",
      ],
      [
        "Noin tuhatneljäsataa asukasta vietiin busseilla turvaan.",
        "Alajuoksun väki joutui jättämään kotinsa.",
      ],
      [
        "Korjaus maksaa yhdeksänkymmentä miljoonaa lorinia, jotka rakentaja maksaa.",
        "Lasku lankeaa urakoitsijalle kokonaan.",
      ],
      ["Töiden on määrä valmistua kahdessa vuodessa.", "Valmista pitäisi tulla ensi vuonna."],
    ],
  },
];

/** A text of one language: its facts in the order of `which`, each in its first or second wording. */
export const told = (
  { facts, gap }: LanguageCase,
  which: readonly (readonly [fact: number, wording: 0 | 1])[],
): string => which.map(([fact, wording]) => facts[fact]?.[wording] ?? "").join(gap);
