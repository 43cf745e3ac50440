"""The catalogue as OPML, the lists that feed readers exchange.

Tags are folders and categories, which any reader understands; what is ours alone stands in
attributes of our own namespace, so that a list that comes back has lost nothing.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from lxml import etree

from vigie import addresses, catalogue, checks, toml_types
from vigie.errors import InputError, WrongValueError
from vigie.language import say
from vigie.records import Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAMESPACE = "urn:vigie:source"
DEEPEST = 20
"""Folders within folders."""
LARGEST = 20_000_000
_TYPES = {field.name: str(field.type) for field in fields(Source)}


def write(sources: Iterable[Source], title: str) -> str:
    """Return sources as OPML 2.0; each stands in the folder of its first tag."""
    root = etree.Element("opml", version="2.0", nsmap={"vigie": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for source in sources:
        parent = body
        if source.tags:
            tag = source.tags[0]
            if tag not in folders:
                folders[tag] = etree.SubElement(body, "outline", text=tag, title=tag)
            parent = folders[tag]
        outline = etree.SubElement(
            parent, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url
        )
        if source.tags:
            outline.set("category", ",".join(f"/{tag}" for tag in source.tags))
        for name, value in catalogue.values(source).items():
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            outline.set(f"{{{NAMESPACE}}}{name}", said)
    return str(etree.tostring(root, encoding="unicode", pretty_print=True))


def read(raw: bytes, taken: Iterable[str] = ()) -> tuple[list[Source], list[str], set[str]]:
    """Return the sources of an OPML file, in words what was left out, and the ids that it has.

    A list of another program has no ids: they are made from the addresses, none of `taken`.

    Raises:
        InputError: it is no OPML.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(raw[:LARGEST], parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(say("Ce fichier n’est pas du XML lisible.")) from error
    body = next(_children(root, "body"), None)
    if str(root.tag).lower() != "opml" or body is None:
        raise InputError(say("Ce fichier n’est pas une liste OPML."))
    found: list[Source] = []
    problems: list[str] = []
    ids, own = set(taken), set()
    for outline, folders in _outlines(body, ()):
        try:
            source = _source(outline, folders, ids)
        except WrongValueError as wrong:
            name = _said(outline, "text") or _said(outline, "xmlUrl") or "?"
            problems.append(say("{source} : {message}", source=name, message=str(wrong)))
            continue
        ids.add(source.id)
        found.append(source)
        if _is_ours(outline):
            own.add(source.id)
    return found, problems, own


def _outlines(
    parent: etree._Element, folders: tuple[str, ...]
) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    for outline in _children(parent, "outline"):
        inner = folders
        if _said(outline, "xmlUrl") is not None or _is_ours(outline):
            yield outline, folders
        else:
            name = (_said(outline, "text") or _said(outline, "title") or "").strip()
            inner = (*folders, name) if name else folders
        if len(inner) < DEEPEST:
            yield from _outlines(outline, inner)


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children of a name, in capitals or not: some programs write <OPML>."""
    return (one for one in parent.iterchildren("*") if str(one.tag).lower() == name)


def _said(outline: etree._Element, name: str) -> str | None:
    """Return an attribute, in capitals or not: `xmlurl` and `xmlURL` are met."""
    found = (said for key, said in outline.attrib.items() if str(key).lower() == name.lower())
    return next((str(said) for said in found), None)


def _source(outline: etree._Element, folders: tuple[str, ...], taken: set[str]) -> Source:
    ours: dict[str, Any] = {}
    for name, kind_of_value in _TYPES.items():
        said = outline.get(f"{{{NAMESPACE}}}{name}")
        if said is not None:
            value = toml_types.BY_TYPE[kind_of_value](_value(said, kind_of_value))
            check = checks.BY_KEY.get(("source", name))
            ours[name] = check(value) if check else value
    url = ours.setdefault("url", (_said(outline, "xmlUrl") or "").strip())
    kind = ours.setdefault("kind", SourceKind.FEED)
    if kind is not SourceKind.FILES:
        addresses.address(url, kind)
    name = " ".join((_said(outline, "title") or _said(outline, "text") or url).split())
    ours.setdefault("name", "".join(c for c in name if c.isprintable()) or url)
    if "id" not in ours:
        ours["id"] = catalogue.suggest_id(url, taken)
    if not _is_ours(outline):
        categories = [part.strip("/ ") for part in (_said(outline, "category") or "").split(",")]
        ours["tags"] = tuple(dict.fromkeys(tag for tag in (*folders, *categories) if tag))
    missing = [f.name for f in fields(Source) if f.default is MISSING and f.name not in ours]
    if missing:
        raise WrongValueError(say("il manque « {key} » à la source", key=missing[0]))
    return Source(**ours)


def _is_ours(outline: etree._Element) -> bool:
    return outline.get(f"{{{NAMESPACE}}}id") is not None


def _value(said: str, kind: str) -> object:
    """Return an attribute's value as TOML would have given it."""
    if kind.startswith(("str", "timedelta", "SourceKind", "Reach", "Reservations", "Extraction")):
        return said
    try:
        return json.loads(said)
    except ValueError as error:
        raise WrongValueError(say("« {value} » ne se lit pas", value=said[:100])) from error
