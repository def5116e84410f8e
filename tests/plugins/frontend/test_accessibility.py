"""Barriers: what is found, at which line, and what is left alone because it can't be known."""

from __future__ import annotations

import pytest
from hivemind_frontend.rules.accessibility import issues
from hivemind_frontend.rules.sources import SourceFile
from hypothesis import given, settings
from hypothesis import strategies as st


def found(path: str, text: str) -> list[tuple[str, int]]:
    markup = SourceFile(path, text).markup
    assert markup is not None
    return [(one.rule, int((one.location or "").rsplit(":", 1)[1])) for one in issues(markup)]


HTML_BAD = """\
<!doctype html>
<html>
<head><meta charset="utf-8"></head>
<body>
<img src="a.png">
<input type="text" name="q" placeholder="Search">
<select><option>1</option></select>
<button><svg></svg></button>
<a href="/x"><img src="b.png" alt=""></a>
<div onclick="go()">Go</div>
</body></html>
"""
HTML_GOOD = """\
<!doctype html>
<html lang="en"><head><title>t</title></head><body>
<img src="a.png" alt="A"><img src="b.png" alt><img src="c.png" role="presentation">
<label>Name <input name="n"></label>
<label for="q">Q</label><input id="q">
<input type="hidden" name="h"><input type="submit"><textarea aria-label="Text"></textarea>
<button>Go</button><button aria-label="Close"><svg></svg></button><button><img src="x" alt="Go"></button>
<div role="button" tabindex="0" onclick="go()">Go</div>
<a name="top"></a>
<div onclick="event.stopPropagation()">x</div>
</body></html>
"""


def test_html() -> None:
    assert found("a.html", HTML_BAD) == [
        ("html-lang", 2),
        ("document-title", 2),
        ("img-alt", 5),
        ("input-label", 6),
        ("input-label", 7),
        ("button-name", 8),
        ("link-name", 9),
        ("click-on-static", 10),
    ]
    assert found("a.html", HTML_GOOD) == []


def test_a_document_without_a_title() -> None:
    assert found("a.html", '<html lang="en">\n<head></head></html>') == [("document-title", 1)]
    assert found("a.html", '<html lang="en"><head>{% block head %}{% endblock %}</head></html>') == []
    assert found("a.html", "<p>part of a page</p>") == []


def test_templates_of_a_server_are_not_judged_by_what_they_fill_in() -> None:
    assert found("a.html", '<html lang="{{ lang }}"><head><title>{{ t }}</title></head></html>') == []
    assert found("a.html", '<input id="{{ field.id }}"><button>{{ label }}</button>') == []
    assert found("a.html", '<img th:alt="#{x}" src="a"><img :alt="x" src="a"><img [alt]="x"><img v-bind="all">') == []


def test_angular_templates() -> None:
    text = (
        '<img [src]="a">\n<div (click)="go()">x</div>\n<button [attr.aria-label]="l"></button>\n<p [innerHTML]="h"></p>'
    )
    assert found("a.component.html", text) == [("img-alt", 1), ("click-on-static", 2)]


VUE = """\
<script setup>
const x = "<img>";
</script>
<template>
  <img :src="a">
  <img :src="a" :alt="b">
  <div @click="go">Go</div>
  <div @click.stop>Stop</div>
  <div @click="go" @keydown.enter="go">Go</div>
  <button>{{ label }}</button>
  <button v-text="label" />
  <button><MyIcon /></button>
  <button><i class="x"></i></button>
  <input v-model="q">
  <FormField><input v-model="q"></FormField>
  <MyImage />
</template>
"""


def test_vue() -> None:
    expected = [("img-alt", 5), ("click-on-static", 7), ("button-name", 13), ("input-label", 14)]
    assert found("a.vue", VUE) == expected


SVELTE = """\
<script>
  let a = 1 < 2 && "<img>";
</script>
{#if a > 1}
  <img {src} {alt}>
  <img {src} alt={name}>
  <img src="a.png">
  <div on:click={() => (a > 2 ? go() : null)}>Go</div>
  <button on:click={go}>{label}</button>
  <button {...rest}></button>
  <button on:click={go}></button>
{/if}
"""


def test_svelte() -> None:
    # A shorthand may be any attribute, so the first image is not judged.
    assert found("a.svelte", SVELTE) == [("img-alt", 7), ("click-on-static", 8), ("button-name", 11)]


JSX = """\
import React from "react";
const less = (a, b) => a < b && b > a;
export function Page({ items, ...rest }) {
  // <img> in a comment
  const s = "<img src='x'>";
  return (
    <>
      <img src={a} />
      <img src={a} alt={b} />
      <img {...rest} />
      <div onClick={() => go()}>Go</div>
      <div onClick={go} role="button" tabIndex={0}>Go</div>
      <div onClick={(e) => e.stopPropagation()}><a href="#x">x</a></div>
      <button onClick={go}><Icon /></button>
      <button onClick={go}><i className="x" /></button>
      <button onClick={go}>{label}</button>
      <button onClick={go}>{/* nothing */}</button>
      <input value={q} onChange={go} />
      <label htmlFor="q">Q</label><input id="q" />
      <label><input /></label>
      <Field><input /></Field>
      {items.map((one) => <li key={one}><img src={one} /></li>)}
    </>
  );
}
"""


def test_jsx() -> None:
    expected = [
        ("img-alt", 8),
        ("click-on-static", 11),
        ("button-name", 15),
        ("button-name", 17),
        ("input-label", 18),
        ("img-alt", 22),
    ]
    assert found("a.jsx", JSX) == expected
    assert found("a.tsx", JSX) == expected


def test_a_click_that_comes_from_inside_is_reached_by_the_keyboard() -> None:
    assert found("a.html", '<li onclick="go()"><a href="#">1</a></li><li onclick="go()"><b>1</b></li>') == [
        ("click-on-static", 1)
    ]
    assert found("a.jsx", "const x = <li onClick={go}><NavLink /></li>;") == []


def test_generics_are_no_elements() -> None:
    text = 'const [a] = useState<string>("");\nconst f = <T,>(x: T): T => x;\nconst b = <Img alt="" />;\n'
    assert found("a.tsx", text) == []


@pytest.mark.parametrize("suffix", [".html", ".vue", ".svelte", ".jsx", ".tsx"])
@given(text=st.text(alphabet="<>/={}'\"`!-? \n\tabi{%}&;:@.\0üimgdvlt", max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_without_a_crash(suffix: str, text: str) -> None:
    markup = SourceFile(f"a{suffix}", text).markup
    for one in issues(markup) if markup is not None else ():
        assert (one.location or "").startswith(f"a{suffix}")


def test_deep_nesting_does_not_overflow() -> None:
    deep = "<div>" * 5000 + "<img>" + "</div>" * 5000
    assert found("a.html", deep) == [("img-alt", 1)]
    assert len(found("a.jsx", "const x = " + "<b>" * 2000 + "<img/>" + "</b>" * 2000)) == 1
