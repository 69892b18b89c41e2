"""A field: label, hint, error and control, tied together; and the list of what needs to be put right."""

import re

from tests.browser.examples import Form


def test_a_control_is_described_by_its_hint_and_its_error():
    html = str(Form({"title": ""})["title"].as_field_group())
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'for="id_title"' in html


def test_a_group_of_choices_is_a_fieldset_and_the_error_leads_to_its_first_choice():
    form = Form({})
    html = str(form["role"].as_field_group())
    assert "<fieldset" in html
    assert 'aria-describedby="id_role_error"' in html
    assert 'href="#id_role_0"' in str(form)
    assert 'id="id_role_0"' in html


def test_what_may_be_left_out_says_so():
    html = str(Form()["purpose"].as_field_group())
    assert "(frivilligt)" in html
    assert "(frivilligt)" not in str(Form()["title"].as_field_group())


def test_every_control_is_dressed_and_no_group_is_dressed_as_one():
    html = str(Form())
    assert not re.search(r"<div[^>]*ds-input", html)
    for control in re.findall(r"<(?:input|select|textarea)[^>]*>", html):
        assert 'class="ds-input"' in control


def test_what_needs_to_be_put_right_is_listed_with_links():
    html = str(Form({"title": "x", "pupils": "tjugofem"}))
    assert "Något behöver rättas" in html
    assert 'href="#id_pupils">Elever i läxhjälp: Skriv antalet med siffror, till exempel 25.</a>' in html


def test_a_form_without_faults_lists_none():
    assert "Något behöver rättas" not in str(Form())


def test_text_from_outside_is_text():
    html = str(Form({"title": '"><script>alert(1)</script>'}))
    assert "<script>" not in html
