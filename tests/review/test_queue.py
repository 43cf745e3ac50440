"""What surrounds a verdict: filters, merging, who is on it, several at once, copies, pictures."""

import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest

from review.picking import Picking, choices, themes
from review.pictures import territory_map, timeline
from review.week import minutes_left, view
from storage import actors, edits
from storage.judgements import Entry
from storage.told import Week
from vigie import gazetteer
from vigie.records import Judgement, Message, Verdict

LIKE_THE_FIRST = "fabriquedemulhouse"
FIRST = "lafabriqueducanal"


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def post(site, reader, path, html, **fields):
    data = {"csrf": site.hidden(html, "csrf"), **fields}
    return reader.post(path, data=data, headers={"origin": site.url})


# --- what is shown ---------------------------------------------------------------------------


def test_copies_are_folded_under_their_story_and_days_and_places_are_drawn(site):
    with site.reader() as reader:
        html = reader.get(site.page(1)).text
    shown = text_of(html)
    assert "1 reprise du même récit Le Courrier du Doller (nouvel onglet) , 15 mars 2026" in shown
    assert "Mentions par source" in shown
    assert html.count('class="strip"') == 3
    assert 'class="here"' in html
    assert "Mulhouse (3)" in shown
    assert "environ 10 minutes encore" in shown


def test_a_candidate_that_no_document_names_still_shows_where_it_is(site):
    with site.reader() as reader:
        html = reader.get(site.page(3)).text
    assert 'class="here"' in html
    assert "Mentions par source" not in html


def test_who_has_opened_a_candidate_is_said_to_the_next_one(site):
    with site.reader() as first, site.reader() as second:
        sign(site, first, "Awa")
        assert "Personne d’autre ne l’a encore ouvert" in text_of(first.get(site.page(9)).text)
        # Noted once the page is sent.
        until = time.monotonic() + 5
        while not views(site, 9) and time.monotonic() < until:
            time.sleep(0.01)
        assert "Vu par Awa" in text_of(second.get(site.page(9)).text)
        first.get(site.page(9))
    assert views(site, 9)[0] == "Awa"


def views(site, number):
    with site.store.reading() as c:
        seen = edits.seen_by(c, "2026-W12", [slug_of(site, number)])
    return [view.who for some in seen.values() for view in some]


def slug_of(site, number):
    return site.page(number).rsplit("/", 1)[1]


def sign(site, reader, name):
    csrf = site.hidden(reader.get("/journal").text, "csrf")
    assert reader.post("/signature", data={"csrf": csrf, "name": name}).status_code == 303


# --- filters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("commune=68278", ["L’Atelier des Ondes"]),
        ("type=network", ["La Ruche aux Savoirs"]),
        ("groupe=c2", ["Les Graines du Quartier", "Compost’Ill"]),
        ("q=ECOLE", ["Vélo-École de la Doller"]),
        ("commune=-", ["Grand Prix de la Soupe"]),
        ("q=personne-ne-s-appelle-ainsi", []),
    ],
)
def test_filters_leave_the_candidates_asked_for(site, query, names):
    with site.reader() as reader:
        html = reader.get(f"{site.week}?{query}").text
        listed = re.findall(r'<span class="row-name"><bdi>([^<]*)</bdi>', html)
        assert [unescape(name) for name in listed] == names
        if not names:
            assert "Aucun candidat ne répond" in html


def test_filters_go_along_with_links_verdicts_and_undoing(site):
    with site.reader() as reader:
        html = reader.get(f"{site.week}?groupe=c2").text
        assert f'href="{site.page(8)}?groupe=c2"' in html
        answer = post(site, reader, f"{site.page(2)}?groupe=c2", html, seen="", verdict="keep")
        assert answer.headers["location"].startswith(f"{site.page(8)}?groupe=c2&")
        html = reader.get(answer.headers["location"]).text
        answer = post(
            site, reader, f"{site.week}/annuler?groupe=c2", html, act=site.hidden(html, "act")
        )
        assert answer.headers["location"].startswith(f"{site.page(2)}?groupe=c2&")


def test_themes_are_those_that_the_reasons_name(example):
    first = example.candidates[0]
    reason = replace(
        first.reasons[0],
        name="themes",
        detail=Message("Touche à vos thèmes : {themes}", {"themes": "réemploi, tiers-lieu"}),
    )
    touched = replace(first, reasons=(reason,))
    assert themes(touched) == ("réemploi", "tiers-lieu")
    assert Picking(theme="réemploi").takes(touched)
    assert not Picking(theme="réemploi").takes(first)
    assert choices(replace(example, candidates=(touched,)))["theme"]["tiers-lieu"] == 1


# --- merging, telling apart ----------------------------------------------------------------------


def test_a_look_alike_is_shown_before_the_verdict_and_merged_and_parted_again(site):
    with site.reader() as reader:
        html = reader.get(site.page(1)).text
        assert "Fabrique du canal de Mulhouse" in html
        assert "Noms presque semblables" in html
        answer = site.judge(reader, 1, into=LIKE_THE_FIRST)
        assert answer.status_code == 303
        assert site.standing(1).verdict is Verdict.MERGE
        assert site.standing(1).merge_into == LIKE_THE_FIRST
        assert root_of(site, FIRST) == LIKE_THE_FIRST
        html = reader.get(site.week).text
        post(site, reader, f"{site.week}/annuler", html, act=site.hidden(html, "act"))
    assert root_of(site, FIRST) == FIRST


def root_of(site, actor_id):
    with site.store.reading() as c:
        return actors.surviving(c, [actor_id])[actor_id]


def test_two_that_are_told_apart_are_not_asked_about_again_until_it_is_undone(site):
    with site.reader() as reader:
        html = reader.get(site.page(1)).text
        address = f"{site.week}/distinguer/{FIRST}"
        for _ in range(2):
            answer = post(site, reader, address, html, other=LIKE_THE_FIRST)
            assert answer.headers["location"].endswith("?dit=distinct")
        assert len(site.acts()) == 1
        html = reader.get(site.page(1)).text
        assert "Noms presque semblables" not in html
        post(site, reader, f"{site.week}/annuler", html, act=site.hidden(html, "act"))
        assert "Noms presque semblables" in reader.get(site.page(1)).text


def test_an_actor_to_merge_with_is_found_by_a_name_with_a_slip(site):
    with site.reader() as reader:
        shown = reader.get(f"{site.page(1)}?avec=" + quote("graine du cartier")).text
        assert 'name="into" value="lesgrainesduquartier"' in shown
        nothing = reader.get(f"{site.page(1)}?avec=zzzzzz").text
        assert "Aucun acteur ne porte un nom proche" in nothing
        itself = site.judge(reader, 1, into=FIRST)
        assert itself.status_code == 400
        assert site.judge(reader, 1, into="personne").status_code == 404
    assert site.entries() == []


# --- who is on it, notes -----------------------------------------------------------------------------


def test_a_candidate_is_given_to_somebody_taken_over_and_left(site):
    with site.reader() as reader:
        html = reader.get(site.page(2)).text
        address = f"{site.week}/attribuer/{slug_of(site, 2)}"
        post(site, reader, address, html, whom="Ben")
        assert "Ben s’en occupe" in text_of(reader.get(site.page(2)).text)
        sign(site, reader, "Awa")
        post(site, reader, address, html, me="yes")
        post(site, reader, address, html, me="yes")
        assert "Awa s’en occupe" in text_of(reader.get(site.page(2)).text)
        post(site, reader, address, html, nobody="yes")
        assert "s’en occupe </strong>" not in reader.get(site.page(2)).text
        assert [act.edit.value for act in site.acts()] == [(), ("Awa",), ("Ben",)]
        html = reader.get(site.page(2)).text
        post(site, reader, f"{site.week}/annuler", html, act=site.hidden(html, "act"))
        assert "Awa s’en occupe" in text_of(reader.get(site.page(2)).text)
        assert post(site, reader, address, html, whom=" ").status_code == 400


def test_a_note_is_kept_without_a_verdict(site):
    with site.reader() as reader:
        html = reader.get(site.page(2)).text
        address = f"{site.week}/noter/{slug_of(site, 2)}"
        answer = post(site, reader, address, html, note="Voir <b>Zoé</b>")
        shown = reader.get(answer.headers["location"]).text
        assert "Voir &lt;b&gt;Zoé" in shown
        assert site.standing(2) is None
        assert post(site, reader, address, html, note=" ").status_code == 400
        assert "Voir" in reader.get("/journal").text


# --- several at once ---------------------------------------------------------------------------------


def test_several_are_judged_at_once_and_undone_as_one(site):
    with site.reader() as reader:
        html = reader.get(site.week).text
        picks = [f"{slug_of(site, number)}|" for number in (2, 4, 5)]
        answer = post(site, reader, f"{site.week}/ensemble", html, pick=picks, reason="off_topic")
        assert answer.headers["location"].startswith(site.page(6))
        assert [site.standing(n).verdict for n in (2, 4, 5)] == [Verdict.REJECT] * 3
        html = reader.get(site.week).text
        post(site, reader, f"{site.week}/annuler", html, act=site.hidden(html, "act"))
    assert [site.standing(n) for n in (2, 4, 5)] == [None] * 3


def test_of_several_those_that_another_officer_judged_meanwhile_are_left(site):
    with site.reader() as reader:
        html = reader.get(site.week).text
        site.judge(reader, 2, verdict="keep")
        picks = [f"{slug_of(site, number)}|" for number in (2, 3)]
        answer = post(site, reader, f"{site.week}/ensemble", html, pick=picks, verdict="watch")
        assert "leurs avis restent" in reader.get(answer.headers["location"]).text
        assert (site.standing(2).verdict, site.standing(3).verdict) == ("keep", "watch")
        answer = post(site, reader, f"{site.week}/ensemble", html, verdict="watch")
        assert "Rien n’était choisi" in reader.get(answer.headers["location"]).text
        bare = post(site, reader, f"{site.week}/ensemble", html, pick=[f"{slug_of(site, 5)}|"])
        assert bare.status_code == 400


# --- reckoned ------------------------------------------------------------------------------------------


def test_the_minutes_left_follow_the_pace_of_the_week(example):
    start = datetime(2026, 3, 16, 9, tzinfo=UTC)
    ids = [one.actor_id for one in example.candidates]
    standing = {
        actor_id: Entry(
            id=number,
            judgement=Judgement(
                actor_id=actor_id,
                verdict=Verdict.KEEP,
                who="Awa",
                at=start + timedelta(seconds=90 * number),
                week="2026-W12",
            ),
            actor_name="",
        )
        for number, actor_id in enumerate(ids[:5])
    }
    assert minutes_left(view(example, {}, []).rows) == 10
    assert minutes_left(view(example, standing, []).rows) == 12


def test_a_timeline_tells_sources_apart_and_the_least_together():
    weeks = [
        Week(
            monday=date(2026, 3, 9) - timedelta(weeks=n),
            source_id=f"s{n}",
            source=f"S{n}",
            mentions=n + 1,
        )
        for n in range(9)
    ]
    shown = timeline(weeks, date(2026, 3, 16))
    assert [one.source for one in shown.strips] == ["S8", "S7", "S6", "S5", "S4"]
    assert shown.others.mentions == 1 + 2 + 3 + 4
    assert shown.strips[0].beats[0].height == 10
    assert (shown.first, shown.last) == (date(2025, 9, 22), date(2026, 3, 22))
    assert timeline(weeks[:1], date(2027, 1, 1)) is None


def test_a_map_keeps_every_commune_within_its_frame():
    territory = gazetteer.territory(("200066009",))
    shown = territory_map(territory, {"68224": 3, "75056": 9})
    assert [dot.name for dot in shown.marked] == ["Mulhouse"]
    assert len(shown.ground) >= len(territory) - 2
    for dot in (*shown.ground, *shown.marked):
        assert dot.radius < dot.x < shown.width - dot.radius
        assert dot.radius < dot.y < shown.height - dot.radius
    assert territory_map(territory, {"75056": 9}) is None


def test_undoing_what_is_not_in_the_journal_is_said(site):
    with site.reader() as reader:
        html = reader.get(site.week).text
        for act in ("edit-1", "edit-x", "split-3", "distinction-9", "autre-1", "", "judgement-"):
            answer = post(site, reader, "/journal/annuler", html, act=act)
            assert answer.status_code in {400, 404}
