"""What elements call themselves: the words of class names and ids, sorted into groups.

Knows the vocabulary of content management systems at large. Must not know trees, nor any site.
"""

import re
from functools import lru_cache

# A word with a star stands for every word that begins with it; two words stand for that word before that word.
_VOCABULARY: dict[str, str] = {
    "body": (
        "articlebody entrycontent postcontent storybody richtext wysiwyg prose paragraph* article+body "
        "article+text article+content article+copy post+content post+text post+body entry+content "
        "entry+text entry+body story+body story+content story+text body+content body+text body+copy "
        "main+content page+content content+body content+text rich+text text+body field+body "
        "single+content news+content news+text news+body artikel* text+content"
    ),
    "comment": (
        "comment* disqus respond reply replies kommentar* comentario* commentaire* discussion* utterance*"
    ),
    "related": (
        "related* recommend* similar* outbrain taboola trending popular* latest onward* recirc* verwandt* "
        "suggest* mostread readmore readnext alsoread further* read+more read+also read+next more+from "
        "more+on more+stories more+news more+articles also+read lire+aussi mehr+zum you+may most+read "
        "most+popular most+viewed most+shared next+article next+post prev+post other+articles other+news"
    ),
    "aside": (
        "sidebar* aside* rail secondary complementary right+col right+column right+bar right+rail "
        "left+col left+column left+rail side+bar side+col side+column"
    ),
    "navigation": (
        "nav navi navbar navigation* menu* breadcrumb* pagination pager toolbar* skip* sitemap tablist "
        "dropdown* prev next previous offcanvas burger hamburger megamenu"
    ),
    "footer": "footer* foot bottom copyright* legal disclaimer* imprint impressum colophon",
    "header": "header* masthead topbar banner* hero* headerbar",
    "share": (
        "share* sharing* shareaholic social* follow* addthis addtoany whatsapp facebook twitter sns tools "
        "print* telegram linkedin pinterest bookmark* copylink"
    ),
    "advertisement": (
        "ad ads adv advert* adslot adunit adsbygoogle dfp gpt mpu sponsor* promot* promo* affiliate* "
        "anzeige* werbung commercial* paid partner* deal deals shop* product* buy store marketing teads "
        "leaderboard billboard"
    ),
    "subscribe": (
        "newsletter* subscri* signup paywall* regwall* premium abo abonn* register* registration login* "
        "donat* support* membership* cta consent* cookie* gdpr privacy modal* popup* overlay* alert* "
        "notice* notification* optin sign+up call+to piano tinypass mailchimp mc4wp"
    ),
    "author": (
        "author* byline* writer* bio biography profile* contributor* autor* redakt* reporter* journalist* "
        "about+author about+the"
    ),
    "caption": (
        "caption* figcaption figure* image* img photo* gallery* slide* carousel* media video* player* "
        "audio* credit* legend* thumb* picture* lightbox bild* foto* podcast*"
    ),
    "meta": (
        "meta* info infos details data date* time timestamp publish* posted updated stamp dateline "
        "reading readtime"
    ),
    "tags": "tag tags tagged topic* keyword* categor* label* kicker* eyebrow* rubri* channel",
    "widget": "widget* module* plugin* component* embed* iframe inline* insert* shortcode* block+id",
    "card": (
        "card* teaser* tile* listing* list grid* feed stream river collection* archive* loop items "
        "storylist"
    ),
    "title": "title* headline* heading* hed headline",
    "standfirst": (
        "standfirst dek deck subtitle* subhead* subline summary excerpt abstract lead lede intro* "
        "description desc strap* chapo chapeau sapo vorspann ingress manchet* entradilla bajada "
        "sottotitolo zajawka stand+first sub+title sub+head sub+headline sub+heading teaser+text"
    ),
    "quote": "quote* pullquote* blockquote tweet* instagram cite citation zitat twitter+tweet",
    "box": (
        "fact* infobox* factbox keypoints takeaways toc tableofcontents contents faq* timeline* "
        "highlight* background explainer* accordion* tooltip* footnote* reference* source* correction* "
        "note notes box key+points info+box fact+box table+of key+takeaways"
    ),
    "hidden": "hidden hide invisible collapse* lazy* skeleton placeholder* template* noprint sronly",
}  # fmt: skip
GROUPS = tuple(_VOCABULARY)
"""The groups, in the order of their bits."""

_TAGS = {
    "nav": "navigation", "footer": "footer", "aside": "aside", "header": "header", "figure": "caption",
    "figcaption": "caption", "form": "subscribe", "blockquote": "quote", "address": "author", "menu": "navigation",
    "time": "meta",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-z])|[^\x00-\x7f]+")
_DIGITS = re.compile(r"\d+")
_MOST_NAMES = 300  # characters of class and id that are looked at
_SHORTEST_STEM = 3


def bit(group: str) -> int:
    """The bit of a group.

    Raises:
        ValueError: there is no such group.
    """
    return 1 << GROUPS.index(group)


@lru_cache(maxsize=50_000)
def groups(tag: str, names: str, identity: str) -> int:
    """The groups, as bits, among which an element names itself.

    Args:
        tag: its tag.
        names: its class attribute.
        identity: its id, or what else names it.
    """
    found = _OF_TAG.get(tag, 0)
    told = f"{names} {identity}"[:_MOST_NAMES]
    before = ""
    for match in _WORD.findall(told):
        word = match.lower()
        found |= _of_word(word)
        if before:
            found |= _PAIRS.get((before, word), 0)
        before = word
    return found


@lru_cache(maxsize=20_000)
def shape(names: str) -> str:
    """Class names without what merely counts: `col-3 post-1234` and `col-4 post-9` have one shape."""
    return _DIGITS.sub("", names)


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> int:
    if exact := _WORDS.get(word):
        return exact
    for length in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
        if found := _STEMS.get(word[:length]):
            return found
    return 0


def _entries() -> tuple[dict[str, int], dict[str, int], dict[tuple[str, str], int]]:
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = {}
    for group, entries in _VOCABULARY.items():
        for entry in entries.split():
            if "+" in entry:
                first, _, second = entry.partition("+")
                pairs[first, second] = pairs.get((first, second), 0) | bit(group)
            elif entry.endswith("*"):
                stems[entry[:-1]] = stems.get(entry[:-1], 0) | bit(group)
            else:
                words[entry] = words.get(entry, 0) | bit(group)
    return words, stems, pairs


_WORDS, _STEMS, _PAIRS = _entries()
_LONGEST_STEM = max(map(len, _STEMS))
_OF_TAG = {tag: bit(group) for tag, group in _TAGS.items()}
