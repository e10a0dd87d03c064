"""Words by which the kinds of pages are told: types of structured data, class names, addresses, phrases.

Knows vocabularies, in the languages of news sites. Must not know how often a page uses them, nor any site by name.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TYPES = {
    "news": (
        "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "LiveBlogPosting", "OpinionNewsArticle",
    ),
    "article": (
        "Article", "BlogPosting", "Report", "ScholarlyArticle", "Recipe", "Review",
    ),
    "shop": (
        "Product", "ProductGroup", "Offer", "AggregateOffer", "IndividualProduct", "ProductModel", "Vehicle",
    ),
    "forum": (
        "DiscussionForumPosting", "QAPage",
    ),
    "faq": (
        "Question", "Answer", "FAQPage",
    ),
    "docs": (
        "TechArticle", "APIReference", "HowTo", "Course", "LearningResource",
    ),
    "list": (
        "CollectionPage", "ItemList", "SearchResultsPage", "Blog", "OfferCatalog",
    ),
    "service": (
        "Service", "SoftwareApplication", "WebApplication", "LocalBusiness", "ProfessionalService", "AboutPage",
        "ContactPage", "Course", "FinancialProduct", "EducationalOccupationalProgram",
    ),
}  # fmt: skip
NAMES = {  # words of class attributes, as authors of templates use them
    "shop": (
        "price prices cart basket product products sku checkout variant variants buybox swatch swatches "
        "quantity qty wishlist rating ratings stars shipping stock addtocart warenkorb preis prix panier precio "
        "carrito"
    ),
    "forum": (
        "thread threads reply replies topic topics forum forums message messages avatar user username usertitle "
        "vote votes upvote answer answers question questions poster posts likes reactions signature quote "
        "member members discussion karma moderator postbody postprofile op"
    ),
    "docs": (
        "highlight codehilite sphinx sphinxsidebar toctree docs doc docsearch api reference syntax toc "
        "admonition hljs prism language version versions sidenav headerlink theorem section function method "
        "param code codeblock wiki mw infobox navbox reflist"
    ),
    "list": (
        "card cards grid tile tiles teaser teasers listing listings results result filter filters facet facets "
        "sort sorting pagination pager pages paginate masonry infinite loadmore swiper collection catalog feed "
        "stream"
    ),
    "service": (
        "hero cta ctas testimonial testimonials feature features pricing plans plan faq faqs accordion contact "
        "client clients logos benefits solutions services banner tabs steps quote demo stats counter"
    ),
    "news": (
        "byline dateline article story headline standfirst caption share sharing social related comments "
        "comment tags subtitle published entry author authors paywall newsletter readmore byauthor kicker lede "
        "lead timestamp artikel autor autoren nota noticia"
    ),
}
PLACES = {  # words of addresses
    "shop": (
        "product products p shop store item items itm dp sku buy cart produkt produkte produit produits "
        "producto productos prodotto prodotti produto produtos artikelnr tienda boutique"
    ),
    "forum": (
        "forum forums thread threads topic topics t d viewtopic showthread questions question community "
        "discussion discussions talk boards board bbs foro foren discuss answers comments r post"
    ),
    "docs": (
        "docs doc documentation reference ref api guide guides manual handbook tutorial tutorials learn wiki "
        "usersguide userguide howto glossary help support kb developer developers dev library stable latest "
        "readme dokumentation hilfe aide ayuda"
    ),
    "list": (
        "category categories tag tags topic topics section sections search archive archives collection "
        "collections list listing listings browse all page index latest home c cat catalog kategorie categoria "
        "rubrique author authors issues chart explore trending"
    ),
    "service": (
        "service services solutions solution features feature pricing plans products platform about contact "
        "company careers programs program courses course insurance industries capabilities leistungen offers "
        "deals jobs certificate certificates degree admissions"
    ),
    "news": (
        "news article articles story stories blog blogs post posts opinion politics world sport sports business "
        "culture magazine magazin nachrichten artikel actualites noticias noticia notizie cronaca politik "
        "wirtschaft kultur archives press presse pressemitteilungen story journal features review reviews "
        "uutiset nyheter nieuws"
    ),
}
PHRASES = {  # what pages of a kind say, wherever they are
    "shop": (
        "add to cart", "add to bag", "add to basket", "buy now", "in stock", "out of stock", "free shipping",
        "in den warenkorb", "ajouter au panier", "añadir al carrito", "aggiungi al carrello", "do koszyka",
        "adicionar ao carrinho", "в корзину", "加入购物车", "カートに入れる", "customer reviews", "free returns",
        "quantity",
        "sold out", "warranty", "condition:", "seller",
    ),
    "forum": (
        "replies", "joined", "posts:", "last edited", "log in to reply", "reply to", "you must be logged in",
        "registered user", "original poster", "upvote", "thread starter", "quote:", "report post", "answered",
        "antworten", "beiträge", "réponses", "respuestas", "risposte", "сообщений", "回复", "moderator", "edited by",
    ),
    "docs": (
        "on this page", "edit this page", "edit on github", "table of contents", "see also", "documentation",
        "for example,", "note:", "syntax", "parameter", "default", "command", "previous", "deprecated", "install",
        "function", "returns", "reference",
    ),
    "list": (
        "sort by", "filter", "results", "load more", "view all", "show more", "see all", "next page",
        "items per page", "older posts", "read more", "weiterlesen", "mehr anzeigen", "lire la suite", "leer más",
        "leggi tutto", "sortieren", "trier par", "ordenar por", "next »", "view more", "browse",
    ),
    "service": (
        "contact us", "get a quote", "book a demo", "request a demo", "free trial", "get started", "our clients",
        "testimonials", "learn more", "our services", "why choose", "schedule", "our team", "frequently asked",
        "talk to", "apply now", "call us", "free consultation", "kontaktieren sie", "contactez", "solutions",
        "expertise", "sign up", "start free",
    ),
    "news": (
        "min read", "published", "updated", "share this", "leave a comment", "subscribe", "newsletter", "related",
        "told", "said", "according to", "veröffentlicht", "publié", "publicado", "pubblicato", "aktualisiert",
        "newsroom", "editor", "advertisement", "anzeige", "posted on", "posted in", "filed under",
    ),
}  # fmt: skip
SPOKEN_TO = _set(
    "you your yours our we us unser unsere unseren wir ihnen vous votre vos notre nos nous usted nuestro "
    "nuestra nuestros vostro nostra nostro nosso nossa você ваш наш вас нас вы мы"
)
SPEAKER = _set("i my me ich mein mir mich je mon moi yo mi я мой мне")
OTHERS = _set(
    "he she his her him they their er sein seine seinen ihm il elle ils elles lui leur él ella ellos suo sua "
    "loro ele ela dele он она его её han hun hans jego jej"
)
OWN_NAMES = {
    group: _set(words)
    for group, words in {
        "single": "single postid article story post artikel nota newsarticle",
        "list": (
            "archive category home blog search tag frontpage front section landing listing taxonomy index"
        ),
        "page": "pageid parent child documentation wiki docs topic thread forum question",
        "shop": "product woocommerce shop template shopify store catalog",
    }.items()
}
_SETS = {group: _set(words) for group, words in PLACES.items()}
GROUP_OF_NAME = {word: group for group, words in NAMES.items() for word in words.split()}
GROUPS_OF_PLACE = {
    word: tuple(group for group, words in _SETS.items() if word in words)
    for words_of_group in _SETS.values()
    for word in sorted(words_of_group)
}
GROUPS = tuple(NAMES)
