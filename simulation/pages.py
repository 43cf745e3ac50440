"""What outlets show: articles amid their noise, listings, event pages, sitemaps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Outlet = Mapping[str, Any]
Document = Mapping[str, Any]

PER_PAGE = 20
_BANNER = (
    '<div id="cookies" class="banner"><p>Nous utilisons des cookies pour mesurer l’audience. '
    '<a href="/vie-privee">En savoir plus</a></p><button>Accepter</button></div>'
)
_FORM = (
    '<form class="newsletter" action="/inscription"><label>Recevez notre lettre chaque matin '
    '<input type="email" name="email"></label><button>S’inscrire</button></form>'
)
_NAV = (
    "Accueil",
    "Faits divers",
    "Politique",
    "Sports",
    "Culture",
    "Agenda",
    "Annonces",
    "Contact",
)


def html(text: str) -> str:
    """Return paragraphs."""
    return "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n"))


def event_data(document: Document) -> dict[str, Any]:
    """Return a schema.org Event."""
    event = document["event"]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": document["title"],
        "url": document["url"],
        "startDate": event["start"],
        "endDate": event["end"],
        "description": document["text"],
        "location": {
            "@type": "Place",
            "name": event["venue"],
            "address": {"@type": "PostalAddress", "addressLocality": event["commune"]},
        },
    }  # fmt: skip
    if event["organiser"]:
        data["organizer"] = {"@type": "Organization", "name": event["organiser"]}
    return data


def _script(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>\n'


def _frame(outlet: Outlet, title: str, head: str, body: str) -> str:
    name = escape(outlet["name"])
    noisy = outlet["noise"] == "heavy"
    links = "".join(
        f'<li><a href="/rubrique/{n}">{word}</a></li>'
        for n, word in enumerate(_NAV if noisy else _NAV[:1] + _NAV[-2:])
    )
    banner, form = (_BANNER, _FORM) if noisy else ("", "")
    return (
        f'<!DOCTYPE html>\n<html lang="{outlet["language"]}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)} - {name}</title>\n{head}</head>\n<body>\n{banner}\n"
        f'<header><a href="/">{name}</a><nav><ul>{links}</ul></nav></header>\n'
        f"<main>\n{body}</main>\n{form}\n"
        f'<footer><p>© {name}. <a href="/mentions-legales">Mentions légales</a></p></footer>\n'
        "</body>\n</html>\n"
    )


def article(outlet: Outlet, document: Document, related: Sequence[Document]) -> str:
    """Return the page of one document, with links to others beside it."""
    title, url, day = escape(document["title"]), escape(document["url"]), document["date"]
    head = (
        f'<link rel="canonical" href="{url}">\n'
        '<meta property="og:type" content="article">\n'
        f'<meta property="og:title" content="{title}">\n'
        f'<meta property="article:published_time" content="{day}">\n'
    )
    if document.get("event"):
        head += _script(event_data(document))
    others = "".join(
        f'<li><a href="{escape(d["url"])}">{escape(d["title"])}</a></li>' for d in related
    )
    aside = f"<aside><h2>À lire aussi</h2><ul>{others}</ul></aside>\n" if others else ""
    share = (
        '<ul class="share"><li><a href="#partage">Partager</a></li></ul>\n'
        if outlet["noise"] == "heavy"
        else ""
    )
    body = (
        f'<article>\n<h1>{title}</h1>\n<p class="meta">Publié le <time datetime="{day}">'
        f"{day[8:10]}/{day[5:7]}/{day[:4]}</time></p>\n{share}"
        f'<div class="content">\n{html(document["text"])}</div>\n</article>\n{aside}'
    )
    return _frame(outlet, document["title"], head, body)


def listing(outlet: Outlet, documents: Sequence[Document], page: int, last: bool) -> str:
    """Return one page of an index, with the link to the next."""
    head = _script([event_data(d) for d in documents]) if outlet["style"] == "jsonld" else ""
    items = "".join(
        f'<li class="item"><h2><a href="{escape(d["url"])}">{escape(d["title"])}</a></h2>'
        f'<time datetime="{d["date"]}">{d["date"][:10]}</time></li>\n'
        for d in documents
    )
    before = (
        f'<a rel="prev" href="{outlet["entry"]}?page={page - 1}">Page précédente</a>'
        if page > 1
        else ""
    )
    after = (
        "" if last else f'<a rel="next" href="{outlet["entry"]}?page={page + 1}">Page suivante</a>'
    )
    body = f'<ul class="liste">\n{items}</ul>\n<nav class="pagination">{before} {after}</nav>\n'
    return _frame(outlet, "Toutes les actualités", head, body)


def sitemap(rows: Sequence[tuple[str, str]]) -> str:
    """Return a sitemap of addresses and their last change."""
    urls = "".join(
        f"<url><loc>{escape(url)}</loc><lastmod>{day}</lastmod></url>\n" for url, day in rows
    )
    return f'{_XML}<urlset xmlns="{_SITEMAPS}">\n{urls}</urlset>\n'


def sitemap_index(urls: Sequence[str]) -> str:
    """Return a sitemap of sitemaps."""
    rows = "".join(f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in urls)
    return f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">\n{rows}</sitemapindex>\n'


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
