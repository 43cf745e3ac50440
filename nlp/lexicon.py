"""Nouns by which French names say what they name; general words only, no name of anyone."""

# ruff: noqa: SIM905 - a list of words reads as one, not as a column

from __future__ import annotations

ACTOR_HEADS = frozenset(
    """
    association associations asso collectif compagnie cie fablab fab lab hackerspace ressourcerie
    recyclerie coopérative coop scop scic amap mjc cercle club amicale amis chorale harmonie
    fanfare orchestre théâtre cinéma ciné librairie galerie épicerie brasserie boulangerie atelier
    ateliers café bistrot bar radio éditions édition studio cabinet groupe groupement comité
    fédération union réseau fondation ligue maison ferme jardins jardin potager pépinière start
    startup tiers lieu tiers-lieu friche guinguette foyer centre régie syndicat mouvement secours
    compagnons jeunes familles parents habitants citoyens cyclistes maraîchers paysans scouts
    accueil entraide solidarité solidarités école espace fabrique manufacture usine hangar
    collective labo laboratoire institut pôle think initiative initiatives alternatives
    conservatoire musée salle scène opéra cité garage cabane grange aéro sporting racing étoile
    gymnastique foot football judo vélo gîte campus plateforme incubateur
    """.split()
)
INSTITUTION_HEADS = frozenset(
    """
    ministère préfecture sous-préfecture mairie ville commune communauté métropole agglomération
    agglo eurométropole département région conseil université école collège lycée académie
    rectorat institut bibliothèque médiathèque hôpital chu tribunal chambre direction agence
    caisse office parc syndicat drac dreal ddt ars caf cpam crous cnrs inrae inserm ademe insee
    iut ehpad ccas sdis urssaf cci laboratoire gendarmerie police assemblée sénat commission
    parlement gouvernement haut-commissariat parti banque pnr cese adie france pôle sncf edf
    ouest-france dna journal quotidien mission observatoire autorité cour défenseur chaire umr
    """.split()
)
PLACE_HEADS = frozenset(
    """
    rue avenue boulevard place quai square allée allées chemin impasse cours esplanade parvis
    route pont port jardin forêt lac halle halles gare île quartier salle stade gymnase parc
    vallée massif mont canal rivière plage faubourg passage résidence zac zone hôtel château
    église cathédrale chapelle maison amphithéâtre amphi bâtiment espace complexe
    """.split()
)
EVENT_HEADS = frozenset(
    """
    festival salon forum fête fêtes journée journées nuit nuits semaine semaines quinzaine
    biennale printemps rencontres rencontre assises carnaval marché foire concours prix trophées
    tour marathon course trail défi hackathon printanières estivales états-généraux universités
    rendez-vous week-end opération caravane bourse braderie
    """.split()
)
WORK_WORDS = frozenset(
    """
    logiciel application api framework version episode épisode saison tome chapitre partie atelier
    article annexe linux windows android python java php javascript web open internet wifi gps pdf
    csv
    """.split()
)
TIME_WORDS = frozenset(
    """
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin
    juillet août septembre octobre novembre décembre noël pâques toussaint
    """.split()
)
OPENING_WORDS = frozenset(
    """
    le la les l' un une des ce cette ces il elle ils elles on nous vous je tu mais et ou donc si
    pour dans avec par sur en à au aux du de d' c' qu' que qui quand comme après avant depuis lors
    alors ainsi aujourd'hui tout toute tous toutes chaque notre nos votre vos mon ma mes son sa
    ses leur leurs cet venez découvrez rendez bienvenue merci bonjour bonsoir gratuit entrée tarif
    inscription inscriptions réservation programme renseignements contact horaires lieu date infos
    info lire voir accueil
    """.split()
)
FIRST_NAMES = frozenset(
    """
    jean marie pierre michel philippe alain nicolas christophe daniel frédéric bernard laurent
    patrick stéphane david julien thomas sébastien antoine alexandre kevin kévin maxime lucas hugo
    louis paul jacques françois gérard rené claude christian éric eric olivier pascal thierry
    vincent guillaume benjamin romain mathieu matthieu mickaël arnaud fabrice bruno marc serge
    yves denis gilles hervé didier xavier cédric damien jérôme fabien florian quentin clément
    adrien arthur raphaël gabriel léo théo nathan simon samuel victor martin étienne mohamed ahmed
    karim mehdi rachid ali yann yannick loïc erwan ronan gaël anne nathalie isabelle sylvie
    catherine françoise martine christine monique véronique sophie sandrine céline stéphanie
    valérie caroline émilie aurélie julie laura camille léa manon chloé emma sarah inès clara
    alice louise jeanne juliette charlotte lucie pauline mathilde marion claire hélène élise agnès
    brigitte chantal nicole jacqueline dominique patricia corinne florence delphine virginie
    laetitia élodie mélanie audrey jessica amandine fatima nadia samia leïla yasmina karima amina
    rose marguerite simone thérèse madeleine geneviève odile solène anaïs justine margaux noémie
    coralie estelle johanna myriam sabrina vanessa armelle gwenaëlle maud ludovic grégory bastien
    valentin dorian tristan axel robin baptiste corentin marina elsa lise nina ana maria josé luis
    carlos antonio marco paolo anna hans peter klaus john james michael george robert richard
    """.split()
)
NAMESAKES = FIRST_NAMES | frozenset(
    """
    georges henri albert émile edith édith lucien fernand marcel joseph auguste eugène gustave
    maurice raymond andré roger robert guy emmanuel léon jules félix edgar edmond gaston gilbert
    hannah rosa joséphine germaine yvonne suzanne colette gisèle lucienne berthe hélène jean-paul
    jean-marie jean-pierre jean-jacques jean-claude jean-luc jean-louis jean-françois
    marie-claire marie-thérèse anne-marie pierre-marie louis-ferdinand charles alphonse honoré
    ernest oscar hector blaise ambroise théophile vladimir nelson fridtjof wilhelm friedrich
    johann albrecht sigmund aimé aimée olympe camille joséphine flora missak germain abbé
    """.split()
)
"""First names, those of the persons included whom associations and schools are called after."""
