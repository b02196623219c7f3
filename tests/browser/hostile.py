"""Words that would do something if a page took them for anything but words."""

from __future__ import annotations

# Each sets a name of the window, so that a test can see whether it ran.
SCRIPTS = {
    "script": "<script>hacked=1</script>",
    "script-end": "</script><script>hacked=1</script>",
    "style-end": "</style><script>hacked=1</script>",
    "title-end": "</title></head><body><script>hacked=1</script>",
    "textarea-end": "</textarea></select></button><img src=x onerror=hacked=1>",
    "svg": "<svg onload=hacked=1><desc></svg>",
    "svg-end": "</text></svg><svg/onload=hacked=1>",
    "foreign": "<math><mtext></p><svg><style><img src=x onerror=hacked=1>",
    "image": "<img src=http://example.org/leak.png onerror=hacked=1>",
    "frame": "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "object": "<object data=http://example.org/o></object><embed src=http://example.org/e>",
    "link": "<a href=javascript:hacked=1 autofocus onfocus=hacked=1>go</a>",
    "base": "<base href=http://example.org/><link rel=stylesheet href=s.css>",
    "meta": "<meta http-equiv=refresh content='0;url=http://example.org/'>",
    "form": "<form action=http://example.org/><input autofocus onfocus=hacked=1></form>",
    "details": "<details open ontoggle=hacked=1><summary>s</summary></details>",
    "double-quote": '"><script>hacked=1</script>',
    "single-quote": "'><script>hacked=1</script>",
    "attribute": '" onmouseover="hacked=1" onfocus="hacked=1" autofocus x="',
    "attribute-single": "' onmouseover='hacked=1' autofocus onfocus='hacked=1' x='",
    "comment": "<!-- --><script>hacked=1</script><!--",
    "comment-open": "<!--<script>",
    "comment-bang": "--!><script>hacked=1</script>",
    "cdata": "]]><script>hacked=1</script><![CDATA[",
    "template": "{{constructor.constructor('hacked=1')()}} ${hacked=1} <%= 7*7 %> #{7*7}",
    "format": "{0} {body} %s %(title)s $title \\g<0> \\1",
    "address": "javascript:hacked=1",
    "data-address": "data:text/html,<script>parent.hacked=1</script>",
    "css": "}*{background:url(http://example.org/c)}</style>",
    "css-address": "url('http://example.org/u') expression(hacked=1)",
    "entity": "&lt;script&gt;hacked=1&lt;/script&gt; &amp;amp; &#60;img&#62; &notin &copy",
    "json": '"}]}; hacked=1; //',
    "js-lines": "hacked=1;\u2028hacked=1;\u2029//",
    "clobber": "<form id=text name=facts><input name=textContent id=given>",
    "processing": "<?php echo 1 ?><!DOCTYPE html><html onclick=hacked=1>",
    "plaintext": "<plaintext><noscript><xmp>",
}
CHARACTERS = {
    "bidi": "\u202eevitisop\u202c \u2066x\u2069 \u200f\u200e \u061c",
    "nul": "be\x00tween <scr\x00ipt>hacked=1</scr\x00ipt>",
    "control": "\x01\x08\x0b\x0c\x1b[31m\x7f\x85",
    "return": "one\rtwo\r\nthree\n\rfour\r",
    "zero-width": "\ufeffal\u200bem\u00adtu\u2060zu\u200dmab",
    "noncharacter": "\ufffe\uffff\ufdd0\U0001ffff",
    "wide": "\U0001f9e0\U0001d400e\u0301\U0001f468\u200d\U0001f469",
    "tabs": "\t\ttab \u3000 \u00a0 spaces   three",
    "long": "<" * 300 + "x" * 700,
}
EVERY = SCRIPTS | CHARACTERS


def shown(text: str) -> str:
    """What a page can show of a text: HTML has no NUL."""
    return text.replace("\x00", "\ufffd")
