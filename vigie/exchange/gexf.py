"""Actors and what ties them as GEXF 1.3, which Gephi opens; written and read as a stream.

All ties are undirected in the file, for programs that do not mix both sorts; the one from whom a
tie goes (« porté par ») is named in its `origin`.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lxml import etree

from vigie.errors import InputError
from vigie.exchange.header import VERSION, Header
from vigie.exchange.plain import FLAT, Row, WrongRowError, day_of, flat, sheet_of, unflat
from vigie.language import render, say
from vigie.records import ActorSheet, Edge, Message, RelationKind
from vigie.words import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAMESPACE = "http://gexf.net/1.3"
_NODE = tuple(name for name in FLAT if name not in {"id", "name"})
_EDGE = (
    ("kind", "string"),
    ("origin", "string"),
    ("stories", "integer"),
    ("first_day", "string"),
    ("last_day", "string"),
)
_NUMBERS = {"latitude": "double", "longitude": "double"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(header: Header, sheets: Iterable[ActorSheet], edges: Iterable[Edge]) -> Iterator[str]:
    """Yield a graph: a node an actor, an edge a way in which two are tied."""
    out = io.BytesIO()
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("gexf", nsmap={None: NAMESPACE}, version="1.3"):
            file.write(_meta(header))
            with file.element("graph", mode="static", defaultedgetype="undirected"):
                file.write(_attributes("node", [(n, _NUMBERS.get(n, "string")) for n in _NODE]))
                file.write(_attributes("edge", _EDGE))
                with file.element("nodes"):
                    for sheet in sheets:
                        file.write(_node(sheet))
                        file.flush()
                        yield _taken(out)
                with file.element("edges"):
                    for number, edge in enumerate(edges):
                        file.write(_edge(number, edge))
                        file.flush()
                        yield _taken(out)
    yield _taken(out) + "\n"


def _taken(out: io.BytesIO) -> str:
    words = out.getvalue().decode()
    out.seek(0)
    out.truncate()
    return words


def _meta(header: Header) -> etree._Element:
    meta = etree.Element("meta", lastmodifieddate=header.day.isoformat())
    etree.SubElement(meta, "creator").text = "Vigie"
    told = (header.watch, f"format {VERSION}", header.audience.value, header.licence)
    etree.SubElement(meta, "description").text = ", ".join(_xml(one) for one in told if one)
    return meta


def _attributes(of: str, columns: Iterable[tuple[str, str]]) -> etree._Element:
    found = etree.Element("attributes", {"class": of})
    for name, kind in columns:
        etree.SubElement(found, "attribute", id=name, title=name, type=kind)
    return found


def _node(sheet: ActorSheet) -> etree._Element:
    values = flat(sheet)
    node = etree.Element("node", id=sheet.id, label=_xml(sheet.name))
    _values(node, {name: values[name] for name in _NODE})
    return node


def _edge(number: int, edge: Edge) -> etree._Element:
    found = etree.Element(
        "edge",
        id=str(number),
        source=edge.actor_id,
        target=edge.other_id,
        weight=str(float(edge.stories)),
        label=render(RELATIONS[edge.kind]),
    )
    values = {
        "kind": edge.kind.value,
        "origin": edge.actor_id if edge.kind.directed else "",
        "stories": str(edge.stories),
        "first_day": edge.first_day.isoformat(),
        "last_day": edge.last_day.isoformat(),
    }
    _values(found, values)
    return found


def _values(parent: etree._Element, values: dict[str, str]) -> None:
    holder = etree.SubElement(parent, "attvalues")
    for name, value in values.items():
        if value:
            etree.SubElement(holder, "attvalue", {"for": name, "value": _xml(value)})


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


def read(raw: bytes) -> Iterator[Row]:
    """Yield the nodes and edges of a graph; raise InputError for what is none."""
    found = etree.iterparse(
        io.BytesIO(raw),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    number, any_at_all, titles = 0, False, dict[str, str]()
    try:
        for _, element in found:
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if name == "attribute":
                titles[str(element.get("id"))] = str(element.get("title"))
            if name in {"node", "edge"}:
                any_at_all, number = True, number + 1
                yield (_read_node if name == "node" else _read_edge)(number, element, titles)
                element.clear()
    except etree.XMLSyntaxError as error:
        raise InputError(say("Ce fichier n’est pas du XML lisible.")) from error
    if not any_at_all:
        raise InputError(say("Ce fichier n’est pas un graphe GEXF."))


def _given(element: etree._Element, titles: dict[str, str]) -> dict[str, str]:
    return {
        titles.get(str(one.get("for")), ""): str(one.get("value"))
        for one in element.iter("{*}attvalue")
    }


def _read_node(number: int, element: etree._Element, titles: dict[str, str]) -> Row:
    given = _given(element, titles)
    given |= {"id": element.get("id", ""), "name": element.get("label", "")}
    try:
        return Row(number=number, sheet=sheet_of(unflat(given)))
    except WrongRowError as wrong:
        return Row(number=number, wrong=wrong.reason, raw=_source(element))


def _read_edge(number: int, element: etree._Element, titles: dict[str, str]) -> Row:
    given = _given(element, titles)
    try:
        first, last = (day_of(given.get(name), name) for name in ("first_day", "last_day"))
        kind = RelationKind(given.get("kind", RelationKind.TOGETHER))
        stories = int(given.get("stories", "1"))
    except (WrongRowError, ValueError):
        first = last = None
    if first is None or last is None:
        wrong = Message("ce lien ne dit pas de quand il est, ou de quelle sorte")
        return Row(number=number, wrong=wrong, raw=_source(element))
    edge = Edge(
        actor_id=element.get("source", ""),
        other_id=element.get("target", ""),
        kind=kind,
        stories=stories,
        first_day=first,
        last_day=last,
    )
    return Row(number=number, edge=edge)


def _source(element: etree._Element) -> str:
    return str(etree.tostring(element, encoding="unicode"))
