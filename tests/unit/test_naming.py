import pytest

from pipeline.markup import naming


@pytest.mark.parametrize(
    ("tag", "names", "identity", "group"),
    [
        ("div", "article-body", "", "body"),
        ("div", "articleBody", "", "body"),
        ("div", "c-article__body", "", "body"),
        ("div", "entry_content wide", "", "body"),
        ("ol", "comment-list", "", "comment"),
        ("div", "", "disqus_thread", "comment"),
        ("aside", "", "", "aside"),
        ("nav", "", "", "navigation"),
        ("div", "related-posts", "", "related"),
        ("div", "ReadMore", "", "related"),
        ("p", "wp-caption-text", "", "caption"),
        ("div", "newsletterSignup", "", "subscribe"),
        ("div", "adslot", "", "advertisement"),
    ],
)
def test_an_elements_names_tell_its_group(tag: str, names: str, identity: str, group: str) -> None:
    assert naming.groups(tag, names, identity) & naming.bit(group)


@pytest.mark.parametrize("names", ["col-12", "css-1x2y3z", "header-less"[:0], "shadow", "readable"])
def test_words_that_merely_contain_a_groups_word_tell_nothing(names: str) -> None:
    assert naming.groups("div", names, "") == 0


def test_names_that_only_count_have_one_shape() -> None:
    assert naming.shape("post-1234 col-3") == naming.shape("post-9 col-4")


def test_endless_names_are_cut() -> None:
    assert naming.groups("div", "x " * 100_000 + "comment", "") == 0
