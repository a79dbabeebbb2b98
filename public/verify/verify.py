#!/usr/bin/env python3
"""verify.py: judges one receipt of a Beacon log. One file, Python's standard library, no network.

    python3 verify.py FILE.tlog-proof --policy POLICY [--block FILE]
                      [--since CHECKPOINT [--consistency FILE]] [--json]

It needs Python 3.9 or later, and the `openssl` command of OpenSSL 3 or later for Ed25519. It exits
with 0 when the receipt is sound, with 1 when it is not, and with 2 when a file, an argument or
openssl itself cannot be used.

A receipt says: this entry stands in that public log, at this place, signed by that key. This
program checks that

  - the document, if you have it, is the one that the entry names, byte for byte, and an attester's
    report says what its entry says;
  - the signed statement is about this entry and this log, and the key that it names signed it;
  - the log registered that key before the entry, for entries of this kind, and did not take it back
    before the entry;
  - the entry is in the log's tree, and the log and enough witnesses signed that tree;
  - the document of where the question was asked from, where the receipt carries one, is the one
    that the entry names;
  - the tree grew out of the one that you saw before, if you have its checkpoint and a proof;
  - the log announced the job before the entry.

It does not check that what the entry says is true, that the log holds nothing else, or that the log
shows everybody the same tree; for the last, the witnesses of your policy vouch. Whom to trust is
yours to say: get the policy from somewhere else than the receipt.

The rules that it follows: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and
tlog-policy (https://c2sp.org); RFC 9162, section 2.1 (Merkle trees); RFC 8785 (canonical JSON);
DSSE 1.0 and in-toto Statement v1; RFC 8032 (Ed25519, by OpenSSL); FIPS 204 (ML-DSA-44, written out
below).

Read it from top to bottom: bytes, trees, signatures, notes, the policy, the receipt's form, the
nine checks, the command line.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Iterator, Optional


class Refusal(Exception):
    """Why something could not be used, or what a check found: a code, and words for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# ----------------------------------------------------------------------------------------- bytes --


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def from_utf8(data: bytes) -> Optional[str]:
    """UTF-8 to text; None for bytes that are not UTF-8. A byte-order mark stays in the text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def from_base64(text: str, size: Optional[int] = None) -> Optional[bytes]:
    """RFC 4648 base64 in its one spelling (padding, unused bits zero) to bytes; None for all else.

    With a `size`, only text that stands for that many bytes.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    is_canonical = base64.b64encode(data).decode() == text
    return data if is_canonical and size in (None, len(data)) else None


def from_decimal(text: str) -> Optional[int]:
    """An ASCII decimal without leading zeroes, 0 to 2^63 - 1; None for all else."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text):
        return None
    value = int(text)
    return value if value < 1 << 63 else None


def utf16_length(text: str) -> int:
    """The limits of texts count UTF-16 code units, as JavaScript does."""
    return len(text) + sum(char > "\uffff" for char in text)


def has_control_character(text: str, allowed: str) -> bool:
    """Whether the text has an ASCII control character below U+0020 that is not allowed."""
    return any(char < " " and char not in allowed for char in text)


def canonical_json(value: Any) -> str:
    """RFC 8785: object keys in the order of their UTF-16 code units, no white space."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        pairs = (f"{canonical_json(name)}:{canonical_json(value[name])}" for name in names)
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        raise Refusal("CANONICAL_UNSUPPORTED_VALUE", "a string holds half a character")
    if isinstance(value, float):
        return canonical_number(value)
    return json.dumps(value, ensure_ascii=False)


def canonical_number(value: float) -> str:
    """A number as JavaScript writes it: the shortest digits that mean this double.

    Python finds the same digits, and writes others around them.
    """
    if value in (float("inf"), float("-inf")):
        raise Refusal("CANONICAL_UNSUPPORTED_VALUE", "a number is larger than a double can be")
    sign, significant, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, significant))
    point = len(digits) + int(exponent)  # where the decimal point stands among the digits
    minus = "-" if sign and value != 0 else ""
    if 0 < point <= 21:
        whole, fraction = digits[:point].ljust(point, "0"), digits[point:]
        return minus + whole + ("." + fraction if fraction else "")
    if -6 < point <= 0:
        return minus + "0." + "0" * -point + digits
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{minus}{digits[0]}{tail}e{point - 1:+d}"


def parse_json(text: str) -> Any:
    """JSON as JavaScript reads it: every number is a double, and there is no NaN. ValueError."""

    def number(digits: str) -> Any:
        value = int(digits) if len(digits) < 18 else MAX_SAFE_INTEGER + 1
        return value if abs(value) <= MAX_SAFE_INTEGER else float(digits)

    def no_number(word: str) -> Any:
        raise ValueError(word)

    return json.loads(text, parse_int=number, parse_constant=no_number)


def canonical_bytes(value: Any) -> bytes:
    return canonical_json(value).encode()


# ------------------------------------------------------------------- Merkle trees, RFC 9162, 2.1 --


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def wrong_length() -> Refusal:
    return Refusal("LOG_PROOF_LENGTH", "the proof is longer or shorter than this tree allows")


def must_be_root(computed: bytes, root: bytes) -> None:
    if computed != root:
        raise Refusal("LOG_PROOF_ROOT_MISMATCH", "the proof leads to another root")


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself (C2SP tlog-checkpoint): its name, its number of leaves, a root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Leaf:
    """A claim: this leaf hash stands at this place, and these hashes lead from it to the root."""

    hash: bytes
    index: int
    proof: list[bytes]


def climb(fn: int, sn: int, path: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The walk from node `fn` up to the root, in the RFC's own names.

    Yields every hash of the path, and whether it stands on the left. `sn` is the last node of the
    layer on which `fn` is.
    """
    for p in path:
        if sn == 0:
            raise wrong_length()
        is_left = fn % 2 == 1 or fn == sn
        yield p, is_left
        while is_left and fn % 2 == 0 and fn != 0:
            fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise wrong_length()


def verify_inclusion(leaf: Leaf, tree: Checkpoint) -> None:
    """RFC 9162, 2.1.3.2: does the leaf stand in the tree, where it claims to?"""
    if leaf.index >= tree.size:
        raise Refusal("LOG_POSITION_INVALID", f"a tree of {tree.size} has no leaf {leaf.index}")
    r = leaf.hash
    for p, is_left in climb(leaf.index, tree.size - 1, leaf.proof):
        r = node_hash(p, r) if is_left else node_hash(r, p)
    must_be_root(r, tree.root)


def verify_consistency(first: Checkpoint, second: Checkpoint, proof: list[bytes]) -> None:
    """RFC 9162, 2.1.4.2: does the tree `second` begin with the tree `first`, which is not empty?"""
    if first.size == second.size:
        return must_be_root(first.root, second.root)
    is_power_of_two = first.size & (first.size - 1) == 0
    path = [first.root, *proof] if is_power_of_two else proof
    if not path:
        raise wrong_length()
    fn, sn = first.size - 1, second.size - 1
    while fn % 2 == 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c, is_left in climb(fn, sn, path[1:]):
        if is_left:
            fr = node_hash(c, fr)
        sr = node_hash(c, sr) if is_left else node_hash(sr, c)
    must_be_root(fr, first.root)
    must_be_root(sr, second.root)


# ----------------------------------------------------------------------------- Ed25519, RFC 8032 --

# What stands before a raw Ed25519 public key in its DER form (RFC 8410, section 4).
SPKI_START = bytes.fromhex("302a300506032b6570032100")


@functools.lru_cache(maxsize=4_096)
def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's, for the message. False for a key that is no point."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    files = {"key": SPKI_START + public_key, "message": message, "signature": signature}
    try:
        with tempfile.TemporaryDirectory(prefix="verify-py-") as folder:  # only its owner may enter
            paths = {name: os.path.join(folder, name) for name in files}
            for name, data in files.items():
                with open(paths[name], "xb") as file:
                    file.write(data)
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
            command += ["-inkey", paths["key"], "-in", paths["message"]]
            command += ["-sigfile", paths["signature"]]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refusal("CONFIG_INVALID", f"openssl cannot be run ({error})") from error
    return done.returncode == 0


def must_have_openssl() -> None:
    """Asks openssl for RFC 8032, section 7.1, test 2, and for the same under another message."""
    if shutil.which("openssl") is None:
        raise Refusal("CONFIG_INVALID", "there is no openssl command, which checks Ed25519 here")
    public_key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    is_right = verify_ed25519(public_key, b"\x72", signature)
    if not is_right or verify_ed25519(public_key, b"\x73", signature):
        raise Refusal("CONFIG_INVALID", "this openssl does not check Ed25519: OpenSSL 3 does")


# --------------------------------------------------------------------------- ML-DSA-44, FIPS 204 --
#
# The names and the numbers of the algorithms are the standard's. A polynomial is a list of 256
# integers; it is reduced to 0 … q-1 after every step.

Q = 8_380_417
K, L, GAMMA1, GAMMA2, TAU, ETA, OMEGA = 4, 4, 2**17, (Q - 1) // 88, 39, 2, 80
BETA = TAU * ETA
DROPPED_BITS = 13
CHALLENGE_BYTES = 32
PUBLIC_KEY_BYTES = 32 + 320 * K
SIGNATURE_BYTES = CHALLENGE_BYTES + 576 * L + OMEGA + K

# How much of a stream is drawn at once. Appendix C of the standard shows that algorithms 29 and 30
# need less of it, but with a probability under 2^-256.
STREAM_BYTES = 1_008

# The powers 1753^BitRev8(m) mod q (FIPS 204, appendix B), for m = 0 … 255.
ZETAS = [pow(1753, int(f"{m:08b}"[::-1], 2), Q) for m in range(256)]

Polynomial = list[int]


def h(size: int, *parts: bytes) -> bytes:
    """H of the standard: SHAKE256."""
    return hashlib.shake_256(b"".join(parts)).digest(size)


def ntt(polynomial: Polynomial) -> Polynomial:
    """Algorithm 41, NTT."""
    w, m, length = list(polynomial), 0, 128
    while length >= 1:
        for start in range(0, 256, 2 * length):
            m += 1
            for j in range(start, start + length):
                t = ZETAS[m] * w[j + length] % Q
                w[j + length] = (w[j] - t) % Q
                w[j] = (w[j] + t) % Q
        length //= 2
    return w


def inverse_ntt(polynomial: Polynomial) -> Polynomial:
    """Algorithm 42, the inverse of NTT."""
    w, m, length = list(polynomial), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % Q
                w[j + length] = -ZETAS[m] * (t - w[j + length]) % Q
        length *= 2
    return [value * 8_347_681 % Q for value in w]  # 256^-1 mod q


def unpack_bits(data: bytes, width: int) -> Polynomial:
    """Algorithm 18, SimpleBitUnpack: 256 numbers of `width` bits each, the lowest bit first."""
    bits = int.from_bytes(data, "little")
    return [bits >> (i * width) & ((1 << width) - 1) for i in range(256)]


def pack_bits(values: Polynomial, width: int) -> bytes:
    """Algorithm 16, SimpleBitPack: the inverse of the above."""
    bits = sum(value << (i * width) for i, value in enumerate(values))
    return bits.to_bytes(32 * width, "little")


def sample_ntt(seed: bytes) -> Polynomial:
    """Algorithm 30, RejNTTPoly: a polynomial in NTT form; numbers from q up are skipped."""
    stream = hashlib.shake_128(seed).digest(STREAM_BYTES)
    triples = (stream[i : i + 3] for i in range(0, STREAM_BYTES, 3))
    numbers = (int.from_bytes(triple, "little") & 0x7FFFFF for triple in triples)
    return [number for number in numbers if number < Q][:256]


def sample_in_ball(seed: bytes) -> Polynomial:
    """Algorithm 29, SampleInBall: the challenge, TAU coefficients of 1 or -1 and the others 0."""
    stream = h(STREAM_BYTES, seed)
    signs = int.from_bytes(stream[:8], "little")
    rest = iter(stream[8:])
    c = [0] * 256
    for i in range(256 - TAU, 256):
        j = next(byte for byte in rest if byte <= i)
        c[i] = c[j]
        c[j] = Q - 1 if signs >> (i + TAU - 256) & 1 else 1
    return c


def unpack_hint(data: bytes) -> Optional[list[Polynomial]]:
    """Algorithm 21, HintBitUnpack: K polynomials of 0 and 1; None for all but the one spelling."""
    hint, index = [[0] * 256 for _ in range(K)], 0
    for polynomial, end in zip(hint, data[OMEGA:]):
        if not index <= end <= OMEGA:
            return None
        places = data[index:end]
        if any(before >= after for before, after in zip(places, places[1:])):
            return None
        for place in places:
            polynomial[place] = 1
        index = end
    return None if any(data[index:OMEGA]) else hint


def use_hint(hint: int, r: int) -> int:
    """Algorithm 40, UseHint, with algorithm 36, Decompose: the high part of r, corrected."""
    r0 = r % (2 * GAMMA2)
    if r0 > GAMMA2:
        r0 -= 2 * GAMMA2
    r1, r0 = (0, r0 - 1) if r - r0 == Q - 1 else ((r - r0) // (2 * GAMMA2), r0)
    if hint == 0:
        return r1
    return (r1 + (1 if r0 > 0 else -1)) % ((Q - 1) // (2 * GAMMA2))


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def verify_ml_dsa_44(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Algorithms 3 and 8, ML-DSA.Verify, with the empty context."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    rho, t1 = public_key[:32], [unpack_bits(data, 10) for data in pieces(public_key[32:], 320)]
    challenge, rest = signature[:CHALLENGE_BYTES], signature[CHALLENGE_BYTES:]
    z = [[GAMMA1 - v for v in unpack_bits(data, 18)] for data in pieces(rest[: 576 * L], 576)]
    hint = unpack_hint(rest[576 * L :])
    if hint is None or any(abs(value) >= GAMMA1 - BETA for row in z for value in row):
        return False

    mu = h(64, h(64, public_key), b"\0\0", message)
    c_hat = ntt(sample_in_ball(challenge))
    z_hat = [ntt(polynomial) for polynomial in z]
    high = []
    for row in range(K):
        t_hat = ntt([value << DROPPED_BITS for value in t1[row]])
        a_hat = [sample_ntt(rho + bytes((column, row))) for column in range(L)]
        w = [
            (sum(a[i] * z[i] for a, z in zip(a_hat, z_hat)) - c_hat[i] * t_hat[i]) % Q
            for i in range(256)
        ]
        high.append(pack_bits(list(map(use_hint, hint[row], inverse_ntt(w))), 6))
    return h(CHALLENGE_BYTES, mu, *high) == challenge


# ------------------------------------------------------- keys and notes, C2SP signed-note et al. --

LOG_KEY, ED25519_WITNESS, ML_DSA_WITNESS = 0x01, 0x04, 0x06
KEY_BYTES = {LOG_KEY: 32, ED25519_WITNESS: 32, ML_DSA_WITNESS: PUBLIC_KEY_BYTES}

# Not empty; no plus, no control character (Unicode Cc), no Unicode White_Space.
KEY_NAME = re.compile(
    "[^+\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+"
)


@dataclass(frozen=True)
class Key:
    """A public key as C2SP notes know it: `name` and `id` stand on the lines that it signs."""

    name: str
    id: bytes
    type: int
    public_key: bytes


def parse_key(text: str) -> Optional[Key]:
    """`<name>+<key ID, 8 hex digits>+<base64 of type and public key>`; None when it is not one."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not KEY_NAME.fullmatch(parts[0]):
        return None
    name, key_id, typed = parts[0], parts[1], from_base64(parts[2])
    if not typed or KEY_BYTES.get(typed[0]) != len(typed) - 1:
        return None
    expected = sha256(f"{name}\n".encode(), typed)[:4]
    return Key(name, expected, typed[0], typed[1:]) if expected.hex() == key_id else None


@dataclass(frozen=True)
class SignatureLine:
    name: str
    id: bytes
    blob: bytes


@dataclass(frozen=True)
class Note:
    """A note: its text with the final newline, and its signature lines. Nothing is believed."""

    text: str
    signatures: list[SignatureLine]

    def lines_of(self, key: Key) -> list[SignatureLine]:
        """The lines that say that the key signed: the same name and the same key ID."""
        return [line for line in self.signatures if (line.name, line.id) == (key.name, key.id)]


# Ours: room for a checkpoint and 16 post-quantum signatures.
MAX_NOTE_CHARACTERS = 131_072
MAX_NOTE_SIGNATURES = 64
SIGNATURE_START = "\u2014 "


def malformed_note(message: str) -> Refusal:
    return Refusal("NOTE_MALFORMED", message)


def parse_note(note: str) -> Note:
    if utf16_length(note) > MAX_NOTE_CHARACTERS:
        raise malformed_note("the note is too large")
    if has_control_character(note, "\n"):
        raise malformed_note("the note has a control character")
    end = note.rfind("\n\n")
    if end < 0 or not note.endswith("\n"):
        raise malformed_note("the note has no signatures")
    lines = note[end + 2 : -1].split("\n")
    if len(lines) > MAX_NOTE_SIGNATURES:
        raise malformed_note("the note has too many signatures")
    return Note(note[: end + 1], [parse_signature_line(line) for line in lines])


def parse_signature_line(line: str) -> SignatureLine:
    name, _, encoded = line[len(SIGNATURE_START) :].rpartition(" ")
    data = from_base64(encoded)
    is_line = line.startswith(SIGNATURE_START) and KEY_NAME.fullmatch(name)
    if not is_line or data is None or len(data) < 5:
        raise malformed_note("a signature line is not one")
    return SignatureLine(name, data[:4], data[4:])


def parse_checkpoint(text: str) -> Checkpoint:
    """Origin, size and root. Lines that a log adds are signed too, and mean nothing here."""
    lines = text.split("\n")
    is_closed = lines.pop() == "" and "" not in lines and len(lines) >= 3
    size = from_decimal(lines[1]) if is_closed else None
    root = from_base64(lines[2], 32) if is_closed else None
    if size is None or root is None:
        raise Refusal("CHECKPOINT_MALFORMED", "not origin, size and root on a line each")
    return Checkpoint(lines[0], size, root)


def verify_log_signature(note: Note, keys: list[Key]) -> None:
    """The log's signature: at least one known key signed, and none of their lines is wrong."""
    lines = [(key, line) for key in keys for line in note.lines_of(key)]
    for key, line in lines:
        if not verify_ed25519(key.public_key, note.text.encode(), line.blob):
            raise Refusal("NOTE_SIGNATURE_INVALID", f"the signature of {key.name} is wrong")
    if not lines:
        raise Refusal("NOTE_KEY_UNKNOWN", "no known key signed this")


# 9999-12-31T23:59:59Z, the last second that a date can be written for.
LAST_SECOND = 253_402_300_799


def verify_cosignatures(note: Note, checkpoint: Checkpoint, key: Key) -> Optional[int]:
    """A witness's latest time in POSIX seconds; None when it did not sign.

    A line of the witness that is wrong spoils the note.
    """
    times = []
    for line in note.lines_of(key):
        seconds = int.from_bytes(line.blob[:8], "big")
        if not is_cosignature(note, checkpoint, key, seconds, line.blob[8:]):
            raise Refusal("NOTE_SIGNATURE_INVALID", f"the cosignature of {key.name} is wrong")
        times.append(seconds)
    return max(times, default=None)


def is_cosignature(
    note: Note, checkpoint: Checkpoint, key: Key, seconds: int, signature: bytes
) -> bool:
    if seconds > LAST_SECOND:
        return False
    if key.type == ED25519_WITNESS:
        message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
        return verify_ed25519(key.public_key, message, signature)
    message = subtree_message(key.name, seconds, checkpoint)
    return message is not None and verify_ml_dsa_44(key.public_key, message, signature)


def subtree_message(witness: str, seconds: int, checkpoint: Checkpoint) -> Optional[bytes]:
    """What an ML-DSA witness signs: its name, the time, the log, leaves 0 to `size`, the root."""
    name, origin = witness.encode(), checkpoint.origin.encode()
    if max(len(name), len(origin)) > 255:  # their lengths have one byte
        return None
    return b"".join(
        (
            b"subtree/v1\n\0",
            bytes((len(name),)) + name,
            seconds.to_bytes(8, "big"),
            bytes((len(origin),)) + origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


# ------------------------------------------------------------------ the policy, C2SP tlog-policy --

# Ours. The specification asks for room for 32 logs, witnesses and groups.
MAX_POLICY_CHARACTERS = 131_072


@dataclass
class Policy:
    """Whom the reader trusts. The quorum is the name of a witness or a group, or `none`.

    `members` are the names that some group has as a member: each may be one only once.
    """

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    members: set[str] = field(default_factory=lambda: {"none"})
    quorum: Optional[str] = None

    def is_defined(self, name: str) -> bool:
        return name == "none" or name in self.witnesses or name in self.groups

    def is_met(self, signed: set[str]) -> bool:
        """Whether these witnesses are enough. A group's members are all defined above it."""
        counted = set(signed)
        for name, (threshold, members) in self.groups.items():
            if sum(member in counted for member in members) >= threshold:
                counted.add(name)
        return self.quorum == "none" or self.quorum in counted

    def log_keys(self, origin: str) -> list[Key]:
        return [key for key in self.logs if key.name == origin]


def parse_policy(text: str) -> Policy:
    if utf16_length(text) > MAX_POLICY_CHARACTERS:
        raise Refusal("POLICY_MALFORMED", "the policy is too large")
    if has_control_character(text, "\t\n") or "\x7f" in text:
        raise Refusal("POLICY_MALFORMED", "the policy has a control character")
    policy = Policy()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        read_line = POLICY_LINES.get(words[0])
        problem = read_line(policy, words[1:]) if read_line else f"no line starts with {words[0]}"
        if problem is not None:
            raise Refusal("POLICY_MALFORMED", f"line {number}: {problem}")
    if policy.quorum is None:
        raise Refusal("POLICY_MALFORMED", "a policy has one quorum line")
    return policy


# One reader for each kind of line. It takes the line into the policy, or answers what is wrong.


def read_log(policy: Policy, words: list[str]) -> Optional[str]:
    if len(words) not in (1, 2):
        return "log KEY [URL]"
    key = parse_key(words[0])
    if key is None or key.type != LOG_KEY:
        return "not the key of a log"
    if key.public_key in (other.public_key for other in policy.logs):
        return "this log is here already"
    policy.logs.append(key)
    return None


def read_witness(policy: Policy, words: list[str]) -> Optional[str]:
    if len(words) not in (2, 3):
        return "witness NAME KEY [URL]"
    name, key = words[0], parse_key(words[1])
    if key is None or key.type == LOG_KEY:
        return "not the key of a witness"
    if key.public_key in (other.public_key for other in policy.witnesses.values()):
        return "this witness is here already"
    if policy.is_defined(name):
        return f"{name} is taken"
    policy.witnesses[name] = key
    return None


def read_group(policy: Policy, words: list[str]) -> Optional[str]:
    if len(words) < 3:
        return "group NAME all|any|NUMBER MEMBER..."
    name, rule, members = words[0], words[1], words[2:]
    threshold = {"all": len(members), "any": 1}.get(rule, from_decimal(rule))
    if threshold is None or not 1 <= threshold <= len(members):
        return f"1 to {len(members)} members can be asked"
    for member in members:
        if not policy.is_defined(member):
            return f"{member} is not defined above"
        if member in policy.members:
            return f"{member} cannot be a member here"
        policy.members.add(member)
    if policy.is_defined(name):
        return f"{name} is taken"
    policy.groups[name] = (threshold, members)
    return None


def read_quorum(policy: Policy, words: list[str]) -> Optional[str]:
    if len(words) != 1:
        return "quorum NAME"
    if policy.quorum is not None:
        return "a policy has one quorum line"
    if not policy.is_defined(words[0]):
        return f"{words[0]} is not defined above"
    policy.quorum = words[0]
    return None


POLICY_LINES: dict[str, Callable[[Policy, list[str]], Optional[str]]] = {
    "log": read_log,
    "witness": read_witness,
    "group": read_group,
    "quorum": read_quorum,
}

# ------------------------------------------------------------------ the receipt, C2SP tlog-proof --

MAX_RECEIPT_BYTES = 262_144
MAX_PROOF_HASHES = 63
MAX_ENTRY_BYTES = 65_535
MAX_SAFE_INTEGER = 2**53 - 1


def malformed_proof(message: str) -> Refusal:
    return Refusal("PROOF_MALFORMED", message)


@dataclass(frozen=True)
class Proof:
    """A `.tlog-proof` file, taken apart."""

    extra: Optional[bytes]
    index: int
    hashes: list[bytes]
    note: str


def parse_proof(file: bytes) -> Proof:
    if len(file) > MAX_RECEIPT_BYTES:
        raise Refusal("PROOF_TOO_LARGE", f"a receipt has at most {MAX_RECEIPT_BYTES} bytes")
    text = from_utf8(file)
    if text is None:
        raise malformed_proof("the file is not UTF-8 text")
    head, separator, note = text.partition("\n\n")
    if not separator:
        raise malformed_proof("the file has no checkpoint")
    header, *lines = head.split("\n")
    if header != "c2sp.org/tlog-proof@v1":
        raise malformed_proof("the file does not start as a tlog-proof does")

    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0)[len("extra ") :])
        if not extra:
            raise malformed_proof("the extra line is not base64")
    line = lines.pop(0) if lines else ""
    index = from_decimal(line[len("index ") :]) if line.startswith("index ") else None
    if index is None:
        raise malformed_proof("the index line has no index")
    hashes = [from_base64(line, 32) for line in lines]
    if len(hashes) > MAX_PROOF_HASHES:
        raise malformed_proof("the proof has too many hashes")
    if None in hashes:
        raise malformed_proof("a line of the proof is not a hash")
    return Proof(extra, index, hashes, note)


# What may stand in `extra` is told field by field; a field more or less, and it is no receipt. A
# form is a function from parsed JSON to true or false. To Python true is 1; to a form it is not.

Form = Callable[[Any], bool]


def matching(pattern: str) -> Form:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def any_of(*values: Any) -> Form:
    return lambda value: any(type(value) is type(other) and value == other for other in values)


def integer(least: int) -> Form:
    return lambda value: type(value) is int and least <= value <= MAX_SAFE_INTEGER


def or_null(form: Form) -> Form:
    return lambda value: value is None or form(value)


def list_of(form: Form, least: int, most: float) -> Form:
    return lambda value: (
        isinstance(value, list) and least <= len(value) <= most and all(map(form, value))
    )


def base64_of(size: int) -> Form:
    return lambda value: isinstance(value, str) and from_base64(value, size) is not None


def record(fields: dict[str, Form]) -> Form:
    """An object with these fields and no other; one whose name has a question mark may lack."""
    forms = {name.rstrip("?"): form for name, form in fields.items()}
    needed = {name for name in fields if not name.endswith("?")}
    return lambda value: (
        isinstance(value, dict)
        and needed <= value.keys() <= forms.keys()
        and all(forms[name](value[name]) for name in value)
    )


def json_within(depth: int) -> Form:
    """Any JSON that is nested at most so deep: an object of texts has depth 2."""

    def is_within(value: Any) -> bool:
        items = value.values() if isinstance(value, dict) else value
        is_nested = isinstance(value, (dict, list))
        return depth > 0 and (not is_nested or all(map(json_within(depth - 1), items)))

    return is_within


def is_instant(value: Any) -> bool:
    """RFC 3339 in UTC with milliseconds, a day and a time that exist."""
    if not isinstance(value, str):
        return False
    found = re.fullmatch(
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z", value
    )
    if found is None:
        return False
    year, month, day, hour, minute, second = map(int, found.groups())
    if not 1 <= month <= 12:
        return False
    is_long_february = month == 2 and calendar.isleap(year)
    days = 29 if is_long_february else calendar.mdays[month]
    return 1 <= day <= days and hour <= 23 and minute <= 59 and second <= 59


def sha256_of_cid(cid: str) -> Optional[bytes]:
    """The SHA-256 that a CIDv1 (raw, sha2-256, base32) holds; None when the text is not one."""
    if not re.fullmatch("b[a-z2-7]{58}", cid):
        return None
    data = base64.b32decode(cid[1:].upper() + "======")
    is_canonical = to_base32(data) == cid[1:]
    return data[4:] if is_canonical and data[:4] == b"\x01\x55\x12\x20" else None


def to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def is_cid(value: Any) -> bool:
    return isinstance(value, str) and sha256_of_cid(value) is not None


def an_id(prefix: str) -> Form:
    return matching(f"{prefix}-[a-z2-7]{{26}}")


COUNT, POSITIVE, FLAG = integer(0), integer(1), any_of(True, False)
SLUG = matching("[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
PROVIDER = matching("0x[0-9a-f]{40}")
GEO = any_of("verified", "observed-only", "mismatch", "unverifiable")
COUNTRY = matching("[A-Z]{2}|home")
STATE = any_of(
    *("answered", "refused", "empty", "host-filtered"),
    *("truncated", "geoblocked", "timed-out", "harness-error"),
)

CELL = {
    "simulated": FLAG,
    "job": an_id("job"),
    "intent": COUNT,
    "task": an_id("tsk"),
    "spec_cid": is_cid,
    "prompt": SLUG,
    "service": SLUG,
    "country": COUNTRY,
    "repeat": COUNT,
    "seed": COUNT,
    "runner_key": an_id("key"),
}

# The entries of a Beacon log by their type. Every entry also has `v`, `at` and `type`. A name with a
# question mark is of a field that may be absent.
ENTRY_FIELDS: dict[str, dict[str, Form]] = {
    "beacon.key/v1": {
        "key": an_id("key"),
        "role": any_of("runner", "attester"),
        "organisation?": matching("[^\x00-\x1f\x7f-\x9f]{2,100}"),
        "algorithm": any_of("ed25519"),
        "public_key": base64_of(32),
    },
    "beacon.revocation/v1": {
        "key": an_id("key"),
        "registration": COUNT,
        "reason": any_of("superseded", "compromised", "retired"),
        "replaced_by": or_null(an_id("key")),
    },
    "beacon.verifier/v1": {
        "file": matching("[a-z0-9][a-z0-9.-]{0,62}"),
        "sha256": matching("[0-9a-f]{64}"),
        "size_bytes": COUNT,
    },
    "beacon.intent/v1": {
        "simulated": FLAG,
        "job": an_id("job"),
        "spec_cid": is_cid,
        "tasks_digest": matching("sha256:[0-9a-f]{64}"),
        "tasks": POSITIVE,
        "repeats": POSITIVE,
        "contrasts": list_of(SLUG, 0, float("inf")),
        "stop_rule": any_of("every-announced-task-closes"),
        "order_seed": matching("[0-9a-f]{32}"),
        "deadline": is_instant,
        "runner_key": an_id("key"),
    },
    "beacon.result/v1": {
        **CELL,
        "session": an_id("ses"),
        "provider": or_null(PROVIDER),
        "geo": or_null(GEO),
        "vantage?": is_cid,
        "exchange?": is_cid,
        "attempts": POSITIVE,
        "started_at": is_instant,
        "finished_at": is_instant,
        "state": STATE,
        "cid": is_cid,
        "size_bytes": COUNT,
    },
    "beacon.failure/v1": {
        **CELL,
        "session": or_null(an_id("ses")),
        "provider": or_null(PROVIDER),
        "geo": or_null(GEO),
        "vantage?": is_cid,
        "attempts": COUNT,
        "started_at": or_null(is_instant),
        "finished_at": is_instant,
        "state": STATE,
        "fault": any_of("model", "service", "provider", "network", "beacon"),
        "code": matching("[A-Z][A-Z_]{2,63}"),
    },
    "beacon.withdrawal/v1": {
        **CELL,
        "reason": any_of("withdrawn-by-admin", "deadline-passed", "budget-spent"),
    },
    "beacon.session/v1": {
        "simulated": FLAG,
        "job": an_id("job"),
        "intent": COUNT,
        "session": an_id("ses"),
        "country": COUNTRY,
        "provider": PROVIDER,
        "geo": GEO,
        "cid": is_cid,
        "size_bytes": COUNT,
        "ended": any_of("settled", "lost"),
        "cost_glm": or_null(matching(r"[0-9]{1,9}(\.[0-9]{1,18})?")),
        "runner_key": an_id("key"),
    },
    "beacon.comparison/v1": {
        "simulated": FLAG,
        "job": an_id("job"),
        "intent": COUNT,
        "comparison": an_id("cmp"),
        "cid": is_cid,
        "size_bytes": COUNT,
        "runner_key": an_id("key"),
    },
    "beacon.attestation/v1": {
        "simulated": FLAG,
        "job": an_id("job"),
        "intent": COUNT,
        "comparison": an_id("cmp"),
        "comparison_index": COUNT,
        "attestation": an_id("att"),
        "verdict": any_of("confirm", "contest", "inconclusive"),
        "cid": is_cid,
        "size_bytes": COUNT,
        "attester_key": an_id("key"),
    },
}


def entry_of(type_name: str) -> Form:
    common = {"v": any_of(1), "at": is_instant, "type": any_of(type_name)}
    form = record({**common, **ENTRY_FIELDS[type_name]})
    return lambda value: form(value) and is_for_somebody(value)


def is_for_somebody(entry: dict) -> bool:
    """A key's registration says for whom an attester speaks, and says no such thing of a runner."""
    return (entry.get("role") == "attester") == ("organisation" in entry)


def is_entry(value: Any) -> bool:
    return any(entry_of(type_name)(value) for type_name in ENTRY_FIELDS)


PAYLOAD_TYPE = "application/vnd.in-toto+json"
ENVELOPE = record(
    {
        "payload": lambda value: isinstance(value, str) and from_base64(value) is not None,
        "payloadType": any_of(PAYLOAD_TYPE),
        "signatures": list_of(
            record({"keyid": matching("(?s:.{1,64})"), "sig": base64_of(64)}), 1, 1
        ),
    }
)
PLACE = {"index": COUNT, "proof": list_of(base64_of(32), 0, MAX_PROOF_HASHES)}
REVOCATION = record({"entry": entry_of("beacon.revocation/v1"), "dsse": ENVELOPE, **PLACE})
REGISTRATION = record(
    {
        "entry": entry_of("beacon.key/v1"),
        "dsse": ENVELOPE,
        **PLACE,
        "revocation?": REVOCATION,
    }
)
ANNOUNCEMENT = record({"entry": entry_of("beacon.intent/v1"), **PLACE})

# How deep the document may be nested that says where a question was asked from. What stands in it
# is its writer's: the entry binds its bytes.
VANTAGE_DEPTH = 6

RECEIPT_EXTRA = record(
    {
        "entry": is_entry,
        "dsse": ENVELOPE,
        "key": or_null(REGISTRATION),
        "intent": or_null(ANNOUNCEMENT),
        "vantage?": json_within(VANTAGE_DEPTH),
    }
)


def is_log_signed(entry: dict) -> bool:
    """Whether the log's own key signs such an entry, and no other."""
    return entry["type"] in ("beacon.key/v1", "beacon.revocation/v1", "beacon.verifier/v1")


def role_for(entry: dict) -> str:
    """Attesters sign attestations, and nothing else; runners sign the rest."""
    return "attester" if entry["type"] == "beacon.attestation/v1" else "runner"


def signing_key_of(entry: dict) -> str:
    """The name of the key that signs an entry, where the log's own does not."""
    return entry[f"{role_for(entry)}_key"]


def parse_extra(data: bytes) -> dict:
    """The entry with what it leans on. It has one spelling, so that no byte escapes the checks."""
    try:
        extra = parse_json(from_utf8(data) or "")
    except (ValueError, RecursionError):
        raise malformed_proof("the extra line is not JSON") from None
    if not RECEIPT_EXTRA(extra):
        raise malformed_proof("the extra line does not have a receipt's fields")
    if canonical_bytes(extra) != data:
        raise malformed_proof("the extra line is not in canonical form")
    entry = extra["entry"]
    needs_intent = not is_log_signed(entry) and entry["type"] != "beacon.intent/v1"
    has_idle_key = is_log_signed(entry) and extra["key"] is not None
    has_idle_intent = not needs_intent and extra["intent"] is not None
    if has_idle_key or has_idle_intent:
        raise malformed_proof("the receipt carries an entry that its own does not lean on")
    if "vantage" in extra and not is_named_by(entry, canonical_bytes(extra["vantage"])):
        raise malformed_proof("the receipt carries a document that its entry does not name")
    return extra


def is_named_by(entry: dict, document: bytes) -> bool:
    """Whether the entry's `vantage` is the address of the document."""
    return "vantage" in entry and sha256_of_cid(entry["vantage"]) == sha256(document)


def leaf_of(entry: dict) -> bytes:
    """An entry's leaf: the hash of its canonical bytes."""
    data = canonical_bytes(entry)
    if len(data) > MAX_ENTRY_BYTES:
        raise Refusal("ENTRY_TOO_LARGE", f"a log entry holds at most {MAX_ENTRY_BYTES} bytes")
    return leaf_hash(data)


def placed(beside: dict) -> Leaf:
    """An entry that stands in `extra` beside its own place in the log, as a claim of inclusion."""
    return Leaf(leaf_of(beside["entry"]), beside["index"], list(map(from_base64, beside["proof"])))


@dataclass(frozen=True)
class Receipt:
    """A receipt, read but not believed: what it says is for the checks to find out."""

    entry: dict
    dsse: dict
    key: Optional[dict]
    intent: Optional[dict]
    announced: Optional[Leaf]
    own: Leaf
    note: Note
    checkpoint: Checkpoint


def parse_receipt(file: bytes) -> Receipt:
    proof = parse_proof(file)
    if proof.extra is None:
        raise malformed_proof("the proof carries no receipt")
    extra = parse_extra(proof.extra)
    note = parse_note(proof.note)
    own = Leaf(leaf_of(extra["entry"]), proof.index, proof.hashes)
    announced = None if extra["intent"] is None else placed(extra["intent"])
    checkpoint = parse_checkpoint(note.text)
    parts = {name: extra[name] for name in ("entry", "dsse", "key", "intent")}
    return Receipt(**parts, announced=announced, own=own, note=note, checkpoint=checkpoint)


# --------------------------------------------------------------- the statement, DSSE and in-toto --

# The field that names the document for which an entry stands. The other types stand for none.
DOCUMENT_FIELD = {
    "beacon.result/v1": "cid",
    "beacon.session/v1": "cid",
    "beacon.comparison/v1": "cid",
    "beacon.attestation/v1": "cid",
    "beacon.intent/v1": "spec_cid",
}

# The field that names what a statement is about. For the other types it is the task.
SUBJECT_FIELD = {
    "beacon.key/v1": "key",
    "beacon.revocation/v1": "key",
    "beacon.verifier/v1": "file",
    "beacon.intent/v1": "job",
    "beacon.session/v1": "session",
    "beacon.comparison/v1": "comparison",
    "beacon.attestation/v1": "attestation",
}


def document_of(entry: dict) -> Optional[bytes]:
    """The SHA-256 of the document that an entry stands for; None when it stands for none."""
    name = DOCUMENT_FIELD.get(entry["type"])
    return None if name is None else sha256_of_cid(entry[name])


def statement_of(entry: dict, origin: str) -> bytes:
    """The one statement that can be made of an entry in the log `origin`."""
    entry_hash = sha256(canonical_bytes(entry))
    subject = {
        "name": entry[SUBJECT_FIELD.get(entry["type"], "task")],
        "digest": {"sha256": (document_of(entry) or entry_hash).hex()},
    }
    return canonical_bytes(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [subject],
            "predicateType": "tag:beacon.local,2026:entry/v1",
            "predicate": {"entry_sha256": entry_hash.hex(), "log": origin},
        }
    )


def is_statement_of(dsse: dict, entry: dict, origin: str) -> bool:
    """The statement is made again and compared as bytes; the envelope's own is never parsed."""
    return from_base64(dsse["payload"]) == statement_of(entry, origin)


def is_signed_by(dsse: dict, keyid: str, public_keys: list[bytes]) -> bool:
    """Whether one of the keys, under the name `keyid`, signed the envelope (DSSE 1.0, PAE)."""
    line = dsse["signatures"][0]
    if line["keyid"] != keyid:
        return False
    body, signature = from_base64(dsse["payload"]), from_base64(line["sig"])
    message = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(body)} ".encode() + body
    return any(verify_ed25519(key, message, signature) for key in public_keys)


def is_signed_by_log(dsse: dict, origin: str, policy: Policy) -> bool:
    return is_signed_by(dsse, origin, [key.public_key for key in policy.log_keys(origin)])


# ------------------------------------------------------------------------------- the nine checks --
#
# Each takes the receipt and what the reader has at hand, and answers holds, fails or not-applicable
# with a sentence. All are made, also after one has failed.

Finding = dict[str, str]


# The longest report that an attester can write has some 60,000 bytes.
MAX_REPORT_BYTES = 65_536


@dataclass(frozen=True)
class Document:
    """The reader's file. `head` is all of it, or as much as shows that it is too long for a report."""

    sha256: bytes
    size: int
    head: bytes


@dataclass(frozen=True)
class AtHand:
    """What the reader brings: whom to trust, and perhaps the document and an earlier checkpoint."""

    policy: Policy
    document: Optional[Document]
    earlier: Optional[Checkpoint]
    consistency: Optional[list[bytes]]


def holds(reason: str) -> Finding:
    return {"outcome": "holds", "reason": reason}


def fails(reason: str, code: Optional[str] = None) -> Finding:
    return {"outcome": "fails", "reason": reason, **({} if code is None else {"code": code})}


def not_applicable(reason: str) -> Finding:
    return {"outcome": "not-applicable", "reason": reason}


def found(work: Callable[[], None], when_holds: str, when_fails: str) -> Finding:
    """`holds` when the work raises nothing; `fails` with the code of the refusal when it does."""
    try:
        work()
    except Refusal as refusal:
        if refusal.code == "CONFIG_INVALID":  # this machine is to blame, and not the receipt
            raise
        return fails(when_fails, refusal.code)
    return holds(when_holds)


def check_bytes(receipt: Receipt, at_hand: AtHand) -> Finding:
    expected, document = document_of(receipt.entry), at_hand.document
    if expected is None:
        return not_applicable("This entry stands for no document.")
    if document is None:
        return not_applicable("The document was not given, so it was not compared.")
    if document.sha256 != expected:
        return fails("The document is not the one that the entry names.", "BLOCK_CID_MISMATCH")
    if receipt.entry.get("size_bytes", document.size) != document.size:
        return fails("The document is the one that the entry names, but not of the length it says.")
    return holds("The document is, byte for byte, the one that the entry names.")


def check_binding(receipt: Receipt, at_hand: AtHand) -> Finding:
    if not is_statement_of(receipt.dsse, receipt.entry, receipt.checkpoint.origin):
        return fails("The signed statement is about something else than this entry.")
    if receipt.entry["type"] == "beacon.attestation/v1" and at_hand.document is not None:
        return check_report(receipt, at_hand.document)
    return holds("The signed statement is about this entry, in this log.")


# How deep a report is nested: its checklist is a list of rows of texts.
REPORT_DEPTH = 4


def check_report(receipt: Receipt, document: Document) -> Finding:
    """An attestation's entry repeats what its report says of itself. Do the two agree?"""
    entry, report = receipt.entry, report_in(document)
    if report is None:
        return fails("The document is not a report in canonical form.")
    same = ("job", "comparison", "comparison_index", "attester_key", "verdict")
    expected = {
        **{name: entry[name] for name in same},
        "id": entry["attestation"],
        "log": receipt.checkpoint.origin,
        "signed_at": entry["at"],
    }
    # Without a registration there is nothing to hold the name against; another check says so.
    if receipt.key is not None and receipt.key["entry"]["role"] == "attester":
        expected["organisation"] = receipt.key["entry"]["organisation"]
    if all(any_of(value)(report.get(name)) for name, value in expected.items()):
        return holds("The signed statement is about this entry, and the report says what it says.")
    return fails("The report says something else than the entry says of it.")


def report_in(document: Document) -> Optional[dict]:
    """The report whose canonical form the document is; None when it is none."""
    if document.size > MAX_REPORT_BYTES:
        return None
    try:
        report = parse_json(from_utf8(document.head) or "")
        is_report = (
            isinstance(report, dict)
            and json_within(REPORT_DEPTH)(report)
            and canonical_bytes(report) == document.head
        )
    except (ValueError, RecursionError, Refusal):
        return None
    return report if is_report else None


def check_signature(receipt: Receipt, at_hand: AtHand) -> Finding:
    entry, key = receipt.entry, receipt.key
    if is_log_signed(entry):
        if is_signed_by_log(receipt.dsse, receipt.checkpoint.origin, at_hand.policy):
            return holds("The log's own key signed the statement.")
        return fails("No key that the policy knows for this log signed the statement.")
    if key is None:
        return fails("The receipt does not carry the key that signed the statement.")
    public_key = from_base64(key["entry"]["public_key"])
    if is_signed_by(receipt.dsse, signing_key_of(entry), [public_key]):
        return holds("The key that the receipt names signed the statement.")
    return fails("The signature under the statement is wrong.")


def check_runner_key(receipt: Receipt, at_hand: AtHand) -> Finding:
    entry, key = receipt.entry, receipt.key
    if is_log_signed(entry):
        return not_applicable("The log's own key signed this entry.")
    if key is None:
        return fails("The receipt carries no registration of the signing key.")
    revocation = key.get("revocation")
    key_id = "key-" + to_base32(sha256(from_base64(key["entry"]["public_key"]))[:16])
    if key["entry"]["key"] != key_id or signing_key_of(entry) != key_id:
        return fails("The registration is of another key than the one that the entry names.")
    if key["entry"]["role"] != role_for(entry):
        return fails("The key was registered to sign another kind of entry than this one.")
    if revocation is not None and revocation["entry"]["key"] != key_id:
        return fails("The revocation is of another key than the one that the entry names.")
    if key["index"] >= receipt.own.index:
        return fails("The log registered the key only after this entry.")
    if not is_vouched_for(key, receipt.checkpoint.origin, at_hand.policy):
        return fails("No key that the policy knows for this log signed the registration.")
    registered = found(
        lambda: verify_inclusion(placed(key), receipt.checkpoint),
        f"The log registered the signing key as entry {key['index']}, before this one.",
        "The proof that the log registered the signing key is wrong.",
    )
    if registered["outcome"] == "fails" or revocation is None:
        return registered
    return check_revocation(receipt, key["index"], revocation, at_hand.policy)


def check_revocation(
    receipt: Receipt, registration: int, revocation: dict, policy: Policy
) -> Finding:
    """A key that was taken back counts for what the log took in before, and for nothing after."""
    if not is_vouched_for(revocation, receipt.checkpoint.origin, policy):
        return fails("No key that the policy knows for this log signed the revocation.")
    index = revocation["index"]
    if revocation["entry"]["registration"] != registration or index <= registration:
        return fails("The revocation is of another registration than this one.")
    revoked = found(
        lambda: verify_inclusion(placed(revocation), receipt.checkpoint),
        f"The log registered the signing key as entry {registration}, and took it back only later.",
        "The proof that the log took the signing key back is wrong.",
    )
    if revoked["outcome"] == "holds" and index < receipt.own.index:
        return fails(
            f"The log took the signing key back as entry {index}, before this one.", "KEY_REVOKED"
        )
    return revoked


def is_vouched_for(beside: dict, origin: str, policy: Policy) -> bool:
    return is_statement_of(beside["dsse"], beside["entry"], origin) and is_signed_by_log(
        beside["dsse"], origin, policy
    )


def check_inclusion(receipt: Receipt, _: AtHand) -> Finding:
    own, checkpoint = receipt.own, receipt.checkpoint
    return found(
        lambda: verify_inclusion(own, checkpoint),
        f"The entry is number {own.index} of the {checkpoint.size} that the log had.",
        "The entry is not in the log where the receipt says.",
    )


def check_checkpoint(receipt: Receipt, at_hand: AtHand) -> Finding:
    origin, size = receipt.checkpoint.origin, receipt.checkpoint.size
    return found(
        lambda: verify_log_signature(receipt.note, at_hand.policy.log_keys(origin)),
        f"The log {origin} signed its state at {size} entries.",
        "No log of the policy signed this state, or a signature under it is wrong.",
    )


def check_quorum(receipt: Receipt, at_hand: AtHand) -> tuple[Finding, dict]:
    """The finding, and who cosigned when, for the facts."""
    policy, times = at_hand.policy, {}
    known = len(policy.witnesses)

    def verify_all() -> None:
        for name, key in policy.witnesses.items():
            seconds = verify_cosignatures(receipt.note, receipt.checkpoint, key)
            if seconds is not None:
                times[name] = seconds

    finding = found(verify_all, "", "A witness's signature under the log's state is wrong.")
    if finding["outcome"] == "fails":
        return finding, {"met": False, "by": [], "of": known}
    met = policy.is_met(set(times))
    by = [{"name": policy.witnesses[name].name, "at": instant_of(s)} for name, s in times.items()]
    tally = f"Of {known} known witnesses, {len(by)} signed"
    if policy.quorum == "none":
        finding = not_applicable("The policy asks for no witness.")
    elif met:
        finding = holds(f"{tally}: as many as the policy asks for.")
    else:
        finding = fails(f"{tally}: fewer than the policy asks for.", "QUORUM_NOT_MET")
    return finding, {"met": met, "by": by, "of": known}


def instant_of(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def check_consistency(receipt: Receipt, at_hand: AtHand) -> Finding:
    if at_hand.earlier is None:
        return not_applicable("No earlier state of the log was given.")
    first, second = sorted((at_hand.earlier, receipt.checkpoint), key=lambda tree: tree.size)
    if first.size == 0:
        return not_applicable("The earlier state of the log was empty.")
    consistency = at_hand.consistency
    if consistency is None and first.size != second.size:
        return not_applicable("No proof between the earlier state and this one was given.")
    return found(
        lambda: verify_consistency(first, second, consistency or []),
        f"The first {first.size} of the {second.size} entries are the same as before.",
        "This state of the log and the earlier one do not belong to one history.",
    )


def check_intent(receipt: Receipt, _: AtHand) -> Finding:
    entry, intent, announced = receipt.entry, receipt.intent, receipt.announced
    if is_log_signed(entry):
        return not_applicable("This entry belongs to no job.")
    if entry["type"] == "beacon.intent/v1":
        return not_applicable("This entry is itself the announcement of a job.")
    if intent is None or announced is None:
        return fails("The receipt carries no announcement of the job.")
    if announced.index != entry["intent"] or announced.index >= receipt.own.index:
        return fails("The announcement is not where the entry says, or not before it.")
    spec = intent["entry"]["spec_cid"]
    if intent["entry"]["job"] != entry["job"] or entry.get("spec_cid", spec) != spec:
        return fails("The announcement is of another job.")
    return found(
        lambda: verify_inclusion(announced, receipt.checkpoint),
        f"The log announced the job as entry {announced.index}, before this one.",
        "The proof that the log announced the job is wrong.",
    )


# Without these three nothing was shown, whatever else holds.
NEEDED = ("receipt-signature", "leaf-included", "checkpoint-signature")


def judge(receipt: Receipt, at_hand: AtHand) -> dict:
    """Makes every check and says what comes of them."""
    quorum, cosigned = check_quorum(receipt, at_hand)
    findings = {
        "bytes-match-cid": check_bytes(receipt, at_hand),
        "receipt-binds-bytes": check_binding(receipt, at_hand),
        "receipt-signature": check_signature(receipt, at_hand),
        "runner-key-registered": check_runner_key(receipt, at_hand),
        "leaf-included": check_inclusion(receipt, at_hand),
        "checkpoint-signature": check_checkpoint(receipt, at_hand),
        "witness-quorum": quorum,
        "consistent-with-last-seen": check_consistency(receipt, at_hand),
        "intent-announced": check_intent(receipt, at_hand),
    }
    is_sound = all(finding["outcome"] != "fails" for finding in findings.values()) and all(
        findings[name]["outcome"] == "holds" for name in NEEDED
    )
    checkpoint = receipt.checkpoint
    return {
        "verdict": "sound" if is_sound else "unsound",
        "code": None,
        "problem": None,
        "checks": [{"name": name, **finding} for name, finding in findings.items()],
        "facts": {
            "origin": checkpoint.origin,
            "index": json_position(receipt.own.index),
            "size": json_position(checkpoint.size),
            "root": base64.b64encode(checkpoint.root).decode(),
            "entry": receipt.entry,
            "cosigned": cosigned,
        },
    }


def json_position(position: int) -> Any:
    """A number where every reader of JSON keeps it exact, else its decimal."""
    return position if position <= MAX_SAFE_INTEGER else str(position)


# ---------------------------------------------------------------------------- the reader's files --


def judge_files(
    receipt: bytes,
    policy: bytes,
    document: Optional[Document] = None,
    since: Optional[bytes] = None,
    consistency: Optional[bytes] = None,
) -> dict:
    """Judges a receipt by the bytes of its file and of the reader's other files.

    `since` is an earlier checkpoint that a log of the policy signed; `consistency` the hashes
    between the two, base64, one a line. What cannot be used is a report too: verdict `unusable`,
    with the code and no checks.
    """
    try:
        trusted = parse_policy(text_of(policy, "the policy"))
        earlier = None
        if since is not None:
            earlier = parse_earlier(text_of(since, "the earlier checkpoint"), trusted)
            must_be_one_log(receipt, earlier)
        hashes = None
        if consistency is not None:
            hashes = parse_hashes(text_of(consistency, "the list of hashes"))
        return judge(parse_receipt(receipt), AtHand(trusted, document, earlier, hashes))
    except Refusal as refusal:
        return unusable(refusal)


def unusable(refusal: Refusal) -> dict:
    report = {"verdict": "unusable", "code": refusal.code, "problem": refusal.message}
    return {**report, "checks": [], "facts": None}


def text_of(data: bytes, what: str) -> str:
    text = from_utf8(data)
    if text is None:
        raise Refusal("CONFIG_INVALID", f"{what} is not UTF-8 text")
    return text


def parse_earlier(text: str, policy: Policy) -> Checkpoint:
    note = parse_note(text)
    checkpoint = parse_checkpoint(note.text)
    verify_log_signature(note, policy.log_keys(checkpoint.origin))
    return checkpoint


def must_be_one_log(receipt: bytes, earlier: Checkpoint) -> None:
    """Two logs have no history in common. Of a receipt that cannot be read, the judge says more."""
    try:
        origin = parse_checkpoint(parse_note(parse_proof(receipt).note).text).origin
    except Refusal:
        return
    if origin != earlier.origin:
        message = f"the earlier checkpoint is not of the log {origin}"
        raise Refusal("CHECKPOINT_MALFORMED", message)


def parse_hashes(text: str) -> list[bytes]:
    hashes = [from_base64(line, 32) for line in text.split("\n") if line]
    if None in hashes:
        raise malformed_proof("the list of hashes has a line that is not one")
    return hashes


# ------------------------------------------------------------------------------ the command line --

EXIT_CODES = {"sound": 0, "unsound": 1, "unusable": 2}

HEADLINES = {
    "sound": "SOUND: everything that was checked holds.",
    "unsound": "NOT SOUND: do not rely on this receipt.",
    "unusable": "UNUSABLE: nothing was checked.",
}
OUTCOMES = {"holds": "holds", "fails": "FAILS", "not-applicable": "not applicable"}

# The largest text that is read whole: four bytes for each character of the largest policy or note.
MAX_TEXT_BYTES = 4 * MAX_NOTE_CHARACTERS


def read_bytes(path: str, most: int) -> bytes:
    """At most one byte more than allowed, so that whoever judges the bytes sees it."""
    try:
        with open(path, "rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise Refusal("CONFIG_INVALID", f"{path} cannot be read") from error


def read_text(path: Optional[str]) -> Optional[bytes]:
    if path is None:
        return None
    data = read_bytes(path, MAX_TEXT_BYTES)
    if len(data) > MAX_TEXT_BYTES:
        raise Refusal("CONFIG_INVALID", f"{path} is too large")
    return data


def read_document(path: Optional[str]) -> Optional[Document]:
    """A document may be of any size: it is hashed as it is read."""
    if path is None:
        return None
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(65_536), b""):
                digest.update(piece)
                size += len(piece)
                head += piece[: MAX_REPORT_BYTES + 1 - len(head)]
    except OSError as error:
        raise Refusal("CONFIG_INVALID", f"{path} cannot be read") from error
    return Document(digest.digest(), size, head)


def judge_paths(asked: argparse.Namespace) -> dict:
    try:
        must_have_openssl()
        return judge_files(
            policy=read_text(asked.policy) or b"",
            receipt=read_bytes(asked.file, MAX_RECEIPT_BYTES),
            document=read_document(asked.block),
            since=read_text(asked.since),
            consistency=read_text(asked.consistency),
        )
    except Refusal as refusal:
        return unusable(refusal)


def in_words(report: dict) -> str:
    headline, facts = HEADLINES[report["verdict"]], report["facts"]
    lines = [headline if report["code"] is None else f"{headline} ({report['code']})"]
    if report["problem"] is not None:
        lines.append(f"What was wrong: {report['problem']}.")
    if facts is not None:
        place = f"entry {facts['index']} of {facts['size']} in {facts['origin']}"
        lines.append(f"{facts['entry']['type']}, {place}")
    for check in report["checks"]:
        lines.append(f"  {check['name']}: {OUTCOMES[check['outcome']]}. {check['reason']}")
    return visible("\n".join(lines))


def visible(text: str) -> str:
    """A stranger's names may hold characters that command a terminal or turn text around."""
    hidden = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    return re.sub(hidden, lambda found: f"\\u{ord(found[0]):04x}", text)


def judge_line(line: str) -> dict:
    """One case of `--batch`."""
    try:
        given = json.loads(line)
        names = ("receipt", "policy", "block", "since", "consistency")
        texts = {name: given.get(name) for name in names}
        files = {name: from_base64(text) for name, text in texts.items() if text is not None}
    except (ValueError, TypeError, AttributeError, RecursionError):
        files = {}
    receipt, policy, block = map(files.get, ("receipt", "policy", "block"))
    if receipt is None or policy is None:
        return unusable(Refusal("CONFIG_INVALID", "the line has no receipt and policy"))
    document = None if block is None else Document(sha256(block), len(block), block)
    return judge_files(receipt, policy, document, files.get("since"), files.get("consistency"))


def judge_batch() -> int:
    try:
        must_have_openssl()
    except Refusal as refusal:
        print(f"verify.py: {refusal.message}", file=sys.stderr)
        return 2
    for line in sys.stdin:
        print(json.dumps(judge_line(line)))
    return 0


def parser() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(
        prog="verify.py",
        description="Judges one receipt of a Beacon log, offline.",
        epilog="exit: 0 the receipt is sound, 1 it is not, 2 something cannot be used",
        allow_abbrev=False,
    )
    asked.add_argument("file", nargs="?", metavar="FILE.tlog-proof", help="the receipt")
    asked.add_argument("--policy", help="the logs and witnesses that you trust (C2SP tlog-policy)")
    asked.add_argument("--block", metavar="FILE", help="the document that the receipt is about")
    asked.add_argument("--since", metavar="CHECKPOINT", help="a checkpoint that you saw before")
    asked.add_argument(
        "--consistency", metavar="FILE", help="the hashes between the two, base64, one a line"
    )
    asked.add_argument("--json", action="store_true", help="the report as JSON")
    asked.add_argument(
        "--batch",
        action="store_true",
        help="judges one case for each line of standard input, and answers with a line of JSON;"
        ' a case is {"receipt","policy","block","since","consistency"}, each the base64 of a'
        " file's bytes, the last three also null",
    )
    return asked


def main() -> int:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    arguments = parser()
    asked = arguments.parse_args()
    if asked.batch:
        return judge_batch()
    if asked.file is None or asked.policy is None:
        arguments.error("a receipt and a policy are needed")
    if asked.consistency is not None and asked.since is None:
        arguments.error("--consistency needs --since")
    report = judge_paths(asked)
    print(json.dumps(report, indent=2) if asked.json else in_words(report))
    return EXIT_CODES[report["verdict"]]


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on. What was found is not known to have been read, so it is no answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    sys.exit(code)
