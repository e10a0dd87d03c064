"""Whether an extraction is believed.

Knows the pages that servers send in place of articles. Must not change what was read.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline import typography
from pipeline.reading import Block, Reason

_FEW = 12  # words from which a body may be an article's
STUB = 900  # characters below which a wall's words in the body decide
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")

_BLOCKED = re.compile(
    r"(?:access (?:to this (?:page|site) )?(?:has been |is )?(?:denied|blocked|restricted)|attention required!|"
    r"just a moment\.{3}|"
    r"checking (?:if the site connection is secure|your browser)|verify(?:ing)? (?:that )?you are (?:a |"
    r"not a )?(?:human|robot)|are you a (?:robot|human)|"
    r"pardon our interruption|unusual (?:traffic|activity)|request (?:was |has been )?(?:blocked|unsuccessful)|"
    r"you have been blocked|"
    r"enable (?:javascript|js) and (?:cookies|disable)|please enable (?:javascript|js|cookies)|ddos protection|"
    r"captcha|security check|bot (?:protection|detection|manager)|"
    r"incapsula|perimeterx|datadome|cloudflare ray id|ray id:|reference #\d|error 10(?:06|09|15|20)|"
    r"403 forbidden|429 too many|"
    r"not available in your (?:region|country)|unavailable (?:due to )?(?:for )?legal reasons|451 unavailable|"
    r"zugriff (?:verweigert|gesperrt)|accès refusé|acceso denegado|accesso negato|доступ (?:запрещен|ограничен)|"
    r"访问(?:被拒绝|过于频繁)|安全验证|人机验证)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:before you continue|we (?:value|respect|care about) your privacy|your privacy (?:choices|matters)|"
    r"we (?:and our (?:\S+ )?(?:\S+ )?partners |use cookies)|(?:accept|manage|reject) (?:all )?(?:cookies|"
    r"and continue)|consent to (?:the use of )?cookies|"
    r"cookie (?:consent|settings|preferences)|privacy settings|datenschutzeinstellungen|"
    r"mit werbung (?:weiter)?lesen|wir (?:verwenden|nutzen) cookies|"
    r"nous utilisons des cookies|accepter (?:et continuer|les cookies)|vos préférences|utilizamos cookies|"
    r"aceptar (?:y continuar|cookies)|"
    r"utilizziamo (?:i )?cookie|accetta (?:e continua|i cookie)|używamy (?:plików )?cookies)",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:\b404\b|page (?:you (?:requested|are looking for|were looking for) )?(?:was |is |could |"
    r"can ?not )?(?:not (?:be )?found|no longer (?:available|exists)|does(?:n['’]t| not) exist)|"
    r"(?:content|article|story|page) (?:is )?(?:not (?:available|found)|no longer available|unavailable|"
    r"has been (?:removed|deleted))|"
    r"(?:we )?(?:can['’]t|cannot|couldn['’]t|could not) find (?:the|that|this) page|nothing (?:was )?found|"
    r"page not found|error 404|"
    r"seite (?:wurde )?nicht gefunden|nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|"
    r"pagina non trovata|página não encontrada|"
    r"nie znaleziono|страница не найдена|页面(?:不存在|未找到)|您访问的页面|"
    r"ページが見つかりません|페이지를 찾을 수 없)",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:subscribe (?:to (?:continue|read|unlock|keep reading)|now to|for full access)|(?:sign|"
    r"log) ?in (?:to (?:continue|read|view|access)|or (?:subscribe|register|create))|"
    r"already (?:a (?:subscriber|member)|have an account|subscribed)|(?:this (?:article|content|"
    r"story) is )?(?:for|exclusive to|only available to|reserved for) (?:our )?(?:subscribers|members)|"
    r"create (?:a free |an )?account|register (?:for free )?to (?:continue|read)|continue reading (?:with|your)|"
    r"to (?:continue|keep) reading|unlock this article|"
    r"jetzt (?:weiterlesen|abonnieren|freischalten)|nur für abonnenten|bereits (?:abonnent|registriert)|"
    r"réservé aux abonnés|déjà abonné|abonnez-vous|"
    r"solo para suscriptores|contenuto riservato agli abbonati|tylko dla (?:subskrybentów|prenumeratorów)|会员登录|"
    r"登录后|ログイン|有料会員)",
    re.IGNORECASE,
)
_SECTION_PATH = re.compile(
    r"^/(?:(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:index\.\w+|home)?|"
    r"(?:category|categories|tag|tags|topic|topics|author|"
    r"authors|section|sections|search|archive|archives)/.*|"
    r".*/page/\d+/?)$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"""[.!?。！？…]["”’»)]?$""")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of an extraction and its page the verdict rests on."""

    url: str
    title: str | None
    title_element: str | None
    blocks: tuple[Block, ...]
    page_text: str  # all that is seen on the page, for pages without a body
    is_article: bool  # stated as an article in structured data, or read by the site's rules
    has_date: bool  # a date stated, or seen beside the headline
    has_heading: bool
    link_share: float  # of the page's seen characters that are links
    is_truncated: bool
    is_paywalled: bool


def judge(evidence: Evidence) -> tuple[Reason, str] | None:
    """Why an extraction is not believed, with words for a person; None where it is."""
    text = "\n".join(block.text for block in evidence.blocks)
    words = count_words(text)
    titles = " · ".join(filter(None, (evidence.title, evidence.title_element)))
    told = _wall(evidence, text, titles)
    if told:
        return told
    if not evidence.title:
        return Reason.EMPTY, "no title"
    if evidence.is_truncated and (words < 60 or not _SENTENCE_END.search(text)):
        return Reason.TRUNCATED, f"the server ended the body early, after {words} words of text"
    if words < _FEW:
        if evidence.is_paywalled:
            return Reason.LOGIN, f"stated as not free to read, and {words} words of text"
        return Reason.EMPTY, f"{words} words of text"
    return _section(evidence, words)


def count_words(text: str) -> int:
    """Words; two characters count as one in scripts without spaces."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + unspaced // 2


def _wall(evidence: Evidence, text: str, titles: str) -> tuple[Reason, str] | None:
    """A page sent in place of the article: told by its title, or by a short text."""
    is_short = len(text) < STUB
    seen = text if text and not is_short else f"{text}\n{evidence.page_text[:3000]}"
    is_bare = is_short and len(evidence.page_text) < 4000
    for pattern, reason in (
        (_BLOCKED, Reason.BLOCKED),
        (_MISSING, Reason.NOT_FOUND),
        (_CONSENT, Reason.CONSENT),
        (_LOGIN, Reason.LOGIN),
    ):
        in_title = pattern.search(titles) if len(titles) < 250 else None
        if in_title and is_short and not (evidence.is_article and len(text) > 300):
            return reason, f"its title says “{typography.shortened(in_title.group(), limit=80)}”"
        in_text = pattern.search(text) if is_short else None
        if in_text is None and is_bare and not evidence.is_article:
            in_text = pattern.search(seen)
        if in_text and _speaks_for_all(text, reason, evidence):
            return (
                reason,
                f"it says “{typography.shortened(in_text.group(), limit=80)}” and little else",
            )
    return None


def _speaks_for_all(text: str, reason: Reason, evidence: Evidence) -> bool:
    """Whether a wall's words are the page's message rather than a line beside a short article."""
    words = count_words(text)
    if evidence.is_article:
        limit = 40 if reason is Reason.LOGIN else 25
        return words < limit
    return words < (60 if evidence.has_date else 150)


def _section(evidence: Evidence, words: int) -> tuple[Reason, str] | None:
    """A front page or a list of links that passes for an article."""
    path = urlsplit(evidence.url).path or "/"
    blocks = [block for block in evidence.blocks if block.kind != "table"]
    prose = sum(len(b.text) for b in blocks if len(b.text) >= 80 and _SENTENCE_END.search(b.text))
    share = prose / max(sum(len(b.text) for b in blocks), 1)
    if evidence.is_article and words >= 40:
        return None
    if path == "/" and not evidence.is_article:
        return Reason.NOT_ARTICLE, "the site's front page"
    is_listed = bool(_SECTION_PATH.match(path))
    if is_listed and not evidence.has_date:
        return Reason.NOT_ARTICLE, f"{path} is a list's address, and no date is stated"
    if not evidence.has_date and share < 0.35 and evidence.link_share > 0.45:
        return (
            Reason.NOT_ARTICLE,
            f"no date, {share:.0%} of the text in sentences, {evidence.link_share:.0%} of the page links",
        )
    return None
