"""The words that name nobody: articles, legal forms, generic heads, dates, stop-words.

Folded (no case, no accents) and, where names are compared, in the singular.
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES = _set(
    """
    au aux d das de der des die du et l la le les of the un und une
    """
)
LEGAL = _set(
    """
    1901 1908 asbl earl eurl ev gaec gie gmbh loi sa sarl sas sasu scea sci scic scop snc ug
    """
)
# A head that says what sort of group it is and may be left out by the next writer.
HEADS = _set(
    """
    asso assoc association collectif compagnie coop cooperative entreprise ev groupe
    groupement ong societe startup verein vereniging
    """
)
# Words that name nobody by themselves: after a head, they do not make it superfluous.
COMMON = _set(
    """
    action amateur ami amical amie ancien animation art artisan artisanal artiste artistique
    atelier autonome benevole bureau cafe centre cercle cinema citoyen citoyenne club comite
    commercant commerce commun communal communautaire conseil cooperatif creation culture
    culturel culturelle danse departemental developpement durable echange eco ecole ecologie
    ecologique economie economique education eleve emploi energie enfant enseignant entraide
    environnement equipe espace etudiant etudiante europeen famille federation femme fete
    fondation football formation foyer francais francaise france gymnastique habitant handicap
    histoire humanitaire independant initiative innovation insertion institut interet jardin
    jeune jeunesse judo laboratoire laique local locale locataire loisir maison medico
    metropole mouvement municipal musical musique national nationale nature numerique
    organisateur organisation parent patrimoine personne petanque pluridisciplinaire populaire
    projet promotion proprietaire quartier recherche regional regionale reseau residence
    resident riverain rural rurale sante scolaire senior service social sociale socioculturel
    solidaire solidarite soutien sport sportif sportive structure syndicat territoire theatral
    theatre tierslieu transition travailleur union universitaire urbain usager vacance vie
    village ville voisin volontaire fablab mjc amap csc mpt sel repaircafe startup creche
    syndic chorale harmonie fanfare orchestre amicale anciens combattant donneur sang vol don
    plaisance pecheur chasseur chasse peche randonneur randonnee yoga tennis basket rugby handball
    """
)
# Heads after which « des jardiniers » says who meets, and names nobody.
GATHERINGS = _set(
    """
    amical amicale association cercle club collectif comite confederation conseil federation
    foyer groupe groupement mouvement reseau syndicat union
    """
)
# What a name says that is borne in no one place.
NATIONAL = _set("confederation europeen europeenne francais francaise france national nationale")
# Words that begin sentences and headings.
NOT_NAMES = _set(
    """
    accueil actualite actualites agenda ainsi alors apres aujourd aussi autre avant avec bien
    bienvenue bonjour bref car ce ceci cela celle celui cependant certain ces cet cette chacun
    chaque chez comme comment contact dans date de decouvrez demain depuis dernier des donc
    dont du edito elle elles en encore enfin ensuite entre entree est et eux grace gratuit
    hier horaire horaires hors ici il ils info infos inscription je jusqu la le les leur leurs
    lieu lire lors lorsque lui ma mais malgre merci mes moi mon ne ni nos notre nous on ou
    outre par parce pas pendant peu plus plusieurs pour pourquoi pourtant pratiques prochain
    programme public publics puis puisque quand que quel quelle quelque quelques qui quoi
    rendez reservation retrouvez sa sans savoir selon sera ses si soit son sont sous sur ta
    tarif tarifs tel telephone telle tes toi ton tous tout toute toutefois toutes tres tu un
    une venez vers via voici voila vos votre vous
    """
)
DATES = _set(
    """
    an annee ans aout automne avr avril dec decembre dimanche ete fevr fevrier h heure heures
    hiver janv janvier jeudi juil juillet juin lundi mai mardi mars matin mercredi midi noel
    nov novembre oct octobre paques printemps samedi sept septembre soir toussaint vendredi
    """
)
