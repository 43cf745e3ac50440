"""Stories in words: what is told of an appearance, before an outlet prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from simulation import grammar
from simulation.cast import Entity, Marks, voice
from vigie.records import Label

if TYPE_CHECKING:
    from random import Random

    from simulation.courses import Appearance
    from simulation.grammar import Bound, Context
    from simulation.outlets import Outlet
    from simulation.world import World

ZONE = ZoneInfo("Europe/Paris")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = [
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
]
_TOPICS = (
    "council",
    "news",
    "school",
    "sport",
    "business",
    "culture",
    "nature",
    "history",
    "health",
)
_ABOUT = {
    "one_off_event": ("E", "event_title", "event_news"),
    "work": ("W", "work_title", "work_news"),
    "person": ("P", "person_title", "person_news"),
    "national": ("A", "national_title", "national_news"),
    "syndicated": ("A", "national_title", "national_news"),
    "advert": ("A", "shop_title", "shop_ad"),
    "homonym": ("A", "news_title", "elsewhere_news"),
    "old": ("A", "seasonal_title", "old_actor"),
    "seasonal": ("A", "seasonal_title", "seasonal_news"),
}
"""Course → the letter that stands for the entity, and the sections of titles and of sentences."""

EventFacts = dict[str, str | None]


@dataclass(slots=True)
class Story:
    """The words of one story, names still marked."""

    title: str
    paragraphs: list[str]
    marks: Marks
    kind: str = "article"
    event: EventFacts | None = None
    home: str | None = None
    """INSEE code of the commune that it is about."""
    recurs: bool = False
    """An event that takes place every week."""


class _Pick:
    """A slot that draws anew each time it is used."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self._options = options

    def say(self, how: str, rng: Random) -> str:
        """Return one of the options."""
        del how
        return rng.choice(self._options)


class _Draw:
    """A slot that stands for another entity each time it is used, the first ones more often."""

    def __init__(self, pool: tuple[Entity, ...], marks: Marks) -> None:
        self._pool, self._marks = pool, marks

    def say(self, how: str, rng: Random) -> str:
        """Name an entity of the pool."""
        index = min(int(rng.random() ** 1.6 * len(self._pool)), len(self._pool) - 1)
        return voice(self._pool[index], self._marks).say(how, rng)


class _Phrase:
    """A section whose first letter is a capital."""

    def __init__(self, section: str, context: Context) -> None:
        self._section, self._context = section, context

    def say(self, how: str, rng: Random) -> str:
        """Return the phrase."""
        del how
        text = grammar.say(self._section, self._context, rng)
        return text[:1].upper() + text[1:]


def french_date(day: date) -> str:
    """Return « samedi 14 mars », as papers write it."""
    first = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS[day.weekday()]} {first} {_MONTHS[day.month - 1]}"


class Desk:
    """Writes the stories of one world."""

    def __init__(self, stage: World) -> None:
        self.stage = stage

    def tell(self, group: list[Appearance], outlet: Outlet, rng: Random) -> Story:
        """Return the story of one appearance, or of several that share a text in passing."""
        first = group[0]
        marks = Marks()
        home = first.entity.commune if first.entity.commune in self.stage.places else None
        context = self._context(marks, first.day, home, rng)
        if first.when:
            context["date_event"] = context["date_future"] = french_date(first.when)
            context["date_event_cap"] = french_date(first.when).capitalize()
        for letter, other in zip("BC", first.others, strict=False):
            context[letter] = voice(other, marks)
        if outlet.language == "de":
            return self._german(first.entity, context, marks, rng)
        if first.form == "passing":
            return self._passing(group, context, marks, outlet, rng)
        if first.form == "forum":
            return self._forum(first, context, marks, rng)
        _bind(first.entity, context, marks)
        if first.form == "notice":
            return self._notice(first, context, marks, rng)
        title, sections = _plan(first, outlet, rng)
        story = Story(_title(title, context, rng), _paragraphs(sections, context, rng), marks)
        if first.entity not in marks.entities:
            story.paragraphs += _paragraphs(["signed"], context, rng)
        if first.form == "renamed":
            first.entity.renamed = True
        if first.form == "event" and first.when:
            story.kind, story.event = "event", self._event(first, context, rng)
        return story

    def filler(self, day: date, outlet: Outlet, rng: Random) -> Story:
        """Return a text about something else."""
        marks = Marks()
        context = self._context(marks, day, None, rng)
        if outlet.language == "de":
            sections = ["de_news"] * rng.randint(5, 9)
            return Story(
                _title("de_news_title", context, rng), _paragraphs(sections, context, rng), marks
            )
        topic = rng.choice((*_TOPICS, "news", "council", "old"))
        if topic == "old":
            title, sections = "seasonal_title", ["old_actor"] * rng.randint(3, 6)
        else:
            title, sections = f"{topic}_title", [topic] * rng.randint(4, 8)
        sections += ["background"] * rng.randint(2, 6)
        sections += [rng.choice(_TOPICS) for _ in range(round(rng.randint(0, 8) * outlet.length))]
        return Story(_title(title, context, rng), _paragraphs(sections, context, rng), marks)

    def regular(self, group: Entity, day: date, rng: Random) -> Story:
        """Return the calendar's entry for something that an old group does every week."""
        marks = Marks()
        context = self._context(marks, day, group.commune, rng)
        context["A"] = voice(group, marks)
        start = datetime.combine(day + timedelta(days=2), time(rng.randint(14, 19)), ZONE)
        story = Story(
            _title("title_event", context, rng),
            _paragraphs(["event_actor", "practical"], context, rng),
            marks,
            "event",
        )
        story.event = self._facts(start, group, context, rng)
        story.recurs = True
        return story

    def change(self, group: Entity, day: date, rng: Random) -> Story:
        """Return the registry's notice of an old association's change of purpose."""
        marks = Marks()
        context = self._context(marks, day, group.commune, rng)
        context["A"] = voice(group, marks)
        body = _paragraphs(["notice_change"], context, rng)
        return Story(
            grammar.sentence(grammar.expand("{A.exact}", context, rng)),
            body,
            marks,
            "notice",
            home=group.commune,
        )

    def letter(self, entities: list[Entity], day: date, rng: Random) -> Story:
        """Return a newsletter that tells of several groups and of the town."""
        marks = Marks()
        context = self._context(marks, day, None, rng)
        items = [
            grammar.say("newsletter_item", {**context, **_bound(e, marks)}, rng) for e in entities
        ]
        items += _sentences(["news", "council", rng.choice(_TOPICS)], context, rng)
        rng.shuffle(items)
        paragraphs = [grammar.sentence(item) for item in items]
        opening, closing = (_paragraphs([s], context, rng) for s in ("letter_open", "letter_close"))
        return Story(_title("letter_title", context, rng), [*opening, *paragraphs, *closing], marks)

    def _context(
        self, marks: Marks, day: date, home: str | None, rng: Random
    ) -> dict[str, Bound | str]:
        stage = self.stage
        place = home or stage.commune(rng).code
        soon = day + timedelta(days=rng.randint(3, 25))
        hour, quarter = rng.randint(9, 19), rng.choice(stage.quarters)
        some = rng.sample(stage.people, 3)
        bound: dict[str, Bound | str] = {
            "commune": voice(stage.places[place], marks),
            "commune2": voice(stage.places[rng.choice(stage.ground.communes).code], marks),
            "far": rng.choice(stage.ground.far).name,
            "quarter": quarter,
            "quartier": quarter.removeprefix("les ").removeprefix("la "),
            "street": _Pick(stage.streets),
            "venue": rng.choice(stage.venues),
            "num": str(rng.randint(1, 140)),
            "n": str(rng.randint(4, 60)),
            "old_year": str(rng.randint(1898, 1994)),
            "date_future": french_date(soon),
            "date_event": french_date(soon),
            "date_event_cap": french_date(soon).capitalize(),
            "day_text": f"{french_date(day).split(' ', 1)[1]} {day.year}",
            "hour": f"{hour} h" + rng.choice(("", " 30", "")),
            "hour2": f"{hour + 2} h",
            "phone": f"03 00 {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)}",
            "I": _Draw(stage.institutions, marks),
            "J": _Draw(stage.authorities, marks),
            "W": voice(rng.choice(stage.works), marks),
            "E": voice(rng.choice(stage.festivals), marks),
        }
        bound |= {letter: voice(one, marks) for letter, one in zip("PQR", some, strict=True)}
        bound |= {letter: voice(rng.choice(stage.old), marks) for letter in "ABC"}
        bound["aim_cap"], bound["doing_cap"] = _Phrase("aim", bound), _Phrase("doing", bound)
        return bound

    def _passing(
        self,
        group: list[Appearance],
        context: dict[str, Bound | str],
        marks: Marks,
        outlet: Outlet,
        rng: Random,
    ) -> Story:
        topic = rng.choice((*_TOPICS, "news", "council", "old"))
        title = _title("seasonal_title" if topic == "old" else f"{topic}_title", context, rng)
        sections = ["old_actor" if topic == "old" else topic] * rng.randint(3, 6)
        sections += ["background"] * rng.randint(1, 5)
        sections += [rng.choice(_TOPICS) for _ in range(round(rng.randint(0, 7) * outlet.length))]
        sentences = _sentences(sections, context, rng)
        for appearance in group:
            entity = appearance.entity
            about = _ABOUT.get(entity.course, ("A", "", "passing_actor"))[2]
            if entity.course == "old" and rng.random() < 0.5:
                about = "passing_actor"
            elif entity.emerging and rng.random() < 0.3:
                about = "passing_new"
            said = grammar.say(about, {**context, **_bound(entity, marks)}, rng)
            sentences.insert(rng.randint(1, len(sentences)), said)
        return Story(title, _group(sentences, rng), marks)

    def _forum(
        self, first: Appearance, context: dict[str, Bound | str], marks: Marks, rng: Random
    ) -> Story:
        names = [voice(e, marks).say("", rng) for e in (first.entity, *first.others)]
        context["roll"] = ", ".join(names[:-1]) + " et " + names[-1]
        sections = ["forum", "forum", "forum", "background", "old_actor", "news"]
        return Story(
            _title("forum_title", context, rng), _paragraphs(sections, context, rng), marks
        )

    def _notice(
        self, first: Appearance, context: dict[str, Bound | str], marks: Marks, rng: Random
    ) -> Story:
        body = _paragraphs(["notice_body"], context, rng)
        title = grammar.sentence(grammar.expand("{A.exact}", context, rng))
        return Story(title, body, marks, "notice", home=first.entity.commune)

    def _german(
        self, entity: Entity, context: dict[str, Bound | str], marks: Marks, rng: Random
    ) -> Story:
        _bind(entity, context, marks)
        sections = [
            "de_birth",
            "de_activity",
            "de_activity",
            "de_news",
            rng.choice(("de_activity", "de_news")),
        ]
        return Story(_title("de_title", context, rng), _paragraphs(sections, context, rng), marks)

    def _event(self, first: Appearance, context: Context, rng: Random) -> EventFacts:
        start = datetime.combine(
            first.when or first.day, time(rng.randint(9, 20), rng.choice((0, 0, 30))), ZONE
        )
        return self._facts(start, first.entity, context, rng)

    def _facts(self, start: datetime, entity: Entity, context: Context, rng: Random) -> EventFacts:
        place = self.stage.places.get(entity.commune or "")
        return {
            "start": start.isoformat(),
            "end": (start + timedelta(hours=rng.choice((1, 2, 2, 3, 4)))).isoformat(),
            "venue": f"Salle {context['venue']}",
            "organiser": entity.name if entity.label == Label.ACTOR else None,
            "commune": (place or self.stage.places[self.stage.ground.communes[0].code]).name,
        }


def _plan(first: Appearance, outlet: Outlet, rng: Random) -> tuple[str, list[str]]:
    """Return the section of the title, and those of the sentences."""
    course, form = first.entity.course, first.form
    if form == "release":
        body = ["release_body"] * 5
        return "release_title", ["release_lead", *body, "background", "release_body"]
    if course in _ABOUT and not (form == "event" and first.entity.label == Label.ACTOR):
        _, title, section = _ABOUT[course]
        return title, _about(course, section, outlet, rng)
    if form == "event":
        middle = rng.choice(("activity", "quote_actor", "event_actor"))
        return "title_event", ["event_actor", "event_actor", middle, "practical"]
    return "title_actor", _portrait(form, outlet, rng)


def _about(course: str, section: str, outlet: Outlet, rng: Random) -> list[str]:
    if course == "homonym":
        return ["news", section, "background", "council", "background"]
    if course == "advert":
        return [section] * rng.randint(2, 4)
    rest = ["background"] * rng.randint(1, 5)
    rest += [rng.choice(_TOPICS) for _ in range(round(rng.randint(0, 5) * outlet.length))]
    return [*[section] * rng.randint(3, 5), *rest, "practical"]


def _portrait(form: str, outlet: Outlet, rng: Random) -> list[str]:
    if form == "brief":
        middle = rng.choice(("practical", "quote_actor", "background"))
        return [rng.choice(("birth", "activity")), "activity", middle, "activity"]
    opening = form if form in {"split", "merger", "renamed"} else "birth"
    more = ("quote_actor", "activity", "activity", "background", "background", "birth", *_TOPICS)
    return [
        opening,
        *("activity", "background", "quote_actor", "activity", "background", "quote_actor"),
        *(rng.choice(more) for _ in range(round(rng.randint(4, 16) * outlet.length))),
        "practical",
    ]


def _bound(entity: Entity, marks: Marks) -> dict[str, Bound | str]:
    letter = _ABOUT.get(entity.course, ("A",))[0]
    found: dict[str, Bound | str] = {letter: voice(entity, marks)}
    if entity.spokesman:
        found["P" if entity.label == Label.ACTOR else "Q"] = voice(entity.spokesman, marks)
    return found


def _bind(entity: Entity, context: dict[str, Bound | str], marks: Marks) -> None:
    context.update(_bound(entity, marks))


def _title(section: str, context: Context, rng: Random) -> str:
    text = grammar.sentence(grammar.say(section, context, rng))
    return text.removesuffix(".")


def _sentences(sections: list[str], context: Context, rng: Random) -> list[str]:
    """Return one sentence a section, none of them twice."""
    seen: set[str] = set()
    found = []
    for section in sections:
        for _ in range(6):
            template = rng.choice(grammar.rules()[section])
            if template not in seen:
                seen.add(template)
                found.append(grammar.expand(template, context, rng))
                break
    return found


def _group(sentences: list[str], rng: Random) -> list[str]:
    left = [grammar.sentence(s) for s in sentences]
    paragraphs: list[str] = []
    while left:
        size = rng.choice((1, 2, 2, 3, 4))
        paragraphs.append(" ".join(left[:size]))
        left = left[size:]
    return paragraphs


def _paragraphs(sections: list[str], context: Context, rng: Random) -> list[str]:
    return _group(_sentences(sections, context, rng), rng)
