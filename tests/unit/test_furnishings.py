import pytest

from pipeline.bodies import furnishings

HEADINGS = (
    *("Related", "Related stories:", "READ MORE", "Also read", "Must-reads", "Further reading", "See also"),
    *("More from The Harbour Post", "You might also like this", "In case you missed it", "Recommended for you"),
    *("Most read", "Trending now", "Top stories", "Latest news", "Don't miss", "Up next", "Watch now", "About the author"),
    *("Editor's picks", "Editors' choice", "Editors picks", "Popular posts", "What to read next", "Mehr zum Thema"),
    *("Lesen Sie auch", "Lies auch", "Zum Thema", "Auch interessant", "Weitere Artikel", "Meistgelesen", "Lire aussi"),
    *("Voir aussi", "Les plus lus", "Articles similaires", "Te puede interesar", "Le puede interesar"),
    *("Noticias relacionadas", "Relacionados", "Leggi anche", "Potrebbe interessarti", "Articoli correlati"),
    *("Leia mais", "Veja mais", "Saiba mais", "Zobacz więcej", "Czytaj dalej", "Przeczytaj także", "Les mer"),
    *("Lees ook", "Meer over", "Olvassa el", "Ilgili haberler", "Baca juga", "Berita terkait", "Leave a reply"),
    *("Post a comment", "Join the conversation", "Comments", "12 comments", "Kommentare", "Commentaires"),
    *("Comentarios", "Commenti", "Related posts", "Post navigation", "– Related –", "À lire aussi", "相关阅读"),
)  # fmt: skip


@pytest.mark.parametrize("text", sorted({*HEADINGS, *map(str.upper, HEADINGS)}))
def test_what_announces_other_stories_is_told(text: str) -> None:
    assert furnishings.is_trailer_heading(text)


@pytest.mark.parametrize("text", ["", "12", "The pier", "Related to the mayor", "_related", "…"])
def test_other_lines_are_not(text: str) -> None:
    assert not furnishings.is_trailer_heading(text)
