"""The phrases that pages put between and below paragraphs, in the languages of news sites.

Knows the phrases. Must not know where in an article they stood or what happens to them.
"""

import re

_OTHER_STORIES = (
    r"related(?:\s+(?:articles?|stor(?:y|ies)|posts?|topics?|suggestions?|content|news|links?|reading|coverage|"
    r"video[s]?))?|"
    r"read\s+(?:more|also|next|this\s+next|also)|also\s+read|must[- ]reads?|further\s+reading|see\s+also|"
    r"more\s+(?:stories|news|articles|coverage|to\s+read|like\s+this|for\s+you|on\s+this(?:\s+story)?|"
    r"in\s+this\s+section)|more\s+from\s+\S.{0,40}|more\s+on\s+\S.{0,40}|"
    r"you\s+(?:may|might|could)\s+(?:also\s+)?(?:like|be\s+interested\s+in|have\s+missed).{0,12}|you\s+missed|"
    r"in\s+case\s+you\s+missed\s+it|"
    r"recommended(?:\s+(?:for\s+you|stories|articles|reading|videos?))?|most\s+(?:read|popular|viewed|shared)|"
    r"trending(?:\s+(?:now|stories))?|top\s+stories|latest\s+(?:news|stories|articles|headlines)|"
    r"don['’]t\s+miss|up\s+next|watch(?:\s+(?:now|next|more|also|below))|editors?['’]?s?\s+(?:picks?|choice)|"
    r"popular\s+(?:now|stories|posts)|what\s+to\s+read\s+next|"
    r"mehr\s+zum\s+thema|zum\s+thema|lesen\s+sie\s+(?:auch|mehr|hier|dazu|weiter)|lies\s+auch|"
    r"das\s+könnte\s+sie\s+auch\s+interessieren|auch\s+interessant|weitere\s+(?:artikel|themen|nachrichten|"
    r"meldungen)|mehr\s+(?:dazu|lesen)|meistgelesen|"
    r"(?:à\s+)?lire\s+(?:aussi|également)|à\s+lire|sur\s+le\s+même\s+(?:sujet|thème)|voir\s+aussi|"
    r"lire\s+la\s+suite|les\s+plus\s+lus|articles?\s+(?:liés|similaires)|"
    r"(?:lea|lee|leer)\s+(?:también|además|más)|(?:te|le)\s+puede\s+interesar|(?:también\s+)?te\s+recomendamos|"
    r"noticias\s+relacionadas|más\s+(?:noticias|información)|relacionad[oa]s?|ver\s+también|"
    r"leggi\s+(?:anche|altro|tutto)|potrebbe\s+interessarti.{0,10}|articoli\s+correlati|"
    r"leia\s+(?:também|mais)|veja\s+(?:também|mais)|saiba\s+mais|notícias\s+relacionadas|"
    r"czytaj\s+(?:też|także|również|więcej|dalej)|zobacz\s+(?:też|także|również|więcej)|przeczytaj\s+(?:też|"
    r"także|również)|"
    r"les\s+(?:også|mer|mere)|læs\s+(?:også|mere)|läs\s+(?:också|mer|även)|lue\s+(?:myös|lisää)|lees\s+(?:ook|"
    r"meer|verder)|meer\s+over|"
    r"читайте\s+(?:также|ещё)|читать\s+(?:также|далее)|по\s+теме|читайте\s+також|přečtěte\s+si(?:\s+také|"
    r"\s+více)?|čtěte\s+(?:také|více)|olvassa\s+el|citește\s+(?:și|mai\s+mult)|"
    r"ilgili\s+haberler|baca\s+juga|berita\s+terkait|xem\s+thêm|"
    r"相关(?:阅读|新闻|文章|报道|推荐|链接)|延伸阅读|推荐阅读|猜你喜欢|更多(?:新闻|文章|阅读)|相關(?:新聞|報導|文章)|延伸閱讀|関連(?:記事|リンク|ニュース)|あわせて読みたい|"
    r"おすすめ記事|관련\s?(?:기사|뉴스)|اقرأ\s+(?:أيضا|أيضًا|المزيد)"
)
_COMMENTS = (
    r"leave\s+a\s+(?:reply|comment)|post\s+a\s+comment|join\s+the\s+(?:conversation|discussion)|comments?|"
    r"\d+\s+comments?|kommentare|commentaires|comentarios|commenti|комментарии|评论|コメント"
)
_SHARING = (
    r"share(?:\s+(?:this|on|via|the).{0,40})?|share\s+this\s+(?:article|story|post)|tweet|print(?:\s+this)?|"
    r"email(?:\s+this)?|facebook|twitter|whatsapp|linkedin|telegram|copy\s+link|teilen|partager|compartir|"
    r"condividi|поделиться|分享(?:到)?.{0,10}|save|bookmark|listen(?:\s+to\s+(?:this|the)\s+(?:article|"
    r"story))?(?:\s*[\d:]+.{0,10})?|follow\s+us.{0,60}|tags?|topics|advertisement|anzeige|werbung|publicité|"
    r"publicidad|pubblicità|реклама|广告|advertising|story\s+continues\s+below(?:\s+advertisement)?|"
    r"article\s+continues\s+(?:after|below).{0,40}|continue\s+reading(?:\s+the\s+main\s+story)?|loading\W*|"
    r"play\s+video|back\s+to\s+top|\d+\s*(?:-\s*)?min(?:ute)?s?\s+read|skip\s+(?:ad|to\s+content|advertisement)|"
    r"scroll\s+to\s+continue.{0,40}"
)
_TRAILER_HEADING = re.compile(
    rf"^\W*(?:{_OTHER_STORIES}|{_COMMENTS}|about\s+the\s+authors?|post\s+navigation|related\s+posts?)\W*$",
    re.IGNORECASE,
)
_TEASER = re.compile(rf"^\W*(?:{_OTHER_STORIES})\s*[:：|»>–—-]\s*\S.{{0,180}}$", re.IGNORECASE)
_TOOL = re.compile(rf"^\W*(?:{_SHARING})\W*$", re.IGNORECASE)
_NEWSLETTER = re.compile(
    r"^\W*(?:sign\s+up\s+(?:for|to|here|now|below)|subscribe\s+(?:to|now|here|for)|get\s+(?:the|our|all\s+the|"
    r"more)\s.{0,60}\b(?:newsletter|inbox|alerts|app)\b|"
    r"(?:click|tap)\s+here\s+(?:to|for)|download\s+(?:the|our)\s.{0,40}\bapp\b|join\s+our\s.{0,60}(?:newsletter|"
    r"channel|community|whatsapp|telegram)|follow\s+(?:us|\S+(?:\s\S+)?)\s+on\s+(?:twitter|x|facebook|instagram|"
    r"telegram|google|linkedin|social)|like\s+us\s+on|"
    r"have\s+a\s+(?:story|tip|news\s+tip)|(?:want|do\s+you\s+want)\s+(?:more|the\s+latest)|"
    r"stay\s+(?:up\s+to\s+date|informed|connected)|"
    r"abonnieren\s+sie|melden\s+sie\s+sich|jetzt\s+(?:anmelden|abonnieren|testen)|abonnez-vous|inscrivez-vous|"
    r"suscríbete|iscriviti|assine|"
    r"your\s+email\s+address\s+will\s+not\s+be\s+published|required\s+fields\s+are\s+marked|"
    r"by\s+(?:signing\s+up|subscribing|clicking)|this\s+(?:site|"
    r"form)\s+is\s+protected\s+by\s+recaptcha)\b.{0,220}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:©|\(c\)\s|copyright\b|all\s+rights\s+reserved|alle\s+rechte\s+vorbehalten|tous\s+droits\s+réservés|"
    r"todos\s+los\s+derechos|"
    r"(?:tags?|topics?|filed\s+under|categories|category|keywords|schlagw[oö]rter|themen|etiquetas|temas|tagi|"
    r"теги|标签|关键词|タグ)\s*[:：].{0,200}|"
    r"first\s+published|last\s+(?:updated|modified)|updated\s+on\b|责任编辑|编辑[:：]|責任編輯|\(?责编)",
    re.IGNORECASE,
)
# The first words of these in the letters of ASCII: most lines begin with others, which is cheaper to ask.
_TRAILER_BEGINNINGS = frozenset((
    "related", "read", "also", "must", "further", "see", "more", "you", "in", "recommended", "most", "trending", "top",
    "latest", "don", "up", "watch", "editor", "editors", "editorss", "popular", "what", "mehr", "zum", "lesen", "lies",
    "das", "auch", "weitere", "meistgelesen", "lire", "sur", "voir", "les", "article", "articles", "lea", "lee", "leer",
    "te", "le", "noticias", "relacionado", "relacionados", "relacionada", "relacionadas", "ver", "leggi", "potrebbe",
    "articoli", "leia", "veja", "saiba", "czytaj", "zobacz", "przeczytaj", "lue", "lees", "meer", "olvassa", "ilgili",
    "baca", "berita", "xem", "leave", "post", "join", "comment", "comments", "kommentare", "commentaires",
    "comentarios", "commenti", "about",
))  # fmt: skip
_FIRST = re.compile(r"\W*([A-Za-z]+)?")
_SENTENCE = re.compile(r"""[.!?。！？…]["”’»)]?$""")
_DATE_WORDS = re.compile(
    r"(?:\b(?:mon|tue|wed|thu|fri|sat|sun)\w*|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|"
    r"\b(?:published|posted|updated|last|modified|on|at|am|pm|by|est|edt|et|pst|pdt|gmt|utc|bst|ist|cet|uhr|"
    r"stand|hrs?|hours?|ago|min|read|first|date|time|edited|originally|and|the|of|created|local|of)\b|"
    r"\d+(?:st|nd|rd|th)?|[年月日时分秒])",
    re.IGNORECASE,
)


def is_trailer_heading(text: str) -> bool:
    """Whether a line only announces other stories, comments or the author's portrait."""
    if len(text) > 80 or (text.isascii() and _first_word(text) not in _TRAILER_BEGINNINGS):
        return False
    return _TRAILER_HEADING.match(text) is not None


def _first_word(text: str) -> str:
    """The first word in small letters; where a number is first, a beginning of what may follow numbers."""
    first = _FIRST.match(text)
    assert first is not None  # it may be empty
    return (first[1] or "comments").lower()


def is_teaser(text: str) -> bool:
    """Whether a line points to another story, to a newsletter or to a tool."""
    if len(text) > 300:
        return False
    return bool(_TEASER.match(text) or _TOOL.match(text) or _NEWSLETTER.match(text))


def is_tool(text: str) -> bool:
    """Whether a line is a label of the page's tools: share, print, listen, three minutes to read."""
    return len(text) <= 80 and bool(_TOOL.match(text))


def is_closing(text: str) -> bool:
    """Whether a line below an article is its copyright, tags or desk line."""
    return len(text) <= 250 and bool(_CLOSING.match(text))


def is_sentence(text: str) -> bool:
    """Whether a block reads as prose rather than as a headline."""
    return len(text) >= 60 and bool(_SENTENCE.search(text))


def is_dateline(text: str) -> bool:
    """Whether a line holds a date and nothing else."""
    if len(text) > 90 or not re.search(r"\d", text):
        return False
    rest = _DATE_WORDS.sub("", text)
    return not re.search(r"\w", rest)
