"""A small invented press on loopback: three feeds, their pages, and ailing neighbours."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests import databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORIES = [
    # (weeks before the last Monday, outlet, title, paragraphs)
    (9, "gazette", "Le conseil municipal vote le budget", ["La Ville de Mulhouse a voté son budget mardi soir. Les élus ont débattu trois heures durant des transports et des écoles.", "Le Département complètera le financement."]),
    (8, "gazette", "Travaux rue de la Sinne", ["Les travaux reprendront lundi, indique la Ville de Mulhouse. Les riverains sont invités à une réunion d’information.", "La circulation sera alternée jusqu’à la fin du mois."]),
    (7, "gazette", "Un hiver doux", ["Les températures sont restées douces à Mulhouse ces derniers jours, selon Météo-France.", "Les jardiniers s’inquiètent des bourgeons précoces."]),
    (6, "quartier", "La bibliothèque rouvre", ["La bibliothèque de Kingersheim rouvre après six mois de travaux. La mairie annonce de nouveaux horaires.", "Les scolaires y reviendront dès mardi."]),
    (5, "gazette", "Élections : le calendrier", ["La préfecture du Haut-Rhin a publié le calendrier. Les bureaux ouvriront à huit heures.", "Les procurations peuvent être établies dès à présent."]),
    (4, "quartier", "Le marché change de place", ["Le marché d’Illzach déménage place de la République. Les commerçants espèrent davantage de passage.", "La mairie prévoit un bilan au printemps."]),
    (2, "quartier", "Une ressourcerie voit le jour", ["L’association La Remise aux Possibles vient de voir le jour à Mulhouse. Elle récupère des meubles et les répare avec les habitants.", "L’association La Remise aux Possibles cherche un local dans le quartier."]),
    (1, "gazette", "Réparer plutôt que jeter", ["À Mulhouse, la nouvelle association La Remise aux Possibles ouvre un atelier de réparation. Une trentaine de bénévoles s’y relaient.", "La Ville de Mulhouse a prêté une salle."]),
    (1, "agora", "Un collectif pour les berges", ["Le collectif Rives Vivantes organise sa première marche le long de l’Ill, à Illzach. Il souhaite planter des haies avec les écoles.", "Le collectif Rives Vivantes réunit une douzaine d’habitants."]),
    (0, "quartier", "Rives Vivantes plante ses premiers arbres", ["Le collectif Rives Vivantes a planté quarante arbres samedi à Illzach avec les élèves de l’école.", "Une autre plantation aura lieu à Kingersheim."]),
    (0, "agora", "Café associatif", ["L’association Le Bol d’Airain prépare l’ouverture d’un café associatif à Kingersheim. Les statuts ont été déposés en janvier.", "Une campagne de dons est lancée."]),
]  # fmt: skip


REPEATED = "Soutenez la presse de votre ville : abonnez vos voisins à la lettre du matin."
"""What stands under every article."""


@contextmanager
def press(last_monday: date) -> Iterator[str]:
    """Serve the press and yield its address."""
    pages = _pages(last_monday)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/loop":
                self.send_response(302)
                self.send_header("Location", "/loop")
                self.end_headers()
                return
            status, kind, body = pages.get(self.path, (404, "text/plain", b"rien"))
            body = body.replace(b"BASE", f"http://127.0.0.1:{self.server.server_port}".encode())
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def workspace(folder: Path, base: str, more: str = "") -> Path:
    """Write a vigie.toml for the press."""
    host = base.removeprefix("http://")
    feeds = "\n".join(
        f'[[source]]\nid = "{name}"\nname = "{title}"\nurl = "{base}/{name}"\nkind = "feed"\n'
        for name, title in (
            ("gazette", "La Gazette"),
            ("quartier", "Le Quartier"),
            ("agora", "Agora"),
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vigie.toml").write_text(
        '[watch]\nname = "Essai"\nterritory = ["200066009"]\nthemes = ["réemploi"]\n\n'
        f'[crawler]\ncontact = "veille@example.org"\ndelay = 0\nallow_private_hosts = ["{host}"]\n\n'
        f"{feeds}{more}",
        encoding="utf-8",
    )
    return databases.settle(folder)


def _pages(last_monday: date) -> dict[str, tuple[int, str, bytes]]:
    pages: dict[str, tuple[int, str, bytes]] = {
        "/broken": (200, "text/html", b"<html><body><p>Une page, pas un flux.</p></body></html>"),
        "/empty": (200, "application/rss+xml", b""),
        "/down": (500, "text/plain", b"panne"),
    }
    entries: dict[str, list[tuple[str, str, datetime, str]]] = {}
    for number, (weeks, outlet, title, paragraphs) in enumerate(STORIES):
        at = datetime(last_monday.year, last_monday.month, last_monday.day, 9, tzinfo=UTC)
        at -= timedelta(weeks=weeks, days=1, minutes=number)
        entries.setdefault(outlet, []).append((f"/article-{number}", title, at, paragraphs[0]))
        text = "".join(
            f"<p>{escape(p)}</p>"
            for p in (
                *paragraphs,
                f"La suite de « {title} » dans notre prochaine édition, avec les réactions des habitants et des élus.",
                REPEATED,
            )
        )
        pages[f"/article-{number}"] = (
            200,
            "text/html; charset=utf-8",
            f'<html lang="fr"><head><title>{escape(title)}</title><meta property="article:published_time" '
            f'content="{at.isoformat()}"></head><body><nav>Accueil Agenda</nav><main><article><h1>{escape(title)}</h1>'
            f"{text}</article></main><footer>Mentions légales</footer></body></html>".encode(),
        )
    rss = "".join(
        f"<item><title>{escape(t)}</title><link>BASE{u}</link><pubDate>{format_datetime(at)}</pubDate>"
        f"<description>{escape(s)}</description></item>"
        for u, t, at, s in entries["gazette"]
    )
    pages["/gazette"] = (
        200,
        "application/rss+xml",
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>La Gazette</title>{rss}</channel></rss>'.encode(),
    )
    atom = "".join(
        f'<entry><id>BASE{u}</id><title>{escape(t)}</title><link href="BASE{u}"/><updated>{at.isoformat()}</updated>'
        f"<summary>{escape(s)}</summary></entry>"
        for u, t, at, s in entries["quartier"]
    )
    pages["/quartier"] = (
        200,
        "application/atom+xml",
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Le Quartier</title>{atom}</feed>'.encode(),
    )
    items = ", ".join(
        f'{{"id": "BASE{u}", "url": "BASE{u}", "title": "{t}", "date_published": "{at.isoformat()}", "summary": "{s}"}}'
        for u, t, at, s in entries["agora"]
    )
    pages["/agora"] = (
        200,
        "application/feed+json",
        f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Agora", "items": [{items}]}}'.encode(),
    )
    return pages
