"""What is a noun, read off the texts: French puts an article or a preposition before it.

No dictionary is asked: those at hand know neither *ressourcerie* nor *fablab*, weigh as much as
the rest of a week's detection, and leave open whether *couvert* is a noun.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from signals.text import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEAST = 0.3
"""Of a word's occurrences stand behind an article or a preposition. The rest of a noun's stand in
lists or behind an adjective; of a verb's hardly one in ten does (*on l’accueille*)."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ARTICLE = """
    un une le la les l du des au aux ce cet cette ces son sa ses leur leurs notre nos votre vos
    chaque quelques plusieurs
"""
_ARTICLES = frozenset(_ARTICLE.split())
_PREPOSITIONS = frozenset({"de", "d", "en", "à", "par", "sans", "pour"})
_INFINITIVE = re.compile(r".*(?:er|ir|[dt]re|ivre|[^o]ire)")
_ADJECTIVE = re.compile(
    r".{2,}(?:al|ale|aux|if|ive|el|elle|ique|aire|ien|ienne|able|ible|eux|euse|ain|aine|iste)s?"
)
_LIKE_ADJECTIVES = """
    accable active appelle applique arrive communique cultive explique fabrique implique indique
    motive pratique rappelle renouvelle revendique
"""
_VERBS = frozenset(_LIKE_ADJECTIVES.split())
"""That end as adjectives do, and stand behind their subject as those behind their noun."""

_EMPTY = """
accord aide aise ami annee annonce article asso atout automne autrement avis balade base beau beaux
bel belle besoin bon bonne bout but cadre cas cause centaine certain certaine chacun chacune chose
cinquantaine cinquante cote coup cour date debut dernier derniere different differente dizaine
douze droite echelle edition effet ensemble envie equipe esprit essentiel ete euro exception
exemple face facon fin fond forme francais francaise futur future gauche gens grand grande gratuit
gratuite groupe heure hiver idee image issue jeune kilometre lien lieu lieux liste main majorite
maniere manque meilleur meilleure membre mesure metre mettre mieux milieu mille millier million
minute mise moitie moment monde moyen national nationale niveau nom nombre nombreuse nombreux nord
nouvel numero objectif objet occasion onze ordre origine ouest page part partie passage periode
personne petit petite photo pied plupart poignee point porte possibilite possible premier premiere
presence present principal principale principe printemp prix projet proposition quarantaine
quarante question quinze raison rapport rendez-vous rentree reste resultat retour role saison sein
sens seul seule simple site soiree soixante solution sorte sud suite suivant suivante sujet temp
temps terme tete titre total trait travers treize trentaine trente type vie vieille vieux vingt
vingtaine vrai vraie week-end
"""
_NOTHING = STOP_WORDS | frozenset(_EMPTY.split())
"""Words that stand where nouns do and tell nothing of what a group is about, folded, without
their plural; numbers, seasons and adjectives that come before their noun among them."""


def nouns_in(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a sentence, each with the noun that it gives, which is often empty.

    That is the word itself, in lower case, behind an article or a preposition (« de » and the
    like stand before infinitives, too); an adjective behind its noun gives both.
    """
    before, noun, end = "", "", 0
    for found in _WORD.finditer(sentence):
        word = found[0]
        adjacent = sentence[end : found.start()] == " "
        end = found.end()
        if not word.islower():
            told = ""
        elif before in _ARTICLES or (before in _PREPOSITIONS and not _INFINITIVE.fullmatch(word)):
            told = word
        elif noun and adjacent and _ADJECTIVE.fullmatch(word) and word not in _VERBS:
            told = f"{noun} {word}"
        else:
            told = ""
        yield word, told
        before, noun = word.lower(), told if told == word else ""


def telling(named: Mapping[str, int], written: Mapping[str, int]) -> frozenset[str]:
    """Return what is a noun often enough and says what somebody does.

    `named` counts what `nouns_in` gives, `written` all occurrences of single words.
    """
    return frozenset(
        one
        for one, count in named.items()
        if count >= LEAST * written.get(one, 0)
        and not any(w in _NOTHING or w.removesuffix("s") in _NOTHING for w in (*words(one), one))
    )
