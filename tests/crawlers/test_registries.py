from __future__ import annotations

import gzip
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest

from crawlers import registries
from tests.crawlers.test_crawl import run, source, states
from vigie.records import ActorKind, Document, KnownActor, Reject, SourceKind
from vigie.settings import Watch

NOW = datetime(2026, 3, 20, tzinfo=UTC)
TERRITORY = frozenset({"68224", "68166"})
RNA = (
    '"id";"date_creat";"date_decla";"date_publi";"titre";"objet";"adrs_codeinsee";'
    '"adrs_libcommune";"siteweb"\r\n'
    '"W681000001";"2026-03-02";"2026-03-02";"2026-03-10";"LES COPEAUX";"réparer des meubles ;'
    ' transmettre";"68224";"Mulhouse";""\r\n'
    '"W681000002";"2026-03-02";"2026-03-02";"2026-03-10";"AILLEURS";"rien";"75056";"Paris";""\r\n'
    '"W681000003";"1987-01-01";"1987-01-01";"1987-02-01";"LES ANCIENS";"durer";"68224";"Mulhouse";""\r\n'
)


def told(body, communes=TERRITORY):
    register = registries.Register(source_id="registre", communes=communes, now=NOW)
    return [one for one in registries.read(BytesIO(body), register) if one is not None]


def notices(body, communes=TERRITORY):
    return [one for one in told(body, communes) if isinstance(one, Document)]


def known(body, communes=TERRITORY):
    return [one for one in told(body, communes) if isinstance(one, KnownActor)]


@pytest.mark.parametrize(
    "body",
    [RNA.encode(), RNA.encode("cp1252"), b"\xef\xbb\xbf" + RNA.encode(), gzip.compress(RNA.encode())],
    ids=["utf-8", "windows", "with a mark", "gzip"],
)  # fmt: skip
def test_only_lately_declared_associations_of_the_territory_become_notices(body):
    (notice,) = notices(body)
    assert notice.title == "LES COPEAUX"
    assert "réparer des meubles ; transmettre" in notice.text
    assert "Siège social : Mulhouse." in notice.text
    assert notice.published_at.date().isoformat() == "2026-03-10"
    assert "W681000001" in notice.url


def test_every_association_of_the_territory_is_known_since_its_declaration():
    assert [(one.name, str(one.since), one.kind, one.commune) for one in known(RNA.encode())] == [
        ("LES COPEAUX", "2026-03-02", ActorKind.ASSOCIATION, "68224"),
        ("LES ANCIENS", "1987-01-01", ActorKind.ASSOCIATION, "68224"),
    ]


def test_a_day_that_means_not_known_is_not_taken_for_one():
    body = RNA.replace("1987-01-01", "0001-01-01").replace("1987-02-01", "1900-01-01")
    assert str(known(body.encode())[1].since) == "2026-03-20"


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_read():
    header, first, second, third = RNA.splitlines(keepends=True)
    huge = '"' + "x" * 1_100_000 + '"\r\n'
    records = told((header + huge + first + second + third).encode())
    assert [type(one).__name__ for one in records] == [
        "Reject", "KnownActor", "Document", "KnownActor",
    ]  # fmt: skip
    assert "ligne 2" in str(records[0].reason)


PLAIN = "id;titre;commune;code_insee\n"


def plain(number, title="LES AMIS"):
    return f"{number};{title};Mulhouse;68224\n"


@pytest.mark.parametrize(
    ("bad", "lost"),
    [
        (plain(0, '"LES AMIS'), 1),  # closed nowhere
        (plain(0, '"LES AMIS') + plain(1) + plain(2, '"LES AUTRES'), 2),  # closed by another one
        (plain(0, '"LES AMIS') + plain(1) + plain(2, 'LES AUTRES"'), 1),  # and in the right place
        ("0;LES AMIS;DU FOUR;Mulhouse;68224\n", 1),
        ('0;"LES AMIS;Mulhouse;"68224"\n', 1),
    ],
)
def test_a_stray_quote_costs_its_own_line_and_no_other(bad, lost):
    rows = "".join(plain(n, f"CLUB {n}") for n in range(300))
    found = told((PLAIN + plain(9) + bad + rows).encode())
    rejects = [one for one in found if isinstance(one, Reject)]
    assert len(rejects) == lost
    assert "ligne 3 " in str(rejects[0].reason)
    assert {f"CLUB {n}" for n in range(300)} <= {
        one.name for one in found if isinstance(one, KnownActor)
    }


def test_rows_of_several_lines_and_short_ones_are_rows():
    body = (
        "id;titre;commune;code_insee;objet;site\r\n"
        '1;LE FOUR;Mulhouse;68224;"cuire ;\r\n\r\ndire ""oui""";\r\n'
        "2;LE PUITS;Mulhouse;68224\r\n"
        "\r\n"
        '3;LE "BON" PAIN;Mulhouse;68224;;;;\r\n'
    )
    assert [one.name for one in told(body.encode())] == ["LE FOUR", "LE PUITS", 'LE "BON" PAIN']


def test_an_encoding_may_change_from_line_to_line():
    names = ["ÉCOLE D’ÉTÉ", "CAFÉ DE L’ÎLE", "LA FÊTE"]
    body = PLAIN.encode() + plain(0, names[0]).encode() * 3000
    body += plain(1, names[1]).encode("cp1252") + plain(2, names[2]).encode()
    assert [one.name for one in known(body)[-3:]] == names


@pytest.mark.parametrize("preamble", ["sep=;\n", "\n", "Registre des associations\n;;;\n"])
def test_what_stands_before_the_header_is_passed_over(preamble):
    body = preamble + PLAIN + plain(1) + '2;"LES\n'
    found = told(body.encode())
    assert [one.name for one in found[:1]] == ["LES AMIS"]
    assert f"ligne {body.count(chr(10))} " in str(found[1].reason)


def test_the_official_journal_is_known_by_its_own_columns():
    body = (
        "id,typeavis_lib,dateparution,titre,objet,numero_rna,codepostal_actuel,commune_actuelle\n"
        "1,Création,2026-03-10,Jardin des Lisières,cultiver,W681000009,68100,Mulhouse\n"
        "2,Création,2026-03-10,Loin d’ici,voir,W691000009,69001,Lyon\n"
    )
    (notice,) = notices(body.encode())
    assert notice.title == "Jardin des Lisières"
    assert notice.text.startswith("Création.")


def test_companies_are_read_and_persons_left_out():
    sirene = (
        "siren,siret,dateCreationEtablissement,denominationUniteLegale,nomUniteLegale,"
        "codeCommuneEtablissement,libelleCommuneEtablissement\n"
        "900000001,90000000100011,2026-02-01,LA FABRIQUE DES LISIERES,,68224,MULHOUSE\n"
        "900000002,90000000200011,2026-02-01,,EXEMPLE,68224,MULHOUSE\n"
    )
    assert [one.title for one in notices(sirene.encode())] == ["LA FABRIQUE DES LISIERES"]
    bodacc = (
        "id;dateparution;familleavis_lib;commercant;ville;cp;registre;listepersonnes;url_complete\n"
        'A1;2026-03-03;Créations;SCIC Le Quai;Mulhouse;68100;900 000 003;"{""personne"":'
        ' {""typePersonne"": ""pm""}}";https://bodacc.example/A1\n'
        'A2;2026-03-03;Créations;EXEMPLE Ada;Mulhouse;68100;900 000 004;"{""personne"":'
        ' {""typePersonne"": ""pp""}}";https://bodacc.example/A2\n'
    )
    couple = (
        'A3;2026-03-03;Créations;EXEMPLE Ada, EXEMPLE Jo;Mulhouse;68100;900 000 005;"{""personne"":'
        ' [{""typePersonne"":""pp""},{""typePersonne"":""pp""}]}";https://bodacc.example/A3\n'
    )
    bodacc += couple + couple.replace('}]}"', "")
    assert [one.name for one in known(bodacc.encode())] == ["SCIC Le Quai"]
    (notice,) = notices(bodacc.encode())
    assert (notice.title, notice.url) == ("SCIC Le Quai", "https://bodacc.example/A1")


def test_what_a_register_hides_is_no_name():
    sirene = (
        "siret,denominationUniteLegale,nomUniteLegale,categorieJuridiqueUniteLegale,"
        "codeCommuneEtablissement,libelleVoieEtablissement\n"
        "1,[ND],,9220,68224,[ND]\n2,LE FOUR,,9220,68224,[ND]\n3,ADA EXEMPLE,,1000,68224,RUE\n"
        "4,[ND],[ND],1000,68224,[ND]\n"
    )
    assert [one.name for one in known(sirene.encode())] == ["LE FOUR"]


def test_what_is_no_register_is_said_to_be_none():
    with pytest.raises(registries.NoRegisterError, match="ni titre ni commune"):
        notices(b"<html><body>Maintenance</body></html>")


def test_a_long_register_is_read_as_a_stream():
    class Endless(BytesIO):
        given = 0

        def readinto(self, buffer):
            line = b'"x";"2026-03-02";"2026-03-02";"2026-03-10";"LOIN";"o";"75056";"Paris";""\r\n'
            data = RNA.encode().splitlines(True)[0] if not self.given else line * 100
            self.given += 1
            buffer[: len(data)] = data
            return len(data)

        def readable(self):
            return True

    register = registries.Register(source_id="registre", communes=TERRITORY, now=NOW)
    stream = Endless()
    breaths = registries.read(stream, register)
    assert [next(breaths) for _ in range(3)] == [None] * 3
    assert stream.given < 200


class Foreign(BytesIO):
    """A register of rows of elsewhere, made as it is read."""

    def __init__(self, megabytes: int) -> None:
        super().__init__()
        header, row = RNA.splitlines(keepends=True)[0], RNA.splitlines(keepends=True)[2]
        self.head, self.block = header.encode(), row.encode() * 500
        self.left = megabytes * 1_000_000

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.left <= 0:
            return 0
        data, self.head = self.head or self.block[: len(buffer)], b""
        data = data[: len(buffer)]
        buffer[: len(data)] = data
        self.left -= len(data)
        return len(data)


def test_the_memory_that_a_register_takes_does_not_follow_its_size():
    register = registries.Register(source_id="registre", communes=TERRITORY, now=NOW)
    peaks = []
    for megabytes in (1, 1, 20):
        tracemalloc.start()
        for found in registries.read(Foreign(megabytes), register):
            assert found is None or isinstance(found, Reject)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.5 * peaks[1]


def test_a_register_that_did_not_change_is_not_told_again(web, tmp_path, make_settings):
    path = tmp_path / "rna.csv"
    path.write_text(RNA, encoding="utf-8")
    fetched = web.serve("/rna.csv", RNA, "text/csv", ETag='"1"')
    both = (
        source("fichier", str(path), SourceKind.REGISTRY),
        source("adresse", fetched, SourceKind.REGISTRY),
    )
    settings = replace(make_settings(), watch=Watch(territory=("200066009",)))
    first, outcomes = run(tmp_path, settings, *both)
    again, _ = run(tmp_path, settings, *both, states=states(first))
    for one in both:
        listed = [r for r in first if isinstance(r, KnownActor) and r.source_id == one.id]
        assert [actor.name for actor in listed] == ["LES COPEAUX", "LES ANCIENS"]
        assert str(outcomes[one.id].message).startswith("2 acteurs connus")
    assert not [r for r in again if isinstance(r, KnownActor | Document)]
