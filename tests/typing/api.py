"""The public interface as its users' type checkers see it. Only mypy reads this file."""

from __future__ import annotations

from typing import Any, assert_type

import fhirkit

case = fhirkit.extract("A 33-year-old woman had fever.")
assert_type(case, fhirkit.Case)
assert_type(case.text, str)
assert_type(case.notices, tuple[str, ...])
assert_type(case.by_patient(), dict[int, fhirkit.Case])
assert_type(case.facts[0].patient, int | None)
for fact in case.facts:
    assert_type(fact.spans, tuple[fhirkit.Span, ...])
fhirkit.extract("A 33-year-old woman had fever.", mappings=None)
fhirkit.extract(b"bytes")  # type: ignore[arg-type]

decisions = fhirkit.read_decisions(b"{}")
assert_type(decisions, fhirkit.Decisions)
decided = fhirkit.decide(case, decisions)
assert_type(decided.case, fhirkit.Case)
assert_type(decided.untouched, tuple[str, ...])
fhirkit.decide(case, decisions, mappings=None)
assert_type(fhirkit.report(case, name="a", decisions=decisions), str)
fhirkit.report("text", fhirkit.Settings())
fhirkit.report(b"text")  # type: ignore[arg-type]
fhirkit.read_decisions("{}")  # type: ignore[arg-type]

bundle = fhirkit.to_bundle(case)
fhirkit.report(bundle)
assert_type(bundle, dict[str, Any])
fhirkit.to_bundle(case, None)
fhirkit.to_bundle(case, fhirkit.Settings(test_data=True))
fhirkit.Settings(bundle_type="transactions")  # type: ignore[arg-type]

assert_type(fhirkit.to_json(bundle, indent=2), str)

issues = fhirkit.validate(bundle)
assert_type(issues, list[fhirkit.Issue])
assert_type(issues[0].message, str)
assert_type(issues[0].is_error, bool)
guide = fhirkit.load_guide("ips.tgz", "terminology")
assert_type(guide, fhirkit.Guide)
fhirkit.validate(b"{}", strict=True, guide=guide)

options = fhirkit.PushOptions(timeout=10, mode="batch", on_existing="update")
report = fhirkit.push([bundle, b"{}"], "http://127.0.0.1:8000/fhir", options=options)
assert_type(report, fhirkit.PushReport)
assert_type(report.landed, bool)
fhirkit.PushOptions(mode="batches")  # type: ignore[arg-type]

with fhirkit.Client("http://127.0.0.1:8000/fhir", options=options, journal="j.db") as client:
    assert_type(client.push(bundle), fhirkit.PushReport)
    assert_type(client.read("Patient/1"), dict[str, Any] | None)
    assert_type(client.count(["Patient"]), dict[str, int])

fhirkit.to_models(bundle)

try:
    fhirkit.push([], "")
except fhirkit.ServerError as error:
    assert_type(error.detail, str)
