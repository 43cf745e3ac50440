"""How outlets show their documents: feeds, calendars, listings and pages with their noise."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any


def _excerpt(text: str, length: int = 220) -> str:
    cut = text.replace("\n", " ")
    return cut if len(cut) <= length else cut[:length].rsplit(" ", 1)[0] + "…"


def _html(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n"))


def rss(outlet: dict[str, Any], documents: list[dict[str, Any]], home: str) -> str:
    """Return RSS 2.0 with excerpts."""
    items = "".join(
        f"<item><title>{escape(d['title'])}</title><link>{escape(d['url'])}</link>"
        f'<guid isPermaLink="true">{escape(d["url"])}</guid>'
        f"<pubDate>{format_datetime(datetime.fromisoformat(d['date']))}</pubDate>"
        f"<description>{escape(_excerpt(d['text']))}</description></item>\n"
        for d in documents
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(outlet['name'])}</title><link>{home}</link>"
        f"<description>{escape(outlet['name'])}</description><language>{outlet['language']}</language>\n{items}</channel></rss>\n"
    )


def atom(outlet: dict[str, Any], documents: list[dict[str, Any]], home: str) -> str:
    """Return Atom with whole texts."""
    entries = "".join(
        f"<entry><title>{escape(d['title'])}</title><id>{escape(d['url'])}</id>"
        f'<link rel="alternate" href="{escape(d["url"])}"/>'
        f"<published>{d['date']}</published><updated>{d['date']}</updated>"
        f'<content type="html">{escape(_html(d["text"]))}</content></entry>\n'
        for d in documents
    )
    updated = documents[0]["date"] if documents else "2000-01-01T00:00:00+00:00"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(outlet['name'])}</title><id>{home}</id><updated>{updated}</updated>"
        f"<author><name>{escape(outlet['name'])}</name></author>\n{entries}</feed>\n"
    )


def json_feed(outlet: dict[str, Any], documents: list[dict[str, Any]], home: str) -> str:
    """Return JSON Feed 1.1."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet["name"],
            "home_page_url": home,
            "language": outlet["language"],
            "items": [
                {
                    "id": d["url"],
                    "url": d["url"],
                    "title": d["title"],
                    "content_html": _html(d["text"]),
                    "date_published": d["date"],
                }
                for d in documents
            ],
        },
        ensure_ascii=False,
    )


def entry(outlet: dict[str, Any], documents: list[dict[str, Any]], port: int) -> tuple[str, str]:
    """Return the content type and the body of an outlet's entry point."""
    home = f"http://{outlet['host']}:{port}/"
    match outlet["style"]:
        case "atom":
            return "application/atom+xml; charset=utf-8", atom(outlet, documents, home)
        case "jsonfeed":
            return "application/feed+json; charset=utf-8", json_feed(outlet, documents, home)
        case _:
            return "application/rss+xml; charset=utf-8", rss(outlet, documents, home)


def article(outlet: dict[str, Any], document: dict[str, Any]) -> str:
    """Return a page: the text amid navigation, banners and related links."""
    name, title = escape(outlet["name"]), escape(document["title"])
    return f"""<!DOCTYPE html>
<html lang="{outlet["language"]}">
<head>
<meta charset="utf-8">
<title>{title} - {name}</title>
<link rel="canonical" href="{escape(document["url"])}">
<meta property="og:type" content="article">
<meta property="og:title" content="{title}">
<meta property="article:published_time" content="{document["date"]}">
</head>
<body>
<header><a href="/">{name}</a>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/rubriques">Rubriques</a></li><li><a href="/contact">Contact</a></li></ul></nav></header>
<main>
<article>
<h1>{title}</h1>
<p class="meta"><time datetime="{document["date"]}">{document["date"][:10]}</time></p>
<div class="content">
{_html(document["text"])}</div>
</article>
</main>
<aside><h2>À lire aussi</h2><ul><li><a href="/">Toutes les actualités</a></li></ul></aside>
<footer><p>© {name}. Tous droits réservés. <a href="/mentions-legales">Mentions légales</a></p></footer>
</body>
</html>
"""
