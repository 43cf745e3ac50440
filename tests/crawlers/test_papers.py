"""What an administration keeps in folders: deliberations as PDF or text, lists of winners."""

from __future__ import annotations

import pytest

from crawlers import files
from vigie.records import Document, Reject

LINES = (
    "Seance du 12 mars 2026",
    "Objet : soutien a l'association Les Braises,",
    "qui repare des velos avec les habitants.",
)


def pdf(*lines, words=True):
    """Return a PDF of one page with some lines of text, written by hand."""
    shown = " ".join(
        f"BT /F1 12 Tf 50 {750 - 20 * n} Td ({line}) Tj ET" for n, line in enumerate(lines)
    )
    stream = (shown if words else "").encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return body + b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF\n" % start


def read(folder):
    found = list(files.read(folder, None, "deliberations"))
    return (
        {one.title: one for one in found if isinstance(one, Document)},
        [one for one in found if isinstance(one, Reject)],
    )


def test_a_deliberation_is_read_from_a_pdf_with_the_day_of_its_sitting(tmp_path):
    (tmp_path / "deliberation-14.pdf").write_bytes(pdf(*LINES))
    (tmp_path / "2026-02-03_conseil.pdf").write_bytes(
        pdf("Conseil municipal du quartier nord", *LINES[1:])
    )
    found, rejects = read(tmp_path)
    assert rejects == []
    sitting, named = found["Seance du 12 mars 2026"], found["Conseil municipal du quartier nord"]
    assert "l’association Les Braises, qui repare des velos" in sitting.text
    assert (sitting.published_at.date().isoformat(), sitting.date_note) == (
        "2026-03-12",
        "date de la séance",
    )
    assert named.published_at.date().isoformat() == "2026-02-03"
    assert sitting.source_id == "deliberations"
    assert sitting.id != named.id


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (pdf(words=False), "reconnaissance"),
        (b"%PDF-1.4 abime", "illisible"),
        (pdf(*LINES)[:300], ""),
    ],
)
def test_a_pdf_that_is_an_image_or_damaged_is_set_aside_and_the_others_are_read(
    body, said, tmp_path
):
    (tmp_path / "a.pdf").write_bytes(body)
    (tmp_path / "b.pdf").write_bytes(pdf(*LINES))
    found, rejects = read(tmp_path)
    assert "Seance du 12 mars 2026" in found
    assert [one.where for one in rejects] == ["a.pdf"]
    assert said in str(rejects[0].reason)


def test_a_deliberation_is_read_from_a_text_its_lines_joined(tmp_path):
    text = "Conseil de communauté\n\nSéance du 5 février 2026\n\nLe conseil soutient l’asso-\nciation Les Braises,\nqui répare.\n"
    (tmp_path / "cr.txt").write_text(text, encoding="cp1252")
    found, _ = read(tmp_path)
    paper = found["Conseil de communauté"]
    assert "l’association Les Braises, qui répare." in paper.text
    assert paper.published_at.date().isoformat() == "2026-02-05"


WINNERS = (
    "Concours;Année;Projet;Direction;Agent;Description\n"
    "Prix de l’innovation interne;2026;La Ruche des archives;Direction des archives;Ada Exemple;Prêter des outils entre services\n"
    "Prix de l’innovation interne;2025;Vélos partagés;Direction des sports;Jo Exemple;\n"
    ";;;;;\n"
)


def test_winners_of_a_contest_are_documents_with_their_service_and_without_persons(tmp_path):
    (tmp_path / "laureats.csv").write_text(WINNERS, encoding="utf-8-sig")
    (tmp_path / "budget.csv").write_text("ligne;montant\n1;12\n", encoding="utf-8")
    found, rejects = read(tmp_path)
    assert set(found) == {"La Ruche des archives", "Vélos partagés"}
    ruche = found["La Ruche des archives"]
    assert ruche.text == (
        "Le projet La Ruche des archives est lauréat de Prix de l’innovation interne en 2026. Le "
        "projet La Ruche des archives est porté par Direction des archives. Prêter des outils "
        "entre services."
    )
    assert not any("Exemple" in one.text for one in found.values())
    assert len({one.id for one in found.values()}) == 2
    assert [one.where for one in rejects] == ["budget.csv"]
