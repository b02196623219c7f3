from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.issues import Severity
from fhirkit.validate import narrative as module
from fhirkit.validate.findings import Findings
from fhirkit.validate.narrative import check_narrative
from fhirkit.validate.scope import Scope

ROOT = '<div xmlns="http://www.w3.org/1999/xhtml"'


def _check(div: object, **container: Any) -> list[tuple[str, str | None]]:
    narrative = {"status": "generated", "div": div}
    resource = {"resourceType": "Basic", "text": narrative, **container}
    findings = Findings()
    check_narrative(narrative, Scope(resource, resource, resource), findings)
    assert all(made.owner is narrative and made.name == "div" for made in findings.made)
    return [(made.rule.key, made.found) for made in findings.made]


def _inside(content: str) -> list[tuple[str, str | None]]:
    return _check(f"{ROOT}>{content}</div>")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("text", id="text"),
        pytest.param("<p>a <b>b</b> <i>c</i><br/>d</p>", id="paragraph"),
        pytest.param("a &amp; b &lt; &gt; &quot; &apos; &#160; &#xA0; >", id="entities-of-xml"),
        pytest.param("&#160;", id="no-break-space"),
        pytest.param('<img src="data:image/png;base64,AA==" alt="x"/>', id="image-only"),
        pytest.param('<img src="https://example.org/x.png"/>', id="image-elsewhere"),
        pytest.param("<!-- note -->text", id="comment"),
        pytest.param("<![CDATA[a < b]]>", id="cdata"),
        pytest.param('<p class="a" id="b" style="color: red" title="t" dir="ltr">x</p>', id="core"),
        pytest.param('<p lang="de" xml:lang="de">x</p>', id="languages"),
        pytest.param('<pre xml:space="preserve">x</pre>', id="space"),
        pytest.param('<a href="https://example.org">x</a><a name="y">z</a>', id="links"),
        pytest.param('<a href="#nowhere">x</a>', id="link-within-a-page"),
        pytest.param('<map name="m"><area shape="rect" coords="0,0,1,1" href="x"/></map>x', id="map"),
        pytest.param("<dl><dt>x</dt><dd><ul><li><p>y</p></li></ul></dd></dl>", id="definitions"),
        pytest.param("<b>x <b>y</b></b>", id="bold-in-bold"),
        pytest.param("<ul>\n <li>x</li><!-- c -->\n</ul>", id="list"),
        pytest.param('<table border="1"><tr><td width="9" nowrap="nowrap">x</td></tr></table>', id="cell"),
        pytest.param(
            '<table summary="s"><caption>c</caption><colgroup><col span="2"/></colgroup>'
            "<thead><tr><th>a</th></tr></thead><tfoot><tr><td>b</td></tr></tfoot>"
            "<tbody><tr><td><div>c</div></td></tr></tbody></table>",
            id="table",
        ),
        pytest.param(f"<p>x</p>{ROOT}>y</div>", id="namespace-again"),
    ],
)  # fmt: skip
def test_formatting_is_allowed(content: str) -> None:
    """Chapters 7 to 11 and 15 of HTML 4.0, links, images and styles pass."""
    assert _inside(content) == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param("<script>x</script>", "script", id="script"),
        pytest.param("<style>p {}</style>x", "style", id="style-element"),
        pytest.param("<form><input/></form>x", "form", id="form"),
        pytest.param("<iframe/>x", "iframe", id="iframe"),
        pytest.param("<object>x</object>", "object", id="object"),
        pytest.param("<head/>x", "head", id="head"),
        pytest.param("<body>x</body>", "body", id="body"),
        pytest.param("<base/>x", "base", id="base"),
        pytest.param("<link/>x", "link", id="link"),
        pytest.param("<ins>x</ins>", "ins", id="inserted"),
        pytest.param("<font>x</font>", "font", id="deprecated"),
        pytest.param("<u>x</u>", "u", id="underlined"),
        pytest.param("<section>x</section>", "section", id="html-5"),
        pytest.param("<P>x</P>", "P", id="upper-case"),
        pytest.param('<p onclick="x()">x</p>', "onclick on p", id="event"),
        pytest.param('<p onClick="x()">x</p>', "onClick on p", id="event-in-camel-case"),
        pytest.param('<img src="x" onerror="y"/>', "onerror on img", id="event-of-an-image"),
        pytest.param('<a href="x" target="_blank">x</a>', "target on a", id="target"),
        pytest.param('<p data-x="1">x</p>', "data-x on p", id="data"),
        pytest.param('<p href="x">x</p>', "href on p", id="link-of-a-paragraph"),
        pytest.param('<ol start="3"><li>x</li></ol>', "start on ol", id="deprecated-attribute"),
        pytest.param('<p xml:base="http://x">x</p>', "xml:base on p", id="base-attribute"),
        pytest.param('<p xmlns:l="urn:l" l:href="x">x</p>', "href on p", id="xlink"),
        pytest.param("<?php x?>x", "a processing instruction", id="instruction"),
    ],
)
def test_anything_else_breaks_txt_1(content: str, found: str) -> None:
    """Active content, frames, forms and deprecated elements are found once, by their names."""
    assert _inside(content) == [("txt-1", found)]


def test_attributes_of_the_root_are_checked() -> None:
    """The root is a place for scripts as good as any."""
    assert _check(f'{ROOT} onload="x" class="a">x</div>') == [("txt-1", "onload on div")]


@pytest.mark.parametrize(
    "content",
    ["", " \n\t", "<p></p>", "<br/>", "<hr/>", "<!-- x -->", "<table><tr><td> </td></tr></table>"],
    ids=repr,
)
def test_no_content_breaks_txt_2(content: str) -> None:
    """White space, lines and comments are neither text nor an image."""
    assert _inside(content) == [("txt-2", None)]


@pytest.mark.parametrize(
    ("div", "expected"),
    [
        pytest.param("", ("narrative-div", "text"), id="empty"),
        pytest.param("text", ("narrative-div", "text"), id="text"),
        pytest.param(f"x{ROOT}>y</div>", ("narrative-div", "text"), id="text-before"),
        pytest.param(f"{ROOT}>y</div>x", ("narrative-div", None), id="text-after"),
        pytest.param(f"{ROOT}>y</div>{ROOT}>y</div>", ("narrative-div", None), id="two"),
        pytest.param('<p xmlns="http://www.w3.org/1999/xhtml">x</p>', ("narrative-div", "p"), id="p"),
        pytest.param('<DIV xmlns="http://www.w3.org/1999/xhtml">x</DIV>', ("narrative-div", "DIV"), id="upper"),
        pytest.param(f'<?xml version="1.0"?>{ROOT}>x</div>', ("narrative-div", "an XML declaration"), id="xml"),
        pytest.param(f"<!DOCTYPE div>{ROOT}>x</div>", ("narrative-div", "a DOCTYPE"), id="doctype"),
        pytest.param(f'<!DOCTYPE div [<!ENTITY a "b">]>{ROOT}>&a;</div>', ("narrative-div", "a DOCTYPE"), id="own-entity"),
        pytest.param(f"<!-- x -->{ROOT}>y</div>", ("narrative-div", "a comment"), id="comment-before"),
        pytest.param(f"{ROOT}>y</div><!-- x -->", ("narrative-div", "a comment"), id="comment-after"),
        pytest.param("<div><p>x</p></div>", ("narrative-namespace", "no namespace"), id="no-namespace"),
        pytest.param('<div xmlns="http://www.w3.org/1999/html">x</div>', ("narrative-namespace", "http://www.w3.org/1999/html"), id="other-namespace"),
        pytest.param(f'{ROOT}><p xmlns="urn:x">y</p></div>', ("narrative-namespace", "urn:x"), id="inner-namespace"),
        pytest.param(f'{ROOT} xmlns:v="urn:x"><v:p>y</v:p></div>', ("narrative-namespace", "urn:x"), id="prefix"),
        pytest.param(f"{ROOT}><v:p>y</v:p></div>", ("narrative-xml", "unbound prefix"), id="unbound-prefix"),
    ],
)  # fmt: skip
def test_the_root_is_one_div_of_xhtml(div: str, expected: tuple[str, str | None]) -> None:
    """What is wrong about the root is told once; nothing inside follows from it."""
    assert _check(div) == [expected]


@pytest.mark.parametrize("div", [f" \n{ROOT}>x</div>\n", f"{ROOT}>x</div >"], ids=repr)
def test_white_space_around_is_no_fault(div: str) -> None:
    """JSON strings are indented by some; the content of the div stays between its signs."""
    assert _check(div) == []


@pytest.mark.parametrize(
    ("content", "found"),
    [("a&nbsp;b", "&nbsp;"), ("&amp; &copy; &reg;", "&copy;"), ('<p title="&eacute;">x</p>', "&eacute;")],
    ids=["nbsp", "first-of-two", "in-an-attribute"],
)  # fmt: skip
def test_entities_of_html_are_unknown(content: str, found: str) -> None:
    """There is no DOCTYPE that could define them: the character stands for itself."""
    assert _inside(content) == [("narrative-entity", found)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<p>x", id="unclosed"),
        pytest.param("x<br>y", id="html-break"),
        pytest.param("<b>x</B>", id="case-of-the-end"),
        pytest.param("<b><i>x</b></i>", id="crossed"),
        pytest.param("a & b", id="bare-ampersand"),
        pytest.param("a < b", id="bare-bracket"),
        pytest.param("a &amp b", id="no-semicolon"),
        pytest.param("a ]]> b", id="end-of-cdata"),
        pytest.param("<p class=x>y</p>", id="no-quotes"),
        pytest.param('<p title="a<b">x</p>', id="bracket-in-an-attribute"),
        pytest.param('<p class="a" class="b">x</p>', id="attribute-twice"),
        pytest.param("<!-- a -- b -->x", id="comment"),
        pytest.param("&#0;", id="no-character"),
        pytest.param("a\x01b", id="control-character"),
        pytest.param("a\ufffeb", id="noncharacter"),
        pytest.param("a\ud800b", id="surrogate"),
    ],
)
def test_malformed_xml_is_one_fault(content: str) -> None:
    """Nothing else can be told about it: HL7's own reader forgives some of these."""
    ((key, _),) = _inside(content)
    assert key == "narrative-xml"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param("<p><div>x</div></p>", "div in p", id="div-in-p"),
        pytest.param("<p><span><p>x</p></span></p>", "p in span", id="p-in-p-further-down"),
        pytest.param("<p><ul><li>x</li></ul></p>", "ul in p", id="list-in-p"),
        pytest.param("<b><table><tr><td>x</td></tr></table></b>", "table in b", id="table-in-b"),
        pytest.param("<h1><div>x</div></h1>", "div in h1", id="div-in-heading"),
        pytest.param('<a href="x"><i><a href="y">z</a></i></a>', "a in i", id="link-in-link"),
        pytest.param("<li>x</li>", "li in div", id="item-without-list"),
        pytest.param("<table><tbody><td>x</td></tbody></table>", "td in tbody", id="cell-without-row"),
        pytest.param("<ul><p>x</p></ul>", "p in ul", id="paragraph-in-list"),
        pytest.param("<ul>x</ul>", "text in ul", id="text-in-list"),
        pytest.param("<table><tr>x</tr></table>", "text in tr", id="text-in-row"),
        pytest.param("<br>x</br>", "text in br", id="text-in-break"),
        pytest.param('<img src="x"><b>x</b></img>', "b in img", id="element-in-image"),
    ],
)  # fmt: skip
def test_elements_stand_where_html_allows_them(content: str, found: str) -> None:
    """Browsers mend such markup, each in its way: what is shown is not what was written."""
    assert _inside(content) == [("narrative-nesting", found)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('<a href="javascript:x()">y</a>', id="javascript"),
        pytest.param('<a href=" Java&#9;Script:x()">y</a>', id="hidden"),
        pytest.param('<a href="vbscript:x">y</a>', id="vbscript"),
        pytest.param('<img src="javascript:x()"/>', id="image"),
    ],
)
def test_links_run_no_scripts(content: str) -> None:
    """Browsers pass over case, spaces and tabs in a scheme; so does the check."""
    assert [key for key, _ in _inside(content)] == ["narrative-link"]


IMAGE = f'{ROOT}><img src="#pic" alt="x"/></div>'


@pytest.mark.parametrize(
    "container",
    [
        pytest.param({"contained": [{"resourceType": "Binary", "id": "pic"}]}, id="contained"),
        pytest.param({"content": {"id": "pic", "data": "AA=="}}, id="element"),
    ],
)
def test_an_image_in_the_resource_is_found(container: dict[str, Any]) -> None:
    """It may be a contained Binary or Media, or the attachment of an element."""
    assert _check(IMAGE, **container) == []


def test_an_image_that_is_not_there_is_a_warning() -> None:
    """The specification has no SHALL for it; the reader misses a picture all the same."""
    narrative = {"div": IMAGE}
    findings = Findings()
    resource = {"text": narrative, "contained": [{"id": "other"}, "pic"], "pic": {}}
    check_narrative(narrative, Scope(resource, resource, resource), findings)
    (finding,) = findings.made
    assert (finding.rule.key, finding.found) == ("narrative-image", "#pic")
    assert finding.severity is Severity.WARNING


def test_an_id_that_stands_twice_is_a_warning() -> None:
    """Links within the narrative would lead to either."""
    assert _inside('<p id="a">x</p><p id="b">y</p><p id="a">z</p>') == [("narrative-id", None)]


def test_each_kind_of_fault_is_told_once() -> None:
    """A copied web page is one finding of a kind, not a hundred."""
    content = "<script/><font>x</font>" * 50 + "<li>x</li>" * 50
    assert _inside(content) == [("txt-1", "script"), ("narrative-nesting", "li in div")]


@pytest.mark.parametrize("div", [None, 3, True, [ROOT], {"p": "x"}], ids=repr)
def test_other_values_are_left_to_the_structure(div: object) -> None:
    """A div that is no string is told elsewhere."""
    assert _check(div) == []


def test_narratives_without_div_are_left_to_the_structure() -> None:
    """A missing div is told elsewhere."""
    findings = Findings()
    check_narrative({}, Scope({}, {}, {}), findings)
    assert findings.made == []


def test_entity_bombs_are_refused_unread() -> None:
    """Ten entities of ten entities each would be gigabytes; the DOCTYPE alone is a fault."""
    bomb = '<!ENTITY a0 "x">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30)
    )
    assert _check(f"<!DOCTYPE d [{bomb}]>{ROOT}>&a29;</div>") == [("narrative-div", "a DOCTYPE")]


def test_depth_and_length_take_linear_time() -> None:
    """A hundred thousand elements, one in the other or one after the other."""
    deep = "<div>" * 100_000 + "x" + "</div>" * 100_000
    assert _inside(deep) == []
    assert _inside("<br/>" * 100_000 + "x" * 1_000_000) == []
    assert [key for key, _ in _inside("<" * 100_000)] == ["narrative-xml"]
    assert [key for key, _ in _inside("&a" * 100_000)] == ["narrative-xml"]


PIECES = st.sampled_from(
    "< > & ; \" ' = / ! -- ]]> x é \x0b \ufffe &amp; &nbsp; &#1; <p> </p> <p/> <ul> </ul> <li> </li> "
    "<b> </b> <img <!-- --> <![CDATA[ ]]> <?x ?> href= xmlns= <v:p> \ud800".split(" ")
) | st.sampled_from([" ", "\n", '<img src="#a"/>', "<!DOCTYPE d>", '<p id="a">', '<a href="b">'])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_taking_the_words_out_changes_no_judgement(content: str) -> None:
    """The short way and the long way are one: whatever the markup, and nothing raises."""
    findings = _inside(content)
    judgement = module._judged(f"{ROOT}>{content}</div>")
    long_way = [(rule.key, found) for rule, found in judgement.faults]
    assert findings[: len(long_way)] == long_way
    assert len(findings) == len(long_way) + len(judgement.images)


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in the div, there is a judgement."""
    _check(text)
    _check(ROOT + text)
