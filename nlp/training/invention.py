"""Invented names of all the shapes that French groups, people and offices give themselves."""

# Lists of words and patterns of names read as such, a pattern a line however long.
# ruff: noqa: E501, SIM905

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NOUNS_M = (
    "tamis panier sentier hibou tournesol grenier caillou ruisseau pavé tricot moulin torchon bocal "
    "fil bouchon hérisson cageot terreau pignon guidon levain verger banc rempart sillon tilleul "
    "lampion tiroir chardon noyau potiron piment roseau goéland clapier établi copeau rabot écrou "
    "godet préau perron talus bosquet lavoir puits four pressoir fournil pigeonnier".split()
)
NOUNS_F = (
    "bobine roue remise brouette lanterne cabane marmite luciole graine mésange ruche racine "
    "braise passerelle clairière toupie charrue navette manivelle girouette boussole pelote "
    "chouette grange chaloupe péniche clé palette étincelle ardoise lisière cerise noisette "
    "sauge ortie fougère mauve bruyère garance vague marée rivière colline écluse balançoire".split()
)
NOUNS_P = (
    "herbes mains voix roues graines voisins lucioles sentiers pavés colibris ouvriers paysages "
    "mots rives murs toits saisons couleurs oreilles trottoirs fourmis abeilles cailloux "
    "oiseaux planches marmites pinceaux rustines cagettes aiguilles ondes rêves possibles "
    "chemins semeurs glaneurs bricoleurs flâneurs passeurs tisseuses cueilleurs raconteuses".split()
)
ADJ_P = (
    "folles,vertes,libres,sauvages,curieuses,mobiles,solidaires,perchées,joyeuses,nomades,communes,"
    "bavardes,rebelles,patientes,debout,en fête,d'ici,d'à côté,du coin,de demain,en herbe,en ville,"
    "au soleil"
).split(",")
ADJ_M = "bleu perché vert partagé rouge mobile volant bavard libre commun solidaire fertile tordu".split()
ADJ_F = "bleue perchée verte partagée rouge mobile volante bavarde libre commune solidaire fertile".split()
SYLLABLES = (
    "no va lu mé ka ti ro zé bi ori eko sol tri do ma vel li na cy gra fo ter plan ver ago mo ni "
    "spi ra lab pa zo du qui bel ar ha ké".split()
)
ENDINGS = "ia éo ix is ly um bois tech lab a o terra pro data coop ville vert bio mob éa and ine op".split()
HEADS_M = (
    "Collectif Café Club Réseau Théâtre Comité Groupement Cercle Jardin Fournil Foyer Fablab Bistrot "
    "Garage Hangar Studio Labo Pôle Mouvement Chantier Cinéma Chœur Syndicat Festin Lieu "
    "Tiers-Lieu Ciné Bar Centre Front Groupe".split()
)
HEADS_F = (
    "Ferme Compagnie Maison Librairie Fabrique Recyclerie MJC Coopérative Cantine Guinguette "
    "Ressourcerie Manufacture Chorale Troupe Fédération Ligue Fondation Brasserie Bricothèque Radio "
    "Boutique Cie Galerie Friche Grange Bande Caravane Station Matériauthèque Foncière Galère".split()
)
HEADS_V = (
    "Atelier Association Union Épicerie Amicale Orchestre Espace Outilthèque Harmonie Accorderie "
    "Entente Observatoire Initiative Assemblée Écolieu École Usine Institut".split()
)
FIRST = (
    "Armel Lou Colombe Anselme Tiphaine Maël Solveig Basile Ondine Gaspard Yuna Lazare Philippine "
    "Ismaël Noor Zélie Octave Bérénice Youssef Awa Fanta Dragan Iris Côme Perrine Loïs Gwendal "
    "Salomé Malik Ségolène Achille Capucine Idriss Maïwenn Théodore Blandine Corentine Ambroise "
    "Jean-Loup Anne-Lise Marie-Ange Paul-Henri Hubert Régine Josiane Marcel Huguette Denise Roger "
    "Paule Alban Flavien Mireille Nour Aïssata Mamadou Chems Ludivine Aude Lilian Kelly Dylan".split()
)
LAST = (
    "Tissier Vernay Ferval Bruchet Kessler Morvanne Delatour Haudry Pasquelin Zwingel Lebrac "
    "Castagnol Duroyer Bellanger Quillien Ostermeyer Traverse Cordelier Hanriot Vasseur Ngoma "
    "Benaïssa Diakité Ferreira Kowalczyk Santoro Ouedraogo Le-Bihan Roumégas Schaffner Wendling "
    "Maurer Godeau Rambert Sallenave Thouvenin Vautier Winckler Ziani Aubrac Bazin Cazenave Dufour "
    "Estève Fabre Guilloux Hamelin Jaouen Keller Lagarde Marchal Nivelle Oudinot Perrin Rolland".split()
)
ENGLISH = "Future River Bread Seeds Street Commons Repair Circle Planet Water Voices Tools Action Rising Games Sound Light Youth Border Islands".split()
# Pieces of names from elsewhere: they are made rather than listed, so that none is learnt by heart.
STARTS = (
    "Mi Je Da Ya Bra Ka Sa Ta No Zo An El Or Iv Lu Gi Fa Ni Ha Ro Ke Su Vi Aï Ou Dja Ju".split()
)
CLOSES = "le nan rija mil him rim mir sko dra na la is eth jah vid ko né gor riam sha li da mine ra".split()
ROOTS = "Sto Sel Ži Om Ta Gha Kow Pod Ben Al Ou Dia Tra Ngu Bo Ka Mar Pe Ha Schi Wi O'Bri Fi Ro Ló Ya".split()
TAILS = "jić çuk lić ar zaght balou alski rimja ani dara llo yen ssou tins reira mid er ttmann en nelli pez oudi zić".split()
ABROAD = (
    "Los Angeles,Tokyo,Berlin,Bruxelles,Londres,Genève,Bâle,Fribourg,Montréal,Dakar,Tunis,Alger,"
    "Beyrouth,Naples,Barcelone,Lisbonne,New York,Kehl,Sarrebruck,Luxembourg,Gand,Liège,Québec,"
    "Catalogne,Kabylie,Toscane,Bavière,Wallonie,Albanie,Bosnie,Chypre,Égypte,Croatie,Portugal,"
    "Burkina Faso,Argentine,Japon,Grèce,Pologne,Irlande,Alsace,Lorraine,Bretagne,Picardie,Ardennes,"
    "Vosges,Sundgau,Kochersberg,Artois,Flandre"
).split(",")
STREETS = (
    "rue rue rue avenue boulevard place quai impasse chemin allée cours square passage".split()
)
QUARTERS = (
    "Val Coteau Faubourg Haut-Pré Trois-Fontaines Clos-Fleuri Bois-Joli Grand-Pré Vieux-Port Pont-Neuf "
    "Beaulieu-Nord Montplaisir Croix-Verte Lavoirs Vallon Bellevue Plateau Ronceraie Aubépines Chênaie "
    "Saulaie Moulinière Rotonde Tannerie Verrerie Filature".split()
)
COMMUNES = (
    "Aurillac Vesoul Mende Foix Tulle Guéret Digne Privas Auch Cahors Rodez Nevers Moulins Épernay "
    "Vierzon Montargis Dole Pontarlier Lunéville Saverne Sélestat Guebwiller Thann Wissembourg "
    "Sarreguemines Forbach Thionville Roubaix Tourcoing Armentières Hazebrouck Seclin Saint-Dizier "
    "Langres Vitry-le-François Fougères Carhaix Loudéac Pontivy Redon Ancenis Cholet Saumur Thouars "
    "Parthenay Saintes Marmande Villeneuve-sur-Lot Mazamet Lodève Alès Apt Manosque Gap Briançon "
    "Die Crest Romans-sur-Isère Annonay Roanne Thiers Issoire Brioude Ussel Brive-la-Gaillarde Grenoble "
    "Dijon Besançon Amiens Troyes Colmar Haguenau Molsheim Obernai Bischheim Schiltigheim Illzach "
    "Wittenheim Montigny-lès-Metz Woippy Lomme Hellemmes Wattrelos Villeneuve-d'Ascq".split()
)
DEPARTMENTS = (
    "la Nièvre,la Creuse,l'Ain,la Drôme,le Cantal,le Tarn,la Marne,l'Orne,le Morbihan,la Somme,"
    "la Moselle,le Bas-Rhin,le Haut-Rhin,le Doubs,la Sarthe,l'Aude,l'Eure,la Meuse"
).split(",")
REGIONS = "Occitanie,Grand Est,Hauts-de-France,Bourgogne-Franche-Comté,Normandie,Centre-Val de Loire,Corse".split(
    ","
)
EVENT_WORDS = (
    "Nuits Rencontres Fêtes Journées Escales Veillées Estivales Bouquinades Mardis Rendez-vous "
    "Traversées Automnales Semaines Flâneries Croisées".split()
)
LETTERS = "ABCDEFGHIJLMNOPRSTUV"


def actor(rng: Random) -> str:
    """Return the bare name of a group, as it stands after « l'association »."""
    return rng.choices(
        (
            _article_plural,
            _article_single,
            invented_word,
            acronym,
            _phrase,
            _headed_name,
            _two_words,
            _friends,
            _odd,
            _foreign,
            _with_town,
            _common_words,
            _long,
        ),
        (16, 14, 14, 9, 11, 9, 8, 4, 7, 6, 6, 7, 8),
    )[0](rng)


def _article_plural(rng: Random) -> str:
    name = f"{rng.choice(('Les', 'Les', 'Les', 'Des', 'Aux'))} {rng.choice(NOUNS_P)}"
    if rng.random() < 0.5:
        name += f" {rng.choice(ADJ_P)}"
    return _cased(rng, name)


def _article_single(rng: Random) -> str:
    if rng.random() < 0.5:
        noun, article, adjectives = rng.choice(NOUNS_M), "Le", ADJ_M
    else:
        noun, article, adjectives = rng.choice(NOUNS_F), "La", ADJ_F
    joined = f"L'{noun}" if noun[0] in "aeiouéèhô" else f"{article} {noun}"
    if rng.random() < 0.4:
        joined += f" {rng.choice(adjectives)}"
    elif rng.random() < 0.25:
        joined += f" {rng.choice(('du', 'de la', 'des', 'aux', 'à'))} {rng.choice(NOUNS_P)}"
    return _cased(rng, joined)


def invented_word(rng: Random) -> str:
    """Return a word of two or three syllables that nobody bears, in the case of a brand."""
    word = "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2)))) + rng.choice(ENDINGS)
    form = rng.random()
    if form < 0.62:
        return word.capitalize()
    if form < 0.7:
        return word
    if form < 0.78:
        return word.upper()
    if form < 0.9:
        return f"{word[: len(word) // 2].capitalize()}{word[len(word) // 2 :].capitalize()}"
    return f"{word.capitalize()} {rng.choice(('Solutions', 'Énergie', 'Conseil', 'Design', 'Mobilité', 'Habitat', 'Records', 'Production'))}"


def acronym(rng: Random) -> str:
    """Return three to six capital letters, sometimes with a number or a place behind them."""
    letters = "".join(rng.choices(LETTERS, k=rng.choice((3, 3, 4, 4, 5))))
    form = rng.random()
    if form < 0.12:
        return f"{letters} {rng.randint(1, 95):02d}"
    if form < 0.2:
        return f"{letters} {rng.choice(COMMUNES)}"
    return letters


def _phrase(rng: Random) -> str:
    pattern = rng.choice(
        (
            "Ça {v} {w}",
            "On {v} {w}",
            "Tous au {m}",
            "{P} pour tous",
            "{P} sans frontières",
            "Un {m} pour demain",
            "Place aux {p}",
            "{F} et compagnie",
            "Vivre {w}",
            "Et si on {v} ?",
            "{F} à tout faire",
            "Mieux {v2} ensemble",
            "{P} contre le silence",
            "Touche pas à ma {f}",
            "Ma {f} est belle",
            "Sème ta {f}",
            "Par ici la {f}",
            "D'une {f} à l'autre",
            "Au {m} {am}",
            "À la {f} {af}",
            "Dans le {m} de mémé",
            "Collectif, {p} !",
            "Stop aux {p}",
            "{F} Avenir",
            "Objectif {M}",
            "Osons les {p}",
        )
    )
    return pattern.format(
        v=rng.choice(("pousse", "roule", "bricole", "sème", "grandit", "cuisine", "répare")),
        v2=rng.choice(("vivre", "vieillir", "habiter", "manger", "rouler")),
        w=rng.choice(("ici", "ensemble", "en ville", "au village", "dehors", "autrement")),
        m=rng.choice(NOUNS_M),
        M=rng.choice(NOUNS_M).capitalize(),
        f=rng.choice(NOUNS_F),
        F=rng.choice(NOUNS_F).capitalize(),
        p=rng.choice(NOUNS_P),
        P=rng.choice(NOUNS_P).capitalize(),
        am=rng.choice(ADJ_M),
        af=rng.choice(ADJ_F),
    )


def _headed_name(rng: Random) -> str:
    return headed(rng)[1]


def headed(rng: Random) -> tuple[str, str]:
    """Return the article and the name of a group whose first word says what it is."""
    article, heads = rng.choice((("le", HEADS_M), ("la", HEADS_F), ("l'", HEADS_V)))
    head = rng.choice(heads)
    form = rng.random()
    if form < 0.22:
        tail = f"du {_maybe_capital(rng, rng.choice(NOUNS_M))}"
    elif form < 0.42:
        tail = f"des {_maybe_capital(rng, rng.choice(NOUNS_P))}"
    elif form < 0.56:
        tail = rng.choice(
            (f"de la {_maybe_capital(rng, rng.choice(NOUNS_F))}", f"du {rng.choice(QUARTERS)}")
        )
    elif form < 0.68:
        town = rng.choice(COMMUNES)
        tail = f"d'{town}" if town[0] in "AÉEIOU" else f"de {town}"
    elif form < 0.8:
        tail = rng.choice((invented_word, _two_words, _article_plural, _article_single))(rng)
    elif form < 0.88:
        tail = rng.choice(
            (
                "citoyen",
                "solidaire",
                "populaire",
                "libre",
                "associatif",
                "d'initiatives locales",
                "pour le climat",
                "des usagers du train",
                "d'entraide",
                "de soutien aux exilés",
                "pour l'emploi",
                "d'éducation à l'image",
                "de défense des rives",
                "vélo",
            )
        )
    else:
        tail = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    return article, f"{head} {tail}"


def _two_words(rng: Random) -> str:
    first = rng.choice((*NOUNS_P, *NOUNS_F)).capitalize()
    link = rng.choice((" & ", " et ", " en ", " ", "-", " "))
    second = rng.choice((*NOUNS_M, *NOUNS_F))
    return f"{first}{link}{_maybe_capital(rng, second)}"


def _friends(rng: Random) -> str:
    return rng.choice(
        (
            f"Les Amis de {rng.choice(FIRST)} {rng.choice(LAST)}",
            f"Les Amis du {rng.choice(QUARTERS)}",
            f"Fonds {rng.choice(LAST)}",
            f"Amis de la {rng.choice(NOUNS_F)}",
            f"Chez {rng.choice(FIRST)}",
            f"{rng.choice(LAST)} & Fils",
            f"Un toit pour {rng.choice(FIRST)}",
        )
    )


def _odd(rng: Random) -> str:
    first, second = rng.choice(NOUNS_F), rng.choice(NOUNS_M)
    return rng.choice(
        (
            f"{first.capitalize()}'{second}",
            f"{rng.randint(2, 9)}{rng.choice(('e', 'ème'))} {rng.choice(NOUNS_M).capitalize()}",
            f"{first[:4].upper()}@{second[:4]}",
            f"{first.capitalize()} +",
            f"Le {rng.randint(10, 109)}",
            f"L'{first[:1].upper()}{first[1:]}'{second[:3]}"
            if first[0] in "aeiou"
            else f"La {first.capitalize()}-{second}",
            f"{first.capitalize()}.org",
            f"{second.capitalize()} !",
            f"{rng.randint(12, 1999)} {rng.choice(('Paysage', 'Bis', 'Fabrique', 'Degrés', 'Volts'))}",
            f"#{first.capitalize()}{second.capitalize()}",
            f"{first.capitalize()}·{second}",
            f"Open{second.capitalize()}",
            f"Co-{first.capitalize()}",
        )
    )


def _foreign(rng: Random) -> str:
    return rng.choice(
        (
            f"{rng.choice(('Green', 'Urban', 'Open', 'Happy', 'Wild', 'Slow'))} {rng.choice(('Bikes', 'Roots', 'Makers', 'Garden', 'Factory', 'Fabric', 'Kitchen'))}",
            f"{rng.choice(('Stadt', 'Garte', 'Hüs', 'Rhin'))}{rng.choice(('werk', 'lade', 'stub', 'kollektiv'))}",
            f"{rng.choice(('Ti', 'Bro', 'Kan ar', 'Skol'))} {rng.choice(('Mor', 'Gwez', 'Heol', 'Bihan'))}",
            f"{rng.choice(('Casa', 'Tierra', 'Terra', 'Alma'))} {rng.choice(('Viva', 'Nostra', 'Comuna', 'Aberta'))}",
            f"{rng.choice(('Makers', 'Women', 'Artists', 'Riders'))} for {rng.choice(('Change', 'Water', 'Good'))}",
            f"Le {rng.choice(('Spot', 'Loft', 'Dock', 'Shed', 'Patch'))}",
            f"{rng.choice(ENGLISH)} {rng.choice(ENGLISH)}",
            f"{rng.choice(ENGLISH)} {rng.choice(('for', 'of', 'and', 'in'))} {rng.choice(ENGLISH)}",
        )
    )


def _with_town(rng: Random) -> str:
    town = rng.choice(COMMUNES)
    return rng.choice(
        (
            f"{rng.choice(NOUNS_P).capitalize()} de {town}",
            f"Vélo {town}",
            f"{town} en transition",
            f"{town} Solidarité",
            f"Cyclistes du Pays de {town}",
            f"Parents d'élèves de {town}",
            f"{invented_word(rng)} {town}",
            f"Zéro déchet {town}",
            f"{town} Basket Club",
        )
    )


def _common_words(rng: Random) -> str:
    return rng.choice(
        (
            "Mémoire et territoire", "Habitat partagé", "Santé communautaire", "Culture nomade",
            "Lecture pour tous", "Paroles d'habitants", "Accueil paysan du plateau", "Un bout de chemin",
            "Jeunesse et nature", "Sciences en bulles", "Danse au fil de l'eau", "Cuisine sans gaspi",
            "Handicap et famille", "Image et parole", "Ville ouverte", "Terre commune", "Énergies du pays",
            "Semences libres", "Nature sans frontière", "Musique et partage", "Droit au logement digne",
            "Bien vieillir ensemble", "Logiciels libres en pays minier", "Education et jeux", "Arts mêlés",
        )
    )  # fmt: skip


def _long(rng: Random) -> str:
    """Return a name of several words, small ones among them, whose end is hard to tell."""
    noun, other = rng.choice(NOUNS_P), rng.choice(NOUNS_P)
    town = rng.choice(COMMUNES)
    return rng.choice(
        (
            f"{noun.capitalize()} et {other.capitalize()} de {town}",
            f"Association des {noun} et {other} du {rng.choice(QUARTERS)}",
            f"Les {noun.capitalize()} de {rng.choice(FIRST)} et {rng.choice(FIRST)}",
            f"Maison de Quartier {rng.choice(('du', 'de la', ''))} {rng.choice(QUARTERS)}".replace(
                "  ", " "
            ),
            f"Groupement des {noun} {rng.choice(ADJ_P)}",
            f"{noun.capitalize()}, {other.capitalize()} & Compagnie",
            f"{invented_word(rng)} {rng.choice(('France', 'Grand Est', 'Solidaire', 'Nord'))}",
            f"Union des {noun.capitalize()} et {other.capitalize()} {rng.choice(ADJ_P).capitalize()}",
            f"{rng.choice(HEADS_F)} {rng.choice(('féministe', 'associative', 'coopérative'))} {invented_word(rng)}",
            f"Ligue des Droits des {noun.capitalize()}",
            f"{noun.capitalize()} pour {rng.choice(('un monde', 'une ville', 'des rives'))} sans {other}",
            f"Pays de {town} {rng.choice(('Initiatives', 'Insertion', 'Culture'))}",
            f"Centre {rng.choice(('d’art', 'social', 'culturel'))} {rng.choice((rng.choice(QUARTERS), f'de {town}'))}",
        )
    )


def _maybe_capital(rng: Random, noun: str) -> str:
    return noun.capitalize() if rng.random() < 0.6 else noun


def _cased(rng: Random, name: str) -> str:
    form = rng.random()
    if form < 0.55:
        small = {"de", "du", "des", "la", "à", "en", "au", "aux", "d'ici"}
        words = [w if w in small else w[0].upper() + w[1:] for w in name.split()]
        return " ".join(words)
    if form < 0.95:
        return name[0].upper() + name[1:]
    return name.upper()


def full_and_short(rng: Random) -> tuple[str, str]:
    """Return the full name of a group and the letters it is known by."""
    first = rng.choice(
        (
            "Groupe",
            "Association",
            "Réseau",
            "Collectif",
            "Union",
            "Comité",
            "Fédération",
            "Maison",
            "Bureau",
        )
    )
    second = rng.choice(
        (
            "Régional",
            "Local",
            "Départemental",
            "Mosellan",
            "Rhénan",
            "Artistique",
            "d'Initiatives",
            "d'Aide",
        )
    )
    third = rng.choice(
        (
            "Solidaires",
            "Citoyennes",
            "Rurales",
            "Numériques",
            "Culturelles",
            "aux Migrants",
            "au Logement",
        )
    )
    full = f"{first} {second} {third}"
    if rng.random() < 0.4:
        full = f"{first} {second.lower()} des {rng.choice(NOUNS_P)} {third.lower()}"
    letters = "".join(
        w[-1 * len(w.split("'")[-1]) :][0].upper()
        for w in full.split()
        if w not in {"des", "aux", "au"}
    )
    return full, letters


def person(rng: Random) -> str:
    """Return the first and last name of nobody."""
    first, last = rng.choice(FIRST), rng.choice(LAST)
    form = rng.random()
    if rng.random() < 0.3:
        last = rng.choice(ROOTS) + rng.choice(TAILS)
        if rng.random() < 0.6:
            first = rng.choice(STARTS) + rng.choice(CLOSES)
    if form < 0.1:
        return f"{first} {last.upper()}"
    if form < 0.16:
        return f"{first} {rng.choice(('de', 'Le', 'El', 'Ben', 'Van'))} {last}"
    if form < 0.2:
        return f"{first} {last}-{rng.choice(LAST)}"
    return f"{first} {last}"


def place(rng: Random) -> str:
    """Return a town, or a place far away; towns are written with hyphens or without."""
    if rng.random() < 0.2:
        return rng.choice(ABROAD)
    town = rng.choice(COMMUNES)
    return town.replace("-", " ") if rng.random() < 0.15 else town


def product(rng: Random) -> str:
    """Return the name of a program, a game, a band or a device, in the shapes of groups' names."""
    form = rng.random()
    if form < 0.45:
        return invented_word(rng)
    if form < 0.6:
        return f"{rng.choice(('Open', 'Fast', 'Smart', 'Live', 'Data', 'Spring', 'Cloud'))}{rng.choice(('Map', 'Form', 'Stack', 'View', 'Core', ' Engine', ' Test', ' Studio'))}"
    if form < 0.7:
        return concept(rng)
    return actor(rng)


def concept(rng: Random) -> str:
    """Return capital letters that stand for no group."""
    return "".join(rng.choices(LETTERS + "XKQ", k=rng.choice((2, 3, 3, 4, 4))))


def work(rng: Random) -> str:
    """Return the title of a book, a film or a show."""
    form = rng.random()
    if form < 0.4:
        return _article_plural(rng)
    if form < 0.65:
        return _article_single(rng)
    return rng.choice((_phrase, _common_words, _two_words))(rng)


def street(rng: Random) -> str:
    """Return a street's name, its noun in lower case."""
    head = rng.choice(STREETS)
    head = head.capitalize() if rng.random() < 0.3 else head
    return f"{head} {rng.choice((f'des {rng.choice(NOUNS_P).capitalize()}', f'du {rng.choice(NOUNS_M).capitalize()}', f'{rng.choice(FIRST)}-{rng.choice(LAST)}', f'{rng.choice(FIRST)} {rng.choice(LAST)}', f'de la {rng.choice(NOUNS_F).capitalize()}', f'de {rng.choice(COMMUNES)}'))}"


def institution(rng: Random) -> tuple[str, str]:
    """Return the article and the name of a public body."""
    town, quarter = rng.choice(COMMUNES), rng.choice(QUARTERS)
    of_town = f"d'{town}" if town[0] in "AÉEIOU" else f"de {town}"
    department = rng.choice(DEPARTMENTS)
    of_department = {"la": "de la", "le": "du"}.get(department.split()[0], "de")
    bare = department.split(maxsplit=1)[1] if " " in department else ""
    of_department = f"{of_department} {bare}" if bare else f"de {department}"
    region = rng.choice(REGIONS)
    case = str.capitalize if rng.random() < 0.6 else str.lower
    return rng.choice(
        (
            ("la", f"{case('ville')} {of_town}"),
            ("la", f"{case('ville')} {of_town}"),
            ("la", f"{case('mairie')} {of_town}"),
            ("la", f"{case('commune')} {of_town}"),
            ("la", f"{case('métropole')} {of_town}"),
            ("l'", f"{case('agglomération')} {of_town}"),
            ("la", f"{case('communauté')} de communes du {quarter}"),
            ("la", f"{case('région')} {region}"),
            ("le", f"{case('département')} {of_department}"),
            ("le", f"{case('conseil')} départemental {of_department}"),
            ("la", f"{case('préfecture')} {of_department}"),
            ("le", f"{case('ministère')} {rng.choice(('du Travail', 'des Sports', 'de l’Intérieur', 'du Logement', 'de la Justice'))}"),
            ("l'", f"{case('université')} {of_town}"),
            ("l'", f"{case('université')} {rng.choice(FIRST)}-{rng.choice(LAST)}"),
            ("l'", f"{rng.choice(('IUT', 'École supérieure de commerce', 'École des mines', 'IEP', 'INSA'))} {of_town}"),
            ("le", f"{rng.choice(('CHU', 'CCAS', 'Tribunal administratif', 'Rectorat', 'Crous'))} {of_town}"),
            ("la", f"{rng.choice(('DRAC', 'Dreal', 'Caisse des dépôts', 'Chambre des métiers', 'DDT', 'Cour des comptes'))} {rng.choice((region, ''))}".strip()),
            ("l'", f"{rng.choice(('ARS', 'Agence de l’eau', 'Académie', 'Office français de la biodiversité'))} {rng.choice((region, 'Rhin-Meuse'))}"),
            ("la", f"{rng.choice(('médiathèque', 'bibliothèque', 'Médiathèque', 'Bibliothèque'))} {rng.choice((quarter, f'{rng.choice(FIRST)}-{rng.choice(LAST)}', of_town))}"),
            ("le", f"{rng.choice(('lycée', 'collège', 'Lycée', 'Collège'))} {rng.choice(FIRST)}-{rng.choice(LAST)}"),
            ("le", f"{case('parc')} naturel régional du {quarter}"),
            ("l'", f"{rng.choice(('Office de tourisme', 'Eurométropole', 'Établissement public foncier', 'Observatoire de la vie étudiante'))} {of_town}"),
            ("le", f"{rng.choice(('Laboratoire', 'Centre de recherche'))} {rng.choice(('Espaces et sociétés', 'Mondes urbains', 'Droit et territoires'))}"),
        )
    )  # fmt: skip


def event(rng: Random) -> tuple[str, str]:
    """Return the article and the name of an event."""
    word, quarter = rng.choice(EVENT_WORDS), rng.choice(QUARTERS)
    return rng.choice(
        (
            ("les", f"{word} du {quarter}"),
            ("les", f"{word} {rng.choice(('sonores', 'paysannes', 'du livre', 'de la photo', 'de rue'))}"),
            ("le", f"Festival {rng.choice(('des', 'aux'))} {rng.choice(NOUNS_P).capitalize()}"),
            ("la", f"Fête {rng.choice(('du Terroir', 'des Voisins', 'de la Soupe', 'du Vélo', 'des Lumignons'))}"),
            ("le", f"Salon {rng.choice(('du livre jeunesse', 'de l’habitat', 'des vins bio', 'du jeu'))} {rng.choice(('', 'de ' + rng.choice(COMMUNES)))}".strip()),
            ("la", f"Semaine {rng.choice(('de l’économie circulaire', 'du compostage', 'du climat'))}"),
            ("", f"{rng.choice(NOUNS_F).capitalize()}s en scène"),
            ("", f"{rng.choice(COMMUNES)} Plage"),
            ("la", f"Nuit des {rng.choice(NOUNS_P)}"),
            ("le", f"Forum des {rng.choice(('associations', 'possibles', 'métiers verts'))}"),
            ("", f"Un été au {quarter}"),
        )
    )  # fmt: skip
