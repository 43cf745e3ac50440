"""Documents: a story, in the words of one outlet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from simulation import grammar
from simulation.cast import Entity, Marks, Voice, voice
from simulation.courses import Appearance
from simulation.grammar import Bound, Context
from simulation.names import fold
from simulation.outlets import PORT, Outlet
from simulation.world import World
from vigie.records import Label

ZONE = ZoneInfo("Europe/Paris")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(slots=True)
class Written:
    """A document as its outlet publishes it, with its truth."""

    outlet: Outlet
    url: str
    published: datetime
    title: str
    text: str
    story: str
    kind: str
    spans: list[tuple[int, int, Entity]]
    event: dict[str, str | None] | None = None
    communes: tuple[str, ...] = ()


def french_date(day: date, *, weekday: bool = True) -> str:
    """Return « samedi 14 mars », as papers write it."""
    first = "1er" if day.day == 1 else str(day.day)
    return (f"{_DAYS[day.weekday()]} " if weekday else "") + f"{first} {_MONTHS[day.month - 1]}"


@dataclass(slots=True)
class Story:
    """The words of one story, before an outlet dresses them."""

    title: str
    paragraphs: list[str]
    marks: Marks
    kind: str = "article"
    event: dict[str, str | None] | None = None
    communes: list[str] = field(default_factory=list)


class _Pick:
    """A slot that draws anew each time it is used."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self._options = options

    def say(self, how: str, rng: Random) -> str:
        """Return one of the options."""
        del how
        return rng.choice(self._options)


class _Draw:
    """A slot that stands for another entity each time it is used."""

    def __init__(self, pool: tuple[Entity, ...], marks: Marks) -> None:
        self._pool, self._marks = pool, marks

    def say(self, how: str, rng: Random) -> str:
        """Name an entity of the pool, the first ones more often."""
        index = min(int(rng.random() ** 1.6 * len(self._pool)), len(self._pool) - 1)
        return voice(self._pool[index], self._marks).say(how, rng)


class _Phrase:
    """A section whose first letter is a capital."""

    def __init__(self, section: str, context: dict[str, Bound | str]) -> None:
        self._section, self._context = section, context

    def say(self, how: str, rng: Random) -> str:
        """Return the phrase."""
        del how
        text = grammar.say(self._section, self._context, rng)
        return text[:1].upper() + text[1:]


class Desk:
    """Writes the stories of one world."""

    def __init__(self, stage: World) -> None:
        self.stage = stage

    def context(
        self, marks: Marks, day: date, home: str | None, rng: Random
    ) -> dict[str, Bound | str]:
        """Return what every text may speak of."""
        stage = self.stage
        codes = [p.code for p in stage.communes]
        place = home if home in stage.places else stage.commune(rng).code
        other = rng.choice(codes)
        soon = day + timedelta(days=rng.randint(3, 25))
        hour = rng.randint(9, 19)
        quarter = rng.choice(stage.quarters)
        bound: dict[str, Bound | str] = {
            "commune": voice(stage.places[str(place)], marks),
            "commune2": voice(stage.places[other], marks),
            "far": rng.choice(stage.far).name,
            "quarter": quarter,
            "quartier": quarter.removeprefix("les ").removeprefix("la "),
            "quartier_cap": quarter[0].upper() + quarter[1:],
            "street": _Pick(stage.streets),
            "venue": rng.choice(stage.venues),
            "num": str(rng.randint(1, 140)),
            "n": str(rng.randint(4, 60)),
            "old_year": str(rng.randint(1898, 1994)),
            "date_future": french_date(soon),
            "date_event": french_date(soon),
            "hour": f"{hour} h" + rng.choice(("", " 30", "")),
            "hour2": f"{hour + 2} h",
            "phone": f"03 00 {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)}",
            "P": voice(rng.choice(stage.people), marks),
            "Q": voice(rng.choice(stage.people), marks),
            "I": _Draw(stage.institutions, marks),
            "J": _Draw(stage.institutions, marks),
            "A": voice(rng.choice(stage.old), marks),
            "B": voice(rng.choice(stage.old), marks),
            "C": voice(rng.choice(stage.old), marks),
        }
        bound["aim_cap"] = _Phrase("aim", bound)
        return bound

    def tell(self, group: list[Appearance], rng: Random) -> Story:
        """Return the story of one appearance, or of several that share a text in passing."""
        first = group[0]
        marks = Marks()
        home = first.entity.commune
        context = self.context(marks, first.day, home, rng)
        if first.entity.spokesman:
            context["P" if first.entity.label == Label.ACTOR else "Q"] = voice(
                first.entity.spokesman, marks
            )
        if first.when:
            context["date_event"] = context["date_future"] = french_date(first.when)
        for letter, other in zip("BC", first.others, strict=False):
            context[letter] = voice(other, marks)
        if first.form == "passing":
            return self._passing(group, context, marks, rng)
        title, body = self._plan(first, context, marks, rng)
        kind = "event" if first.form == "event" else "article"
        story = Story(title, body, marks, kind)
        if first.form == "event" and first.when:
            story.event = self._event(first, context, rng)
        return story

    def filler(self, day: date, rng: Random) -> Story:
        """Return a text about something else."""
        marks = Marks()
        context = self.context(marks, day, None, rng)
        subject = rng.choice(("council", "council", "news", "news", "old", "seasonal"))
        if subject in {"old", "seasonal"}:
            context["A"] = context["B"]
            context["B"] = voice(rng.choice(self.stage.old), marks)
        if subject == "old":
            return Story(
                _title("seasonal_title" if rng.random() < 0.5 else "news_title", context, rng),
                _paragraphs(["old_actor", "old_actor", "background", "practical"], context, rng),
                marks,
            )
        if subject == "seasonal":
            return Story(
                _title("seasonal_title", context, rng),
                _paragraphs(
                    ["seasonal_news", "seasonal_news", "background", "practical"], context, rng
                ),
                marks,
            )
        main = (
            ["council"] * rng.randint(4, 6)
            if subject == "council"
            else ["news"] * rng.randint(3, 6)
        )
        return Story(
            _title(f"{subject}_title", context, rng),
            _paragraphs([*main, "background", "background"], context, rng),
            marks,
        )

    def _plan(
        self, first: Appearance, context: dict[str, Bound | str], marks: Marks, rng: Random
    ) -> tuple[str, list[str]]:
        entity = first.entity
        me = voice(entity, marks)
        letter = {"one_off_event": "E", "work": "W", "person": "P"}.get(entity.course, "A")
        context[letter] = me
        if letter != "A":
            context["A"] = voice(rng.choice(self.stage.old), marks)
        if first.form == "release":
            parts = [
                "release_lead",
                "release_body",
                "release_body",
                "release_body",
                "background",
                "release_body",
            ]
            return _title("release_title", context, rng), _paragraphs(parts, context, rng)
        about = {
            "one_off_event": ("event_title", "event_news"),
            "work": ("work_title", "work_news"),
            "person": ("person_title", "person_news"),
            "national": ("national_title", "national_news"),
            "advert": ("shop_title", "shop_ad"),
            "homonym": ("news_title", "elsewhere_news"),
            "old": ("seasonal_title", "old_actor"),
        }.get(entity.course)
        if about:
            parts = (
                [about[1]] * rng.randint(2, 4) + ["background"] * rng.randint(1, 3) + ["practical"]
            )
            if entity.course == "homonym":
                parts = ["news", "elsewhere_news", "background", "council"]
            return _title(about[0], context, rng), _paragraphs(parts, context, rng)
        if first.form == "brief":
            parts = [
                rng.choice(("birth", "activity")),
                "activity",
                rng.choice(("practical", "quote_actor", "background")),
            ]
        elif first.form == "event":
            parts = ["activity", rng.choice(("activity", "quote_actor")), "practical"]
        else:
            opening = first.form if first.form in {"split", "merger"} else "birth"
            parts = [opening, "activity", "background", "quote_actor", "activity", "background"]
            parts += [
                rng.choice(("quote_actor", "activity", "background", "council", "news"))
                for _ in range(rng.randint(1, 6))
            ]
            parts.append("practical")
        return _title("title_actor", context, rng), _paragraphs(parts, context, rng)

    def _passing(
        self, group: list[Appearance], context: dict[str, Bound | str], marks: Marks, rng: Random
    ) -> Story:
        subject = rng.choice(("council", "news", "news", "old"))
        if subject == "old":
            context["A"] = voice(rng.choice(self.stage.old), marks)
        section = {"old": "old_actor"}.get(subject, subject)
        title = _title("seasonal_title" if subject == "old" else f"{subject}_title", context, rng)
        parts = _sentences([section] * rng.randint(2, 4) + ["background"], context, rng)
        for appearance in group:
            entity = appearance.entity
            letter = {"one_off_event": "E", "work": "W", "person": "P"}.get(entity.course, "A")
            here = {**context, letter: voice(entity, marks)}
            if entity.spokesman:
                here["P" if entity.label == Label.ACTOR else "Q"] = voice(entity.spokesman, marks)
            about = {
                "one_off_event": "event_news",
                "work": "work_news",
                "person": "person_news",
                "national": "national_news",
                "advert": "shop_ad",
                "homonym": "elsewhere_news",
                "syndicated": "national_news",
            }.get(entity.course, "passing_actor")
            parts.insert(rng.randint(1, len(parts)), grammar.say(about, here, rng))
        return Story(title, _group(parts, rng), marks)

    def _event(self, first: Appearance, context: Context, rng: Random) -> dict[str, str | None]:
        assert first.when is not None
        start = datetime.combine(first.when, time(rng.randint(9, 20), rng.choice((0, 0, 30))), ZONE)
        end = start + timedelta(hours=rng.choice((1, 2, 2, 3, 4)))
        code = first.entity.commune or self.stage.communes[0].code
        commune = (
            self.stage.places[code].name
            if code in self.stage.places
            else self.stage.communes[0].name
        )
        return {
            "start": start.isoformat(),
            "end": end.isoformat(),
            "venue": f"Salle {context['venue']}",
            "organiser": first.entity.name if first.entity.label == Label.ACTOR else None,
            "commune": commune,
        }


def _title(section: str, context: Context, rng: Random) -> str:
    return grammar.sentence(grammar.say(section, context, rng)).rstrip(".")


def _sentences(sections: list[str], context: Context, rng: Random) -> list[str]:
    seen: set[str] = set()
    found = []
    for section in sections:
        for _ in range(4):
            template = rng.choice(grammar.rules()[section])
            if template not in seen:
                seen.add(template)
                found.append(grammar.expand(template, context, rng))
                break
    return found


def _group(sentences: list[str], rng: Random) -> list[str]:
    paragraphs: list[str] = []
    left = [grammar.sentence(s) for s in sentences]
    while left:
        size = rng.choice((1, 2, 2, 3))
        paragraphs.append(" ".join(left[:size]))
        left = left[size:]
    return paragraphs


def _paragraphs(sections: list[str], context: Context, rng: Random) -> list[str]:
    return _group(_sentences(sections, context, rng), rng)


def publish(
    story: Story, outlet: Outlet, published: datetime, name: str, rng: Random, url_key: str
) -> Written:
    """Return a story as an outlet prints it: its typography, its slips, its address."""
    marked = story.title + "\n\n" + "\n".join(story.paragraphs)
    if outlet.habits["straight"]:
        marked = marked.replace("’", "'")
    text, named = grammar.finish(marked)
    title, _, body = text.partition("\n\n")
    entities = story.marks.entities
    spans = sorted((n.start, n.end, entities[n.mark]) for n in named)  # type: ignore[type-var]
    slug = fold(title)[:60].strip("-") or "sans-titre"
    kind = "agenda" if story.kind == "event" else "actu"
    url = f"http://{outlet.host}:{PORT}/{kind}/{published:%Y/%m}/{slug}-{url_key}"
    places = [e.commune for _, _, e in spans if e.kind == "commune" and e.commune]
    communes = tuple(sorted(set(places), key=lambda c: (-places.count(c), c)))
    return Written(
        outlet, url, published, title, body, name, story.kind, spans, story.event, communes
    )
