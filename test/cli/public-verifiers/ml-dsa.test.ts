import { join } from "node:path";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { describe, expect, it } from "vitest";
import { verifyMlDsa44 } from "@/public/verify/verify.mjs";
import { fromBase64, fromHex, hex, utf8 } from "@/server/domain/bytes";
import { pythonOrSkip } from "@/test/cli/public-verifiers/find-python";
import { forged, hintOf, openKey } from "@/test/cli/public-verifiers/forged-ml-dsa";
import { run } from "@/test/cli/public-verifiers/run-verifiers";
import { ROOT } from "@/test/support/run-tool";
import { type C2spGolden, golden } from "@/test/vectors/golden";

/** A signature and whether it is the key's. */
type Signed = {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly isRight: boolean;
};

const MESSAGE = utf8("a message");

/** Signatures by noble, of several keys and messages, and the same with one bit changed. */
function signed(): Signed[] {
  return Array.from({ length: 12 }, (_, i) => {
    const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(i));
    const message = new Uint8Array(i * 37).fill(i);
    const signature = ml_dsa44.sign(message, secretKey, { extraEntropy: false });
    const at = (i * 211 + 5) % signature.length;
    const changed = signature.map((byte, k) => (k === at ? byte ^ (1 << (i % 8)) : byte));
    const all = { publicKey, message, signature };
    const others: Omit<Signed, "isRight">[] = [
      { ...all, name: `${i}, byte ${at} changed`, signature: changed },
      { ...all, name: `${i}, another message`, message: utf8("other") },
      { ...all, name: `${i}, another key`, publicKey: openKey },
    ];
    return [
      { ...all, name: `${i}`, isRight: true },
      ...others.map((other) => ({ ...other, isRight: false })),
    ];
  }).flat();
}

/** Signatures that are right in all but one rule of the standard. */
function corners(): Signed[] {
  const none = hintOf([], [], [], []);
  const eighty = Array.from({ length: 20 }, (_, i) => 12 * i);
  const changed = (hint: Uint8Array, ...places: readonly (readonly [number, number])[]) =>
    hint.map((byte, i) => places.find(([at]) => at === i)?.[1] ?? byte);
  const few = hintOf([3, 200], [], [0, 255], [7]);
  const made = (name: string, isRight: boolean, z: number, hint: Uint8Array): Signed => ({
    name,
    isRight,
    publicKey: openKey,
    message: MESSAGE,
    signature: forged(MESSAGE, z, hint),
  });
  return [
    made("z of 0", true, 0, none),
    made("the largest z", true, 130_993, none),
    made("the smallest z", true, -130_993, none),
    made("z one too large", false, 130_994, none),
    made("z one too small", false, -130_994, none),
    made("the largest z that can be written", false, 131_072, none),
    made("the smallest z that can be written", false, -131_071, none),
    made("hints", true, 77_777, few),
    made("80 hints", true, 1, hintOf(eighty, eighty, eighty, eighty)),
    made(
      "80 hints in one row",
      true,
      5,
      hintOf(
        [],
        Array.from({ length: 80 }, (_, i) => i),
        [],
        [],
      ),
    ),
    made("hints in another order", false, 77_777, hintOf([200, 3], [], [0, 255], [7])),
    made("a hint twice", false, 77_777, hintOf([3, 3], [], [0, 255], [7])),
    made("a byte behind the hints", false, 77_777, changed(few, [79, 1])),
    made("a row that ends before it starts", false, 77_777, changed(few, [81, 1])),
    made("a row that ends behind all", false, 77_777, changed(few, [83, 81])),
    made("a row that ends far behind all", false, 77_777, changed(few, [83, 255])),
  ];
}

/** The cosignature of the golden note, by another implementation. */
function goldenSigned(): Signed {
  const { keys, mldsa } = golden<
    C2spGolden & { mldsa: { readonly checkpoint: string; readonly signedMessageHex: string } }
  >("c2sp-golden.json");
  const typed = fromBase64(keys.pq1?.vkey.split("+").slice(2).join("+") ?? "");
  const line = mldsa.checkpoint.split("\n").find((text) => text.includes("/pq1 "));
  const blob = fromBase64(line?.split(" ").at(-1) ?? "");
  if (typed == null || blob == null) throw new Error("the golden note has other lines");
  return {
    name: "golden",
    publicKey: typed.subarray(1),
    message: fromHex(mldsa.signedMessageHex),
    signature: blob.subarray(12),
    isRight: true,
  };
}

const lengths = (): Signed[] =>
  [
    { publicKey: openKey.subarray(1), signature: new Uint8Array(2_420) },
    { publicKey: openKey, signature: new Uint8Array(2_419) },
    { publicKey: openKey, signature: new Uint8Array(2_421) },
    { publicKey: new Uint8Array(), signature: new Uint8Array() },
  ].map((all, i) => ({ ...all, name: `length ${i}`, message: MESSAGE, isRight: false }));

const all = [...signed(), ...corners(), goldenSigned(), ...lengths()];
const wrong = (answers: readonly boolean[]) =>
  all.filter(({ isRight }, i) => answers[i] !== isRight).map(({ name }) => name);

describe("ML-DSA-44, written out", () => {
  it("is asked what noble answers the same of", () => {
    const whole = all.filter(({ name }) => !name.startsWith("length"));
    const other = whole.filter(
      ({ publicKey, message, signature, isRight }) =>
        ml_dsa44.verify(signature, message, publicKey) !== isRight,
    );
    expect(other.map(({ name }) => name)).toEqual([]);
  });

  it("in JavaScript accepts and refuses what it must", () => {
    expect(
      wrong(
        all.map(({ publicKey, message, signature }) =>
          verifyMlDsa44(publicKey, message, signature),
        ),
      ),
    ).toEqual([]);
  });

  it("in Python accepts and refuses what it must", async (context) => {
    const python = pythonOrSkip(context);
    const program = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
sys.modules["verify"] = verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
for line in sys.stdin:
    print(json.dumps(verify.verify_ml_dsa_44(*map(bytes.fromhex, json.loads(line)))))
`;
    const lines = all.map(({ publicKey, message, signature }) =>
      JSON.stringify([publicKey, message, signature].map(hex)),
    );
    const script = join(ROOT, "public/verify/verify.py");
    const { out, err } = await run(python, ["-B", "-c", program, script], `${lines.join("\n")}\n`);
    expect(err).toBe("");
    expect(
      wrong(
        out
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ),
    ).toEqual([]);
  });
});
