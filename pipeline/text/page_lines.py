"""Lines that a page writes of itself and not of its article: clocks, ages, counters of readers and comments.

Knows their words in many languages. Must not know articles. A line is one only if nothing else stands in it.
"""

import re

from pipeline.dating import datewords, months

LONGEST = 80
"""Characters of a line that may be one."""

# Words that make a line a clock, beside those of datewords and the names of months.
_CLOCK = """
ago vor geleden sedan siden sitten temu назад тому πριν önce lalu trước iliyopita inapita perce órája hace há fa acum
pred prieš atpakaļ tagasi monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi
samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda terça quarta quinta sexta feira lunedì
martedì mercoledì giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag
tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag maanantai tiistai keskiviikko torstai
perjantai lauantai sunnuntai poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek
pátek neděle понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер субота
неділя pazartesi salı çarşamba perşembe cuma cumartesi pazar senin selasa rabu kamis jumat sabtu minggu الأحد الاثنين
الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार am pm gmt utc uhr
منذ قبل पहले
"""

# What stands beside them.
_CLOCK_TOO = """
at on last the of and to around about just now today yesterday time date est edt cst cdt mst mdt pst pdt bst cet cest
eet eest msk ist jst kst wib aest aedt sast eat hrs h m s d a p st nd rd th z second seconds sec secs minute minutes
min mins hour hours hr day days week weeks month months year years sekunde sekunden minuten stunde stunden std tag
tage tagen woche wochen monat monaten jahr jahren um am den der im heute gestern zuletzt stand seconde secondes heure
heures jour jours semaine semaines mois ans il y le à hier aujourd hui mis mise dernière segundo segundos minuto
minutos hora horas día días semana semanas mes meses año años el las los de del ayer hoy última vez dia dias mês anos
às em ontem hoje por secondo secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni alle ieri
oggi seconden uur dag dagen weken maanden jaar om op gisteren vandaag laatst sekunder timme timmar timer dygn dagar
vecka veckor månad månader måneder år kl klokken i går idag sekuntia minuuttia tunti tuntia päivä päivää viikko
viikkoa kuukautta klo tänään eilen sekund minut godzina godziny godzin dzień dni tydzień tygodnie tygodni miesiąc
miesiące miesięcy godz o dnia dziś wczoraj hodinami hodin hodinou dny dnem týdny v dnes včera másodperce perce órája
napja hete ma tegnap la azi saniye dakika saat gün hafta ay yıl bugün dün секунд секунды минут минуты минуту часов
часа час дней дня день недель недели неделю месяцев месяца месяц лет года год сегодня вчера в мин ч г хвилин хвилини
хвилину годин години годину днів дні тижнів місяців сьогодні вчора о у р δευτερόλεπτα λεπτά ώρες ώρα μέρες ημέρες στις
ثانية دقيقة دقائق ساعة ساعات يوم أيام أسبوع أسابيع شهر أشهر في الساعة اليوم أمس م ص آخر שעה שעות דקות ימים יום לפני ב
सेकंड मिनट घंटे घंटा दिन सप्ताह महीने को बजे detik menit jam hari minggu bulan yang pukul kemarin giờ phút ngày tháng
năm lúc saa siku
"""

# Words that make a line a counter.
_COUNTER = """
view views viewed read reads reading readers share shares shared like likes liked comment comments reply replies
reaction reactions follower followers subscribers vote votes tweet tweets retweets claps listens downloads plays
aufrufe aufruf kommentar kommentare kommentaren lesezeit gelesen geteilt reaktionen klicks stimmen leserkommentare vue
vues commentaire commentaires partage partages lecture lectures lecteurs réaction réactions abonnés vistas visita
visitas visualizaciones comentario comentarios compartido compartidos lectura lecturas lectores visualizações
comentários comentário compartilhamentos leitura leituras curtidas partilhas visualizzazioni commento commenti
condivisioni lettura letture bekeken reacties reactie weergaven leestijd gedeeld visningar visninger kommentarer
delningar delinger lästid læsetid lesetid lukukertaa kommenttia lukuaika jakoa jakaa wyświetleń wyświetlenia odsłon
odsłony komentarzy komentarze komentarz udostępnień czytania zobrazení komentářů komentáře čtení sdílení megtekintés
hozzászólás olvasási vizualizări comentarii afișări görüntülenme görüntüleme okunma okuma yorum paylaşım beğeni
просмотров просмотра просмотры просмотр комментариев комментария комментарии комментарий репостов лайков чтения
переглядів перегляди перегляд коментарів коментарі читання поширень προβολές σχόλια σχόλιο ανάγνωση ανάγνωσης مشاهدة
مشاهدات تعليق تعليقات مشاركة مشاركات قراءة قراءات بازدید نظر دیدگاه צפיות תגובות שיתופים קריאה व्यूज टिप्पणियां
टिप्पणी शेयर लाइक tayangan dilihat komentar dibaca dibagikan xem luận thích
"""
_COUNTER_TOO = """
people are is have has this now currently times time total so far of in the a k m b mio tsd mil min mins minute
minutes minuten mal personen haben diesen artikel lesen fois temps de personnes tiempo veces personas tempo minutos
minuti di keer van minuutti minuuttia czas czytania raz razy doba minut idő perc kez dakika süresi раз время минут
минуты мин хв час λεπτά χρόνος مرة دقيقة دقائق وقت דקות זמן बार देखा मिनट kali menit lượt bình phút đọc chia sẻ add
leave see all show view join
"""

_UNSPACED_CLOCK = re.compile(
    r"(?:最[終后後近新])?(?:更新|发布|發佈|發布|发表|發表|刊登|公開|配信|掲載|投稿|修正)(?:时间|時間|日時|日期|日|于|於)?"
    r"|星期[一二三四五六日天]|周[一二三四五六日]|[月火水木金土日]曜日?|[上下]午|午[前後后]"
    r"|[0-9]\s?(?:年|月|日|号|號|时|時間?|点|點|分[钟鐘]?|秒[钟鐘]?|小[时時]|天|周|週間?|个月)(?:之?前)?"
    r"|(?:입력|수정|등록|게시|최종|업데이트|송고)|오전|오후|[0-9]\s?[년월일시분초]|[시분초일주달]\s?전"
    r"|\b(?:il y a|à jour)\b|เผยแพร่|อัปเดต|อัพเดต|ที่แล้ว|นาที|ชั่วโมง|วันที่|เวลา|น\."
)
_UNSPACED_COUNTER = re.compile(
    r"(?:阅读|閱讀|閲覧|浏览|瀏覽|点击|點擊|点赞|點讚|讚|赞|评论|評論|留言|参与|參與|分享|转发|轉發|收藏|コメント|シェア|いいね|ビュー|再生)"
    r"(?:数|數|量)?|조회수?|댓글|공유|좋아요|추천|읽음|อ่าน|วิว|ความคิดเห็น|แชร์|ครั้ง"
)
_UNSPACED_TOO = re.compile(r"[一-鿿ぁ-ん]{1,2}|[개명회수건]|นาที")
_DATE = re.compile(
    r"\b(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b"
)
_PARTS = re.compile(r"\s*[·•|⋅∙]\s*")
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = re.compile(r"[\w\s.,:：（）;/|()+\-'\"–~&!?#%@*·•]*")

_CLOCK_SET = frozenset(_CLOCK.split())
_CLOCK_TOO_SET = frozenset(_CLOCK_TOO.split()) | _CLOCK_SET
_COUNTER_SET = frozenset(_COUNTER.split())
_COUNTER_TOO_SET = frozenset(_COUNTER_TOO.split()) | _COUNTER_SET


def is_page_line(line: str) -> bool:
    """Whether a line tells nothing but a date, a time, an age, or how often the page was read, shared, commented on."""
    if len(line) > LONGEST or not any(map(str.isdigit, line)):
        return False
    parts = [part for part in _PARTS.split(line) if part]
    return all(_is_clock(part) or _is_counter(part) for part in parts)


def _is_clock(text: str) -> bool:
    if not _SIGNS.fullmatch(text):
        return False
    rest = _UNSPACED_CLOCK.sub(" ", text)
    is_sure = rest != text or bool(_DATE.search(text))
    for match in _WORD.finditer(rest.casefold()):
        word = match[0]
        if word in _CLOCK_SET or _is_dating(word):
            is_sure = True
        elif word not in _CLOCK_TOO_SET:
            return False
    return is_sure


def _is_dating(word: str) -> bool:
    return months.number(word) is not None or datewords.label_of(word) in ("published", "modified")


def _is_counter(text: str) -> bool:
    if not _SIGNS.fullmatch(text):
        return False
    rest = _UNSPACED_COUNTER.sub(" ", text)
    is_sure = rest != text
    if is_sure:
        rest = _UNSPACED_TOO.sub(" ", rest)
    for match in _WORD.finditer(rest.casefold()):
        if match[0] in _COUNTER_SET:
            is_sure = True
        elif match[0] not in _COUNTER_TOO_SET:
            return False
    return is_sure and any(map(str.isdigit, text))
