from __future__ import annotations

from fhirkit.facts.lexicon import lexicon
from fhirkit.facts.model import ConditionFact, Whose
from fhirkit.facts.notebook import Draft, Notebook
from reading import narrative, scenes_of

TEXT = "A 36-year-old woman came. She had warm autoimmune haemolytic anaemia. She was well."


def book() -> Notebook:
    """A notebook without any draft."""
    return Notebook(narrative(TEXT), lexicon(), scenes_of(TEXT))


def draft(notebook: Notebook, concept: str, *, kind: str = "condition", scene: int = 1) -> Draft:
    """A new draft about a concept, told in a sentence."""
    told = notebook.scenes[scene]
    start, end = told.sentence.start, told.sentence.end
    return notebook.new(kind, ConditionFact, concept, told, start, end, "test", concept=concept)


def test_ids_of_the_same_name_are_counted() -> None:
    """The first has none, and no id is given twice."""
    notebook = book()
    ids = [draft(notebook, name).id for name in ("x", "x", "x 2", "x", "x-3")]
    assert ids == ["condition-x", "condition-x-2", "condition-x-2-2", "condition-x-3", "condition-x-3-2"]  # fmt: skip


def test_a_draft_is_found_by_concept_kind_and_whose() -> None:
    """The latest one."""
    notebook = book()
    first, second = draft(notebook, "anaemia"), draft(notebook, "anaemia")
    second.whose = Whose.FAMILY
    assert notebook.find("condition", "anaemia") is first
    assert notebook.find("condition", "anaemia", Whose.FAMILY) is second
    assert notebook.find("symptom", "anaemia") is None
    assert list(notebook.about("condition", "anaemia")) == [first, second]


def test_wider_and_narrower_concepts_are_found_by_their_words() -> None:
    """All words of the one stand in the other, and more."""
    notebook = book()
    wide = draft(notebook, "warm haemolytic anaemia")
    narrow = draft(notebook, "haemolytic anaemia")
    draft(notebook, "haemolytic uraemic syndrome")
    words = notebook.concept_words("haemolytic anaemia")
    assert notebook.wider("condition", words) == [wide]
    assert notebook.narrower("condition", notebook.concept_words("warm haemolytic anaemia")) == [narrow]  # fmt: skip
    assert notebook.wider("condition", frozenset()) == []
    assert notebook.narrower("condition", words) == []


def test_a_renamed_draft_is_found_by_its_new_concept_and_keeps_its_place() -> None:
    """Neither under the old one nor behind drafts made later."""
    notebook = book()
    first, second = draft(notebook, "anaemia"), draft(notebook, "haemolytic anaemia")
    notebook.rename(first, "haemolytic anaemia")
    assert list(notebook.about("condition", "haemolytic anaemia")) == [first, second]
    assert notebook.find("condition", "anaemia") is None


def test_dropped_drafts_are_found_nowhere() -> None:
    """By no way, and their mentions say why."""
    notebook = book()
    kept, gone = draft(notebook, "anaemia"), draft(notebook, "haemolytic anaemia")
    mention = notebook.scenes[1].things[0]
    notebook.join(gone, mention)
    notebook.drop([gone], "a test")
    assert notebook.of("condition") == [kept]
    assert notebook.by_id(gone.id) is None
    assert list(notebook.inside("condition", notebook.scenes[1])) == [kept]
    assert notebook.wider("condition", notebook.concept_words("anaemia")) == []
    assert notebook.latest("condition", 5) == [kept]
    assert notebook.at == {}
    assert notebook.refused == {mention.start: "a test"}
