import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from epochwise.page.glossary import TERMS, linked


def plain(markup):
    return re.sub(r"</?a[^>]*>", "", str(markup))


def keys(markup):
    return re.findall(r'href="#word-(\w+)"', str(markup))


@given(st.lists(st.text() | st.sampled_from(["<b>epoch", "UP(2)&", 'cut"', "at least 4"])))
def test_linking_adds_links_and_nothing_else(lines):
    assert [plain(one) for one in linked(lines)] == [str(escape(line)) for line in lines]


def test_the_first_use_of_a_word_is_linked_and_only_that():
    one, two = linked(["train 30 epochs, the best of 50 epochs", "An epoch is 4 iterations."])
    assert keys(one) == ["epoch"]
    assert str(one).startswith('train 30 <a class="word" href="#word-epoch">epochs</a>, the best')
    assert keys(two) == ["iteration"]


def test_the_answers_own_words_are_found():
    (line,) = linked(
        [
            "Anything from 26 to 51 costs less than 2 % (5 seeds on one cut). The best epoch itself lies "
            "between 13 and 61 (95 % interval); at least 400, no better than the baseline, as UP(2) says; "
            "to refit, with little regret, in 3 epochs of 9 iterations"
        ]
    )
    assert set(keys(line)) == {term.key for term in TERMS}


def test_what_only_looks_like_a_word_is_left_alone():
    assert [
        keys(one) for one in linked(["make 5 at least, 10", "epochwise, shortcut", "GL is"])
    ] == [
        [],
        [],
        [],
    ]
