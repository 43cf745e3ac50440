"""What outlets offer to machines: RSS, Atom, JSON Feed, calendars, an agenda's interface, mail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any

import icalendar

from simulation import pages
from simulation.printing import excerpt

Outlet = Mapping[str, Any]
Document = Mapping[str, Any]

_LONG_LINES = policy.default.clone(max_line_length=400)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REGISTRY = (
    "id", "siret", "date_creat", "date_decla", "date_publi", "nature", "groupement", "titre",
    "titre_court", "objet", "objet_social1", "adrs_numvoie", "adrs_libvoie", "adrs_codeinsee",
    "adrs_libcommune", "siteweb", "observation", "position",
)  # fmt: skip
"""Columns of the national register of associations that a reader may rely on."""


def rss(outlet: Outlet, documents: Sequence[Document], home: str) -> str:
    """Return RSS 2.0 with excerpts, and with the outlet's wrong dates."""
    items = "".join(
        f"<item><title>{escape(d['title'])}</title><link>{escape(d['url'])}</link>"
        f'<guid isPermaLink="true">{escape(d["url"])}</guid>'
        f"<pubDate>{d.get('feed_date') or _mail_date(d)}</pubDate>"
        f"<description>{escape(excerpt(d['text']))}</description></item>\n"
        for d in documents
    )
    name = escape(outlet["name"])
    return (
        f'{_XML}<rss version="2.0"><channel><title>{name}</title><link>{home}</link>'
        f"<description>{name}</description><language>{outlet['language']}</language>\n"
        f"{items}</channel></rss>\n"
    )


def _mail_date(document: Document) -> str:
    return format_datetime(datetime.fromisoformat(document["date"]))


def atom(outlet: Outlet, documents: Sequence[Document], home: str) -> str:
    """Return Atom, with whole texts if the outlet gives them."""
    entries = "".join(
        f"<entry><title>{escape(d['title'])}</title><id>{escape(d['url'])}</id>"
        f'<link rel="alternate" href="{escape(d["url"])}"/>'
        f"<published>{d['date']}</published><updated>{d.get('changed') or d['date']}</updated>"
        + (
            f'<content type="html">{escape(pages.html(d["text"]))}</content></entry>\n'
            if outlet["full_text"]
            else f"<summary>{escape(excerpt(d['text']))}</summary></entry>\n"
        )
        for d in documents
    )
    name, updated = (
        escape(outlet["name"]),
        documents[0]["date"] if documents else "2000-01-01T00:00:00Z",
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title><id>{home}</id>'
        f"<updated>{updated}</updated><author><name>{name}</name></author>\n{entries}</feed>\n"
    )


def json_feed(outlet: Outlet, documents: Sequence[Document], home: str) -> str:
    """Return JSON Feed 1.1 with whole texts."""
    items = [
        {
            "id": d["url"],
            "url": d["url"],
            "title": d["title"],
            "content_html": pages.html(d["text"]),
            "date_published": d["date"],
        }
        for d in documents
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet["name"],
        "home_page_url": home,
        "language": outlet["language"],
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False)


def calendar(outlet: Outlet, documents: Sequence[Document]) -> str:
    """Return iCalendar; what an old group does every week recurs."""
    found = icalendar.Calendar()
    found.add("prodid", f"-//{outlet['name']}//FR")
    found.add("version", "2.0")
    found.add("x-wr-calname", outlet["name"])
    for document in documents:
        details = document["event"]
        event = icalendar.Event()
        event.add("uid", hashlib.sha256(document["url"].encode()).hexdigest()[:24])
        published = datetime.fromisoformat(document["date"]).astimezone(UTC)
        event.add("dtstamp", published)
        event.add("created", published)
        event.add("dtstart", datetime.fromisoformat(details["start"]).astimezone(UTC))
        event.add("dtend", datetime.fromisoformat(details["end"]).astimezone(UTC))
        if document.get("recurs"):
            event.add("rrule", {"freq": "weekly", "count": 6})
        event.add("summary", document["title"])
        event.add("description", document["text"])
        event.add("location", f"{details['venue']}, {details['commune']}")
        event.add("url", document["url"])
        if details["organiser"]:
            event.add("organizer", icalendar.vCalAddress("mailto:contact@example.org"))
            event["organizer"].params["cn"] = details["organiser"]
        found.add_component(event)
    text: bytes = found.to_ical()
    return text.decode()


def agenda(documents: Sequence[Document], total: int, after: int | None) -> str:
    """Return a page of an agenda's events, in the manner of OpenAgenda's second interface."""
    events = []
    for document in documents:
        details = document["event"]
        timing = {"begin": details["start"], "end": details["end"]}
        events.append(
            {
                "uid": int(hashlib.sha256(document["url"].encode()).hexdigest()[:12], 16),
                "slug": document["url"].rsplit("/", 1)[-1],
                "canonicalUrl": document["url"],
                "title": {"fr": document["title"]},
                "description": {"fr": excerpt(document["text"])},
                "longDescription": {"fr": document["text"]},
                "location": {"name": details["venue"], "city": details["commune"]},
                "contributor": {"organization": details["organiser"]},
                "firstTiming": timing,
                "lastTiming": timing,
                "timings": [timing],
                "createdAt": document["date"],
                "updatedAt": document["date"],
            }
        )  # fmt: skip
    cursor = None if after is None else [after]
    return json.dumps({"total": total, "events": events, "after": cursor}, ensure_ascii=False)


def registry(documents: Sequence[Document]) -> str:
    """Return the register's CSV: semicolons, everything quoted."""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, _REGISTRY, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    writer.writeheader()
    for document in documents:
        purpose, _, address = document["text"].partition(" Siège social : ")
        day = document["date"][:10]
        street = address.split(". ")[0].rsplit(", ", 1)
        writer.writerow(
            {
                "id": document["url"].rsplit("/", 1)[-1],
                "date_creat": day if purpose.startswith("Objet") else "1987-05-04",
                "date_decla": day,
                "date_publi": day,
                "nature": "D",
                "groupement": "S",
                "titre": document["title"],
                "objet": purpose.rsplit(" : ", 1)[-1],
                "adrs_libvoie": street[0],
                "adrs_codeinsee": document.get("home", ""),
                "adrs_libcommune": street[-1],
                "siteweb": document["url"],
                "position": "A",
            }
        )
    return out.getvalue()


def mail(outlet: Outlet, document: Document) -> bytes:
    """Return a newsletter as it lies in an mbox file."""
    message = EmailMessage(policy=_LONG_LINES)
    published = datetime.fromisoformat(document["date"])
    message["From"] = f'"{outlet["name"]}" <lettre@example.org>'
    message["To"] = "veille@example.org"
    message["Subject"] = document["title"]
    message["Date"] = format_datetime(published)
    message["Message-ID"] = (
        f"<{hashlib.sha256(document['url'].encode()).hexdigest()[:24]}@example.org>"
    )
    message["Archived-At"] = f"<{document['url']}>"
    message.set_content(
        f"{document['text']}\n\nVoir cette lettre en ligne : {document['url']}\n",
        cte="quoted-printable",
    )
    body = message.as_bytes().replace(b"\nFrom ", b"\n>From ")
    stamp = published.astimezone(UTC).strftime("%a %b %d %H:%M:%S %Y")
    return f"From lettre@example.org {stamp}\n".encode() + body + b"\n"
