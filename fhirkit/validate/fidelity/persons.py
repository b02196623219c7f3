"""The patient: sex, name, birth and death as the text has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fhirkit.validate.fidelity import rules
from fhirkit.validate.fidelity.dates import check_date, is_date
from fhirkit.validate.fidelity.grounds import is_grounded
from fhirkit.validate.fidelity.passage import passage, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.fidelity.passage import Passage
    from fhirkit.validate.fidelity.sources import Source
    from fhirkit.validate.findings import Findings, Node

_WORDS: Final = {
    "female": frozenset(
        "she her hers woman women girl lady female gentlewoman schoolgirl housewife mother wife"
        " daughter sister mrs ms miss pregnant multigravida primigravida postmenopausal waitress"
        " gravida".split()
    ),
    "male": frozenset(
        "he him his hi man men boy gentleman male schoolboy father husband son brother mr".split()
    ),
}
_OTHER: Final = {"female": "male", "male": "female"}
_DEATH = re.compile(
    r"\b(?:die[sd]?|dead|deaths?|deceased|dying|fatal|lethal|expired|succumb|pass(?:ed|ing) away"
    r"|autops|post-?\s?mortem|necrops|demise|mortal|surviv|killed|perished|declared|pronounced"
    r"|passed|lost (?:his|her) life)",
    re.IGNORECASE,
)


def check_patient(patient: Node, words: Passage, findings: Findings) -> None:
    """Sex and death against the words that a Patient was read from."""
    gender = patient.get("gender")
    if isinstance(gender, str) and gender in _WORDS:
        here = words.words
        if here.isdisjoint(_WORDS[gender]) and not here.isdisjoint(_WORDS[_OTHER[gender]]):
            findings.add(rules.GENDER, patient, "gender", found=gender, severity=words.severity)
    if words.exact:
        _check_death(patient, words, findings)


def _check_death(patient: Node, words: Passage, findings: Findings) -> None:
    told = _DEATH.search(words.written) is not None
    for name in ("deceasedBoolean", "deceasedDateTime"):
        if name in patient and (patient[name] is not False) != told:
            findings.add(rules.DEATH, patient, name)


def check_persons(resources: Iterable[Node], source: Source, findings: Findings) -> None:
    """Names and days of birth of patients, which the text as a whole must hold."""
    everything: Passage | None = None
    for patient in resources:
        if patient.get("resourceType") != "Patient" or not (
            "name" in patient or "birthDate" in patient
        ):
            continue
        if everything is None:
            everything = passage(source.text, [(0, len(source.text))], exact=True)
        _check_name(patient, everything, findings)
        if is_date(patient.get("birthDate")) and not is_grounded(patient):
            check_date(patient, "birthDate", everything, findings)


def _check_name(patient: Node, everything: Passage, findings: Findings) -> None:
    names = patient.get("name")
    for name in names if isinstance(names, list) else ():
        said = " ".join(_strings(name)) if isinstance(name, dict) else ""
        if not words_of(said) <= everything.words:
            findings.add(rules.NAME, patient, "name")
            return


def _strings(name: Node) -> list[str]:
    found = [name[key] for key in ("text", "family") if isinstance(name.get(key), str)]
    given = name.get("given")
    return found + [g for g in given if isinstance(g, str)] if isinstance(given, list) else found
