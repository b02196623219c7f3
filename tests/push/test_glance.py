from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.errors import InputError
from fhirkit.push.glance import Asked, glance
from fhirkit.push.load import read_load
from pushing import case, data, entry

URN = "urn:uuid:00000000-0000-4000-8000-00000000000{}"
Bundle = dict[str, Any]


def read(given: bytes) -> tuple[Asked, ...] | None:
    """What the reader of JSON says of a bundle that can be sent as it is; else None."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[read_load.__module__], "glance", lambda _: None)
        try:
            load = read_load("a.json", given, "keep")
        except InputError:
            return None
    return load.asked if load.whole else None


def changed(change: Callable[[Bundle], object]) -> bytes:
    """A plain bundle with something done to it."""
    bundle = case(1)
    change(bundle)
    return data(bundle)


def inner(*requests: str | None) -> list[Any]:
    """Entries of a bundle within a bundle; None for one that has no request."""
    return [
        {"fullUrl": URN.format(8), "resource": {"resourceType": "Patient", "active": True}}
        | ({"request": {"method": "POST", "url": "Patient", "ifNoneExist": key}} if key else {})
        for key in requests
    ]


def test_it_sees_what_a_bundle_asks_for() -> None:
    """Type, condition and key of each entry, in order."""
    assert glance(data(case(7, size=2, device="d"))) == (
        Asked(0, "Patient", "identifier=urn:x|7-0", "Patient?identifier=urn:x|7-0"),
        Asked(1, "Observation", "identifier=urn:x|7-1", "Observation?identifier=urn:x|7-1"),
        Asked(2, "Device", "identifier=urn:x|d", "Device?identifier=urn:x|d"),
    )


def test_our_own_bundles_are_seen(checkout: Path) -> None:
    """Each golden bundle, with white space and without."""
    files = sorted(checkout.glob("bundles/*/bundle.json"))
    assert files
    for file in files:
        given = file.read_bytes()
        short = json.dumps(json.loads(given), separators=(",", ":"), ensure_ascii=False).encode()
        seen = glance(given)
        assert seen is not None
        assert seen == glance(short) == read(given)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"request":{"method":"POST","url":"Patient"}}]}', id="quoted"),
        pytest.param('\\"request\\"', id="backslashes"),
        pytest.param("}]}", id="brackets"),
        pytest.param("ä \u2028 \U0001f600 \x7f", id="not-ascii"),
        pytest.param('"fullUrl": "urn:uuid:', id="url"),
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_text_is_no_structure(text: str, ascii_only: bool) -> None:
    """A resource may hold strings that look like the end of an entry."""
    bundle = case(1)
    for one in bundle["entry"]:
        one["resource"]["text"] = {"div": text}
    given = json.dumps(bundle, ensure_ascii=ascii_only).encode()
    seen = glance(given)
    assert seen is not None
    assert seen == read(given)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda b: b.update(type="batch"), id="batch"),
        pytest.param(lambda b: b.update(entry=[]), id="no-entries"),
        pytest.param(lambda b: b.update(total=3), id="more-after-the-entries"),
        pytest.param(lambda b: b.update(type=b.pop("type")), id="type-after-the-entries"),
        pytest.param(lambda b: b["entry"][0].pop("request"), id="no-request"),
        pytest.param(lambda b: b["entry"][-1].pop("request"), id="no-request-at-the-end"),
        pytest.param(lambda b: b["entry"][1].pop("fullUrl"), id="no-address"),
        pytest.param(lambda b: b["entry"][1].update(fullUrl="http://x/Patient/1"), id="http"),
        pytest.param(lambda b: b["entry"][1].update(fullUrl="urn:uuid:abc"), id="short-urn"),
        pytest.param(
            lambda b: b["entry"][1].update(fullUrl=URN.format("A")), id="upper-case-address"
        ),
        pytest.param(lambda b: b["entry"][1].update(link=[]), id="more-in-the-entry"),
        pytest.param(lambda b: b["entry"][1]["request"].update(method="PUT"), id="put"),
        pytest.param(lambda b: b["entry"][1]["request"].update(url="Device"), id="other-type"),
        pytest.param(lambda b: b["entry"][1]["request"].update(ifMatch='W/"1"'), id="version"),
        pytest.param(
            lambda b: b["entry"][1]["request"].update(ifNoneExist="Patient?identifier=a|b"),
            id="type-in-the-condition",
        ),
        pytest.param(
            lambda b: b["entry"][1]["request"].update(ifNoneExist="identifier=a|b&active=true"),
            id="two-conditions",
        ),
        pytest.param(
            lambda b: b["entry"][1]["request"].update(ifNoneExist="identifier=a|b,a|c"),
            id="one-of-two",
        ),
        pytest.param(
            lambda b: b["entry"][1]["request"].update(ifNoneExist="identifier=a|b%20c"),
            id="percent",
        ),
        pytest.param(
            lambda b: b["entry"][1].update(
                entry(URN.format(1), "AdverseEvent", "1", {"status": "x"})
            ),
            id="adverse-event-by-identifier",
        ),
        pytest.param(
            lambda b: b["entry"][2].update(request=b["entry"][1]["request"]), id="same-key"
        ),
        pytest.param(
            lambda b: b["entry"][1]["resource"].update(
                request={"reference": "MedicationRequest/1"}
            ),
            id="request-of-a-resource",
        ),
        pytest.param(
            lambda b: b["entry"][0]["resource"].update(
                contained=[{"resourceType": "Bundle", "entry": inner("identifier=a|b", None)}]
            ),
            id="bundle-within",
        ),
        pytest.param(
            lambda b: b["entry"][-1].update(
                entry(
                    URN.format(1),
                    "Parameters",
                    "1",
                    {
                        "parameter": [
                            {"resource": {"resourceType": "Bundle", "entry": inner("_tag=a|b")}}
                        ]
                    },
                )
            ),
            id="parameters",
        ),
    ],
)
def test_the_unusual_is_left_to_the_reader(change: Callable[[Bundle], object]) -> None:
    """Nothing is guessed."""
    assert glance(changed(change)) is None


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        (rb'"request"', rb'"\u0072equest"'),
        (rb'"fullUrl"', rb'"full\u0055rl"'),
        (rb'"url": "Patient"', rb'"url": "P\u0061tient"'),
        (rb'"transaction"', rb'"tr\u0061nsaction"'),
        (rb"urn:x\|1-0", rb"urn:x\\u007c1-0"),
    ],
)
def test_an_escaped_name_is_left_to_the_reader(given: bytes, instead: bytes) -> None:
    """It is JSON all the same."""
    odd = re.sub(given, lambda _: instead, data(case(1)))
    assert odd != data(case(1))
    assert glance(odd) is None


def test_a_resource_may_bring_an_id() -> None:
    """The server gives its own."""
    given = changed(lambda b: b["entry"][0]["resource"].update(id="7"))
    assert glance(given) == read(given) is not None


@given(st.integers(min_value=0, max_value=len(data(case(1))) - 1))
def test_what_is_cut_off_is_not_seen(length: int) -> None:
    """At whichever byte."""
    assert glance(data(case(1))[:length]) is None


def test_what_follows_is_not_overlooked() -> None:
    """White space alone may."""
    assert glance(data(case(1)) + b"\n") is not None
    assert glance(data(case(1)) + b"]") is None
    assert glance(b"\xef\xbb\xbf" + data(case(1))) is None


LEAVES = st.sampled_from(
    [
        "request",
        "fullUrl",
        '"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=a|b"}}]}',
        "\\",
        '"',
        "ä",
        "Bundle",
        1,
        True,
        None,
    ]
) | st.text(max_size=5)
REQUESTS = st.fixed_dictionaries(
    {"method": st.just("POST"), "url": st.sampled_from(["Patient", "Observation", "Parameters"])},
    optional={"ifNoneExist": st.sampled_from(["identifier=a|1", "identifier=a|2", "_tag=a|3"])},
)


def entries(resources: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Entries of all kinds around these resources, some of them plain, in any order of names."""
    plain = st.builds(
        lambda n, kind, more: entry(URN.format(n), kind, str(n), more),
        st.integers(0, 9),
        st.sampled_from(["Patient", "Observation", "Parameters"]),
        st.dictionaries(st.sampled_from(["contained", "parameter", "note"]), resources),
    )
    odd = st.fixed_dictionaries(
        {},
        optional={
            "fullUrl": st.sampled_from([URN.format(n) for n in range(4)]),
            "resource": st.builds(
                lambda kind, more: {"resourceType": kind, **more},
                st.sampled_from(["Patient", "Observation", "Parameters"]),
                st.dictionaries(st.sampled_from(["contained", "request", "note"]), resources),
            ),
            "request": REQUESTS,
            "search": st.just({}),
        },
    )
    return st.lists(plain | odd, max_size=4)


RESOURCES = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(below, max_size=2)
        | st.dictionaries(st.sampled_from(["request", "resource", "value"]), below, max_size=2)
        | entries(below).map(lambda e: {"resourceType": "Bundle", "type": "batch", "entry": e})
        | REQUESTS
    ),
    max_leaves=8,
)


@given(entries(RESOURCES), st.sampled_from([None, 1]), st.booleans())
def test_it_says_what_the_reader_says(
    given: list[Any], indent: int | None, ascii_only: bool
) -> None:
    """Or leaves it to the reader: whatever stands in the resources, bundles among it."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": given}
    text = json.dumps(bundle, indent=indent, ensure_ascii=ascii_only).encode(errors="replace")
    seen = glance(text)
    assert seen is None or seen == read(text)
