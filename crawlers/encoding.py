"""Bytes → text, whatever the bytes were said to be.

Servers and files are often wrong about their own encoding. Text that decodes as UTF-8 and is
not plain ASCII is UTF-8, whatever was declared: no other encoding looks like it by chance.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from io import BytesIO

import brotli

_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A server that says Latin-1 means what Windows made of it.
_WINDOWS = {"iso8859-1", "latin-1", "ascii", "us-ascii", "iso-8859-1", "latin1"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_XML_ENCODING = re.compile(r"""^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""", re.IGNORECASE)
MAX_INFLATED = 50_000_000
"""Bytes that a compressed file may become."""


def decode(body: bytes, charset: str | None = None) -> str:
    """Return the text of some bytes: no control character, no declaration of an encoding.

    Bytes that mean nothing become U+FFFD; nothing is raised.
    """
    return _XML_ENCODING.sub(r"\1", _FORBIDDEN.sub("", _decode(body, charset)), count=1)


class TooLargeError(ValueError):
    """A compressed file would become larger than `MAX_INFLATED`."""


def inflate(body: bytes) -> bytes:
    """Return the content of a gzip file, whole or as far as it goes; other bytes as they are.

    Raises:
        TooLargeError: it holds more than `MAX_INFLATED` bytes.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(BytesIO(body)) as stream:
            content = stream.read(MAX_INFLATED + 1)
    except (OSError, EOFError, zlib.error):
        content = (
            zlib.decompressobj(31).decompress(body, MAX_INFLATED + 1) if _inflates(body) else b""
        )
    if len(content) > MAX_INFLATED:
        raise TooLargeError
    return content


def unbrotli(body: bytes) -> bytes:
    """Return what Brotli compressed, whole or as far as it goes.

    Raises:
        TooLargeError: it holds more than `MAX_INFLATED` bytes.
        brotli.error: it is no Brotli, or damaged.
    """
    stream, content = brotli.Decompressor(), bytearray()
    piece = stream.process(body, output_buffer_limit=1 << 20)
    while piece:
        content += piece
        if len(content) > MAX_INFLATED:
            raise TooLargeError
        piece = stream.process(b"", output_buffer_limit=1 << 20)
    return bytes(content)


def _inflates(body: bytes) -> bool:
    try:
        zlib.decompressobj(31).decompress(body, 1000)
    except zlib.error:
        return False
    return True


def _decode(body: bytes, charset: str | None) -> str:  # noqa: PLR0911 - one a way of knowing
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:2] == b"<\x00":
        return body.decode("utf-16-le", "replace")
    if body[:2] == b"\x00<":
        return body.decode("utf-16-be", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    damaged = body.decode("utf-8", "replace")
    wrong = damaged.count("\ufffd")
    right = sum(damaged.count(letter) for letter in "éèàêçôîùâ’«»œ–…äöüß")
    declared = _DECLARED.search(body[:2000])
    claims = (charset or "", declared[1].decode("ascii", "replace") if declared else "")
    # Of Windows' own bytes hardly two in a row look like a letter in UTF-8.
    enough = wrong if any(map(_is_utf8, claims)) else 5 * wrong
    if right > enough or wrong <= 1 < right:
        return damaged
    for claim in claims:
        if claim and (codec := _codec(claim)):
            return body.decode(codec, "replace")
    return body.decode("cp1252", "replace")


def _is_utf8(name: str) -> bool:
    return name.lower().replace("-", "").replace("_", "") == "utf8"


def _codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name.strip("\"' ")).name
    except (LookupError, ValueError):
        return None
    if codec in {"utf-8", "utf-16", "utf-32"}:
        return None
    return "cp1252" if codec in _WINDOWS else codec
