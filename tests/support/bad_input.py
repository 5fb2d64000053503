"""Bad input in classes, generated here: documents that are no sound JSON, texts that break careless code, odd headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product

# Sound JSON syntax, but nothing behind the parser carries or trusts it: each spoils only the item it stands in.
FLAWED_VALUES: tuple[bytes, ...] = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b'{"a":1,"a":1}',
    b'{"a":1,"b":2,"\\u0061":3}',
    b'{"":0,"":0}',
    b"9223372036854775808",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"1" + b"0" * 400,
    b"9" * 5000,
    b"1e65",
    b"-1E+400",
    b"1e-400",
    b"1e99999999999999999999",
    b"0." + b"3" * 200,
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\u0008"',
    b'"\\b"',
    b'"\\f"',
    b'"\\u001f"',
    b'"\\ud800"',
    b'"\\udfff"',
    b'"\\udc00\\ud800"',
    b'"\\uD83D\\u0041"',
    b'"\\ufffe"',
    b'"\\uFFFF"',
    '"\uffff"'.encode(),
    b'{"\\u0000":1}',
    b'{"\\ud800":{"a":1}}',
    b"[" * 70 + b"]" * 70,
    b'{"a":' * 80 + b"null" + b"}" * 80,
)

_BROKEN_TOKENS: tuple[bytes, ...] = (
    b"nul", b"nulll", b"True", b"FALSE", b"undefined", b"nan", b"inf", b"+Infinity", b"None", b"{null:1}",
    b"01", b"-01", b"+1", b"-", b".5", b"5.", b"1.e1", b"1e", b"1e+", b"0x10", b"1_000", b"1,5", b"--1", b"1 000",
    b"0b1",
    b"'a'", b'"a', b'a"', b'"\\"', b'"\\x41"', b'"\\u00"', b'"\\u00G0"', b'"\\U0041"', b'"a\tb"', b'"a\nb"',
    b'"\x00"', b'"\x1f"', b'"\\"',
    b"[", b"]", b"[]]", b"[1,]", b"[,1]", b"[1,,2]", b"[1 2]", b"[1:2]", b'["a"', b"[1;2]", b"(1)", b"[1)", b"[/**/]",
    b"{", b"}", b"{}}", b'{"a"}', b'{"a":}', b'{"a":1,}', b'{,"a":1}', b'{"a" 1}', b"{1:1}", b"{a:1}",
    b'{"a":1 "b":2}', b'{"a":1;"b":2}',
    b"//1", b"#1", b"1//", b"<a/>", b"---\n- a", b"a=1&b=2", b"\\", b"`1`", b"{{}}", b"[[]", b"\xc2\xa01",
    b"\xe2\x80\xa81", b"\x0b1", b"\x0c1",
)  # fmt: skip

_BROKEN_BYTES: tuple[bytes, ...] = (
    b"\xff", b"\xfe\xff", b"\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
    b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98",
)  # fmt: skip

# Texts that trip parsers, encoders, databases, shells, logs and spreadsheets; every one a legal JSON string once escaped.
NAUGHTY_TEXTS: tuple[str, ...] = (
    "", " ", "\t", "\n", "\r\n", "0", "-1", "1e1000", "NaN", "null", "undefined", "true", "None", "nil", "[]", "{}",
    '""', "''",
    "\\", "\\\\", '"', "'", "`", "$(id)", "`id`", "; ls", "| cat", "&& x", "%00", "%n%s%x", "${jndi:ldap://x}",
    "{{7*7}}", "<%= 1 %>",
    "' OR 1=1 --", "1; DROP TABLE ledger", "Robert'); --", "*)(uid=*", "../../etc/passwd", "..\\..\\x", "file:///x",
    "C:\\con",
    "<script>alert(1)</script>", "<!--", "]]>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&lt;", "javascript:x", "=1+1",
    "@SUM(A1)", "+1", "-1+1",
    "\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b[31m", "\x1f", "\x7f", "\x80", "\x85", "\x9f", "\ufeff",
    "\ufffe", "\uffff",
    "\ud800", "\udbff", "\udc00", "a\udfffb", "\ud83d\ude00", "\U0001f600", "\U0010ffff", "\U0001fffe", "\u200b",
    "\u202e", "\u2028", "\u2029",
    "\u00e9", "e\u0301", "\ufdfa", "Z\u0351\u036b\u0343", "\u06dd", "\u0661\u0662", "\uff11\uff12", "\u00b2",
    "\u2167", "\u0130", "\u017f", "\u1e9e",
    "田中さん", "社會科學院", "찦차", "مُنَاقَشَةُ", "\u05d1\u05b0", "Ω≈ç√", "ﬀ", "ᚠᛇᚻ", "表ポあ", "👩‍👩‍👧‍👦", "🇺🇸",
    "\U0001d518\U0001d52b",
    "a" * 5000, "é" * 3000, "\\" * 501, '"' * 501, "[" * 2000, "{" * 2000, "0" * 400, "9" * 400, "1" + "0" * 40,
    "-" * 100,
    "deal.", ".creation", "deal.creation.x", "DEAL.CREATION", "deal creation", "deal.créa", "0-3", "0-", "-3",
    "2-99999999999999999999",
    "1772442000000", "9" * 20, "2026-03-02", "2026-03-02T09:00:00", "2026-13-45T99:99:99Z", "0000-00-00",
    "9999-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z",
)  # fmt: skip

HEADER_VALUES: tuple[str, ...] = (
    "", " ", ",", ", ", "\t", "=", "==", "0", "-1", "null", "undefined", "sha256", "sha256=", "SHA256=", "v1=",
    "Bearer", "Basic Og==",
    "\u00e9", "\u20ac", "\U0001f600", "\ud800", "\udcff", "\x00", "\x7f", "\xff", "\u0661\u0667", "\uff11", "\u00b2",
    "a\nb", "a\r\nx-y: z",
    "a" * 8000, "0" * 64, "f" * 64, "g" * 64, "A" * 44, "A" * 43 + "=", "/" * 44, "sha256=" + "0" * 64,
    "sha256=" + "0" * 63, "sha512=" + "0" * 128,
    "1e12", "1772442000.0", "1_772_442_000", "+1772442000", " 1772442000", "1772442000 ", "01772442000", "0x69A5",
    "NaN", "Infinity", "-0",
    "9" * 12, "9" * 13, "9" * 15, "9" * 19, "9" * 400, "2026-03-02T09:00:00", "2026-03-02T09:00:00+99:99",
    "2026-W10-1", "now", "Mon, 02 Mar 2026 09:00:00 GMT",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z",
)  # fmt: skip


def refused_documents() -> Iterator[bytes]:
    """Documents no strict reader takes: broken tokens and bytes, bare and inside arrays and objects, cut and prefixed."""
    frames = ((b"", b""), (b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":[', b"]}]"))
    yield from (before + token + after for token, (before, after) in product(_BROKEN_TOKENS, frames))
    yield from (before + b'"' + raw + b'"' + after for raw, (before, after) in product(_BROKEN_BYTES, frames))
    yield from (before + value + after for value, (before, after) in product(FLAWED_VALUES, frames))
    yield from (b"", b" ", b"\n", b"\x00", b"\xef\xbb\xbf[]", b"\xef\xbb\xbf{}", b"[] []", b"[][", b"{} x", b"[]\x00")
    yield from ("[]".encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"))
    yield from (
        opener * depth for opener, depth in product((b"[", b'{"a":', b'[{"a":'), (65, 999, 1001, 20_000, 200_000))
    )


def truncations(document: bytes) -> Iterator[bytes]:
    """A document cut after each of its bytes but the last."""
    yield from (document[:length] for length in range(len(document)))


def bit_flips(raw: bytes) -> Iterator[bytes]:
    """The bytes with each single bit turned."""
    for position, bit in product(range(len(raw)), range(8)):
        flipped = bytearray(raw)
        flipped[position] ^= 1 << bit
        yield bytes(flipped)


def text_flips(text: str) -> Iterator[str]:
    """A header value with each single bit of its bytes turned, as API Gateway would hand it on."""
    yield from (flipped.decode("latin-1") for flipped in bit_flips(text.encode("latin-1")))


def shapes() -> Iterator[bytes]:
    """Sound JSON of every shape that is no event: scalars, arrays, objects, nested, empty, wide."""
    scalars: list[object] = [None, True, False, 0, 1, -1, 2**63 - 1, "", "a", "[]", "\u00e9"]
    yield from (json.dumps(value).encode() for value in scalars)
    yield from (json.dumps([value]).encode() for value in scalars)
    yield from (json.dumps([[value]]).encode() for value in scalars)
    yield from (json.dumps({"a": value}).encode() for value in scalars)
    yield from (json.dumps([{"a": value}]).encode() for value in scalars)
    yield from (json.dumps([{}] * count).encode() for count in (1, 2, 100, 101, 1000))
    yield from (b"1.5", b"[1.50]", b'[{"objectId":1.5}]', b'{"recordId":1e2}', b"[" * 64 + b"]" * 64)
