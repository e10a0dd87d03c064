from pipeline.heads import authorship


def test_json_ld_is_trusted_before_what_is_shown() -> None:
    chosen = authorship.choose(
        {"json-ld": ["Ada Lund"], "page": ["Ada Lund", "Infectious Diseases"]}
    )
    assert chosen == authorship.Authors(("Ada Lund",), "json-ld", is_confirmed=True)


def test_microdata_of_neighbouring_articles_is_left_out() -> None:
    chosen = authorship.choose({"microdata": ["Ada Lund", "Bo Ek"], "page": ["Ada Lund"]})
    assert chosen == authorship.Authors(("Ada Lund",), "microdata", is_confirmed=True)


def test_an_accounts_name_loses_to_the_byline() -> None:
    chosen = authorship.choose({"json-ld": ["adal"], "page": ["Ada Lund"]})
    assert chosen == authorship.Authors(("Ada Lund",), "page", is_confirmed=False)


def test_whom_byline_and_meta_tags_name_beats_whom_json_ld_names() -> None:
    chosen = authorship.choose({"json-ld": ["Bo Ek"], "page": ["Ada Lund"], "meta": ["ADA LUND"]})
    assert chosen is not None
    assert chosen.names == ("Ada Lund",)
    assert chosen.is_confirmed


def test_two_statements_for_machines_do_not_confirm_each_other() -> None:
    chosen = authorship.choose({"json-ld": ["Ada Lund"], "microdata": ["Ada Lund"]})
    assert chosen is not None
    assert not chosen.is_confirmed


def test_nobody_is_none() -> None:
    assert authorship.choose({"json-ld": [], "page": []}) is None
