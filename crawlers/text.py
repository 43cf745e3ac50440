"""HTML fragments and ragged strings → text as a person would copy it."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree, html

_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+\d?);")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNREAD = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "svg",
        "head",
        "select",
        "button",
    ]
)
_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


def one_line(value: str) -> str:
    """Return a text on one line, without markup, with single spaces."""
    return " ".join(from_html(value).split())


def from_html(value: str) -> str:
    """Return the text of an HTML fragment, one line a block; plain text passes unharmed."""
    value = _INVISIBLE.sub("", value)
    if not _TAG.search(value):
        return tidy(value)
    if "<" not in value:
        return tidy(unescape(value))
    try:
        root = html.fromstring(f"<div>{value}</div>", parser=_parser())
    except (etree.ParserError, ValueError):
        return tidy(unescape(_TAG.sub(" ", value)))
    return tidy(of_tree(root))


def of_tree(root: html.HtmlElement) -> str:
    """Return the text of a parsed element, blocks on lines of their own."""
    pieces: list[str] = []
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unread += name in _UNREAD
            if name in _BLOCKS:
                pieces.append("\n")
            if not unread and element.text:
                pieces.append(_BLANKS.sub(" ", element.text.replace("\n", " ")))
            continue
        if event == "end":
            unread -= name in _UNREAD
            if name in _BLOCKS:
                pieces.append("\n")
        if not unread and element.tail and element is not root:
            pieces.append(_BLANKS.sub(" ", element.tail.replace("\n", " ")))
    return "".join(pieces)


def tidy(value: str) -> str:
    """Return a text without empty lines in a row, nor blanks at the ends of its lines."""
    lines = (_BLANKS.sub(" ", line).strip() for line in value.splitlines())
    return "\n".join(line for line in lines if line)


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
