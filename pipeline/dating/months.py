"""The names of the months in the languages of news sites, in the cases and short forms that dates are written in.

Knows words. Must not know how a date is put together.
"""

import re
import unicodedata
from functools import lru_cache

SOLAR = 100
"""Added to the number of a month of the Iranian calendar."""

# Twelve months a language, in order; the forms of one month are joined by "|", and an x stands for a month that has no
# one word. Case and accents are not kept apart, and a final point is not written.
_NAMES = """
jan|january feb|february mar|march apr|april may jun|june jul|july aug|august sep|sept|september oct|october
nov|november dec|december
januar|jänner|jän|jaenner februar|feber märz|mär|mrz|maerz april mai juni juli august september oktober|okt
november dezember|dez
januari februari|febr maart|mrt april mei juni juli augustus september oktober|okt november december
januar februar marts april maj juni juli august september oktober|okt november december
januari februari mars april maj juni juli augusti september oktober|okt november december
janúar febrúar mars apríl maí júní|jún júlí|júl ágúst|ágú september október nóvember|nóv desember|des
januarie februarie maart april mei junie julie augustus september oktober november desember|des
januar februar mäerz|mäe abrëll|abr mee juni juli august september oktober november dezember
janvier|janv|jan février|févr|fév|fev mars avril|avr mai juin juillet|juil août|aoû septembre octobre novembre
décembre|déc
enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago septiembre|setiembre|sep|set
octubre|oct noviembre|nov diciembre|dic
janeiro|jan fevereiro|fev março|mar abril|abr maio|mai junho|jun julho|jul agosto|ago setembro|set outubro|out
novembro|nov dezembro|dez
gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug agosto|ago settembre|sett|set
ottobre|ott novembre|nov dicembre|dic
ianuarie|ian februarie|feb martie aprilie mai iunie|iun iulie|iul august septembrie|sept octombrie|oct
noiembrie|noi|noie decembrie|dec
gener|gen febrer|febr març|març abril|abr maig|mai juny|jun juliol|jul agost|ag setembre|set octubre|oct
novembre|nov desembre|des
xaneiro|xan febreiro marzo abril maio|mai xuño|xuñ xullo|xul agosto setembro outubro novembro decembro|dec
января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл
августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек
січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт|кві травня|травень|трав|тра
червня|червень|черв|чер липня|липень|лип серпня|серпень|серп|сер вересня|вересень|вер жовтня|жовтень|жовт|жов
листопада|листопад|лист|лис грудня|грудень|груд|гру
студзеня|студзень лютага|люты сакавіка|сакавік красавіка|красавік мая|травеня|май чэрвеня|чэрвень ліпеня|ліпень
жніўня|жнівень верасня|верасень кастрычніка|кастрычнік лістапада|лістапад снежня|снежань
stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj czerwca|czerwiec|cze
lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz października|październik|paź listopada|listopad|lis
grudnia|grudzień|gru
ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě června|červen|čvn
července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj listopadu|listopad prosince|prosinec|pro
januára|január februára|február marca|marec apríla|apríl mája|máj júna|jún júla|júl augusta|august
septembra|september októbra|október novembra|november decembra|december
januarja|januar februarja|februar marca|marec aprila|april maja|maj junija|junij julija|julij avgusta|avgust|avg
septembra|september oktobra|oktober novembra|november decembra|december
siječnja|siječanj|sij veljače|veljača|velj ožujka|ožujak|ožu travnja|travanj svibnja|svibanj|svi lipnja|lipanj
srpnja|srpanj kolovoza|kolovoz|kol rujna|rujan|ruj x studenoga|studenog|studeni|stu prosinca|prosinac
januara|januar februara|februar marta|mart aprila|april maja|maj juna|jun jula|jul avgusta|augusta|avgust
septembra|septembar oktobra|oktobar novembra|novembar decembra|decembar
јануара|јануар|јан фебруара|фебруар|феб марта|март|мар априла|април|апр маја|мај јуна|јун јула|јул
августа|август|авг септембра|септембар|сеп октобра|октобар|окт новембра|новембар|нов децембра|децембар|дец
јануари февруари|фев март април мај јуни јули август септември|септ октомври ноември|ноем декември|дек
януари|яну февруари|февр март април май юни юли август септември|септ октомври ноември|ноем декември
ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ|μάρ απριλίου|απρίλιος|απρ
μαΐου|μάιος|μαϊ|μάι|μαι ιουνίου|ιούνιος|ιουν|ιούν ιουλίου|ιούλιος|ιουλ|ιούλ αυγούστου|αύγουστος|αυγ|αύγ
σεπτεμβρίου|σεπτέμβριος|σεπ|σεπτ οκτωβρίου|οκτώβριος|οκτ νοεμβρίου|νοέμβριος|νοε|νοέ δεκεμβρίου|δεκέμβριος|δεκ
sausio|sausis|saus vasario|vasaris|vas kovo|kovas balandžio|balandis|bal gegužės|gegužė|geg
birželio|birželis|birž liepos|liepa rugpjūčio|rugpjūtis|rugp rugsėjo|rugsėjis|rugs spalio|spalis|spal
lapkričio|lapkritis|lapkr gruodžio|gruodis|gruod
janvāris|janvārī|janv februāris|februārī|febr marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā|jūn
jūlijs|jūlijā|jūl augusts|augustā septembris|septembrī oktobris|oktobrī|okt novembris|novembrī
decembris|decembrī
jaanuar|jaan veebruar|veebr märts aprill mai juuni juuli august september oktoober|okt november detsember|dets
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti
toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo
syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu
január|jan február|febr március|márc április|ápr május|máj június|jún július|júl augusztus|aug szeptember|szept
október|okt november|nov december|dec
janar|jan shkurt|shk mars prill|pri maj qershor|qer korrik|kor gusht|gsh shtator|sht tetor|tet nëntor|nën
dhjetor|dhj
urtarrilaren|urtarrila|urtarrilak otsailaren|otsaila|otsailak martxoaren|martxoa|martxoak
apirilaren|apirila|apirilak maiatzaren|maiatza|maiatzak ekainaren|ekaina|ekainak uztailaren|uztaila|uztailak
abuztuaren|abuztua|abuztuak irailaren|iraila|irailak urriaren|urria|urriak azaroaren|azaroa|azaroak
abenduaren|abendua|abenduak
ionawr|ion chwefror|chwef mawrth|maw ebrill|ebr mai mehefin|meh gorffennaf|gorff awst medi hydref|hyd
tachwedd|tach rhagfyr|rhag
eanáir feabhra márta aibreán bealtaine meitheamh iúil lúnasa meán deireadh samhain nollaig
jannar frar marzu april mejju ġunju lulju awwissu settembru ottubru novembru diċembru
ocak|oca şubat|şub mart nisan|nis mayıs|may haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas
aralık|ara
yanvar|yan fevral|fev mart aprel may iyun iyul avqust|avq sentyabr|sen oktyabr noyabr|noy dekabr|dek
yanvar fevral mart aprel may iyun iyul avgust sentabr|sentyabr oktabr|oktyabr noyabr dekabr
қаңтар|қаң ақпан|ақп наурыз|нау сәуір|сәу мамыр|мам маусым|мау шілде|шіл тамыз|там қыркүйек|қыр қазан|қаз
қараша|қар желтоқсан|жел
იანვარი|იანვარს|იან თებერვალი|თებერვალს|თებ მარტი|მარტს|მარ აპრილი|აპრილს|აპრ მაისი|მაისს|მაი ივნისი|ივნისს|ივნ
ივლისი|ივლისს|ივლ აგვისტო|აგვისტოს|აგვ სექტემბერი|სექტემბერს|სექ ოქტომბერი|ოქტომბერს|ოქტ ნოემბერი|ნოემბერს|ნოე
დეკემბერი|დეკემბერს|დეკ
հունվարի|հունվար|հնվ փետրվարի|փետրվար|փտվ մարտի|մարտ ապրիլի|ապրիլ|ապր մայիսի|մայիս հունիսի|հունիս|հնս
հուլիսի|հուլիս|հլս օգոստոսի|օգոստոս|օգս սեպտեմբերի|սեպտեմբեր|սեպ հոկտեմբերի|հոկտեմբեր|հոկ նոյեմբերի|նոյեմբեր|նոյ
դեկտեմբերի|դեկտեմբեր|դեկ
يناير فبراير مارس أبريل|ابريل|إبريل مايو يونيو|يونيه يوليو|يوليه أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر
جانفي فيفري مارس أفريل|افريل ماي جوان جويلية أوت|اوت سبتمبر أكتوبر نوفمبر ديسمبر
x شباط آذار|اذار نيسان أيار|ايار حزيران تموز آب|اب أيلول|ايلول x x x
ינואר|ינו פברואר|פבר מרץ|מרס אפריל|אפר מאי יוני יולי אוגוסט|אוג ספטמבר|ספט אוקטובר|אוק נובמבר|נוב דצמבר|דצמ
ژانویه|ژانویهٔ فوریه|فوریهٔ مارس آوریل مه|مهٔ|می ژوئن ژوئیه|جولای|ژوئیهٔ اوت|آگوست سپتامبر اکتبر نوامبر دسامبر
جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
जनवरी|जन फरवरी|फ़रवरी|फर मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर
दिसंबर|दिसम्बर
जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर
জানুয়ারি|জানুয়ারী|জানুয়ারি ফেব্রুয়ারি|ফেব্রুয়ারী|ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট|অগস্ট
সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
ஜனவரி|ஜன பிப்ரவரி|பிப் மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட்|ஆகஸ்டு செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்
జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జూలై|జులై ఆగస్టు|ఆగస్ట్ సెప్టెంబర్|సెప్టెంబరు అక్టోబర్|అక్టోబరు
నవంబర్|నవంబరు డిసెంబర్|డిసెంబరు
ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್
ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മേയ്|മെയ് ജൂൺ ജൂലൈ|ജൂലായ് ഓഗസ്റ്റ്|ആഗസ്റ്റ് സെപ്റ്റംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ
જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઑગસ્ટ|ઓગસ્ટ સપ્ટેમ્બર ઑક્ટોબર|ઓક્ટોબર નવેમ્બર ડિસેમ્બર
ਜਨਵਰੀ ਫਰਵਰੀ|ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ
มกราคม|ม.ค กุมภาพันธ์|ก.พ มีนาคม|มี.ค เมษายน|เม.ย พฤษภาคม|พ.ค มิถุนายน|มิ.ย กรกฎาคม|ก.ค สิงหาคม|ส.ค กันยายน|ก.ย
ตุลาคม|ต.ค พฤศจิกายน|พ.ย ธันวาคม|ธ.ค
ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ
មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ
januari februari|peb maret april mei juni juli agustus|agt|agu september oktober|okt november|nop desember|des
januari februari mac april mei jun julai ogos|ogo september oktober november disember|dis
enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
januari februari machi aprili mei juni julai agosti|ago septemba oktoba|okt novemba desemba|des
"""
_SOLAR_NAMES = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_TWO_WORDS = {"كانون الثاني": 1, "كانون الأول": 12, "تشرين الأول": 10, "تشرين الثاني": 11}
"""Months of the Levant whose names are two words: a second month has the first word of another."""

_CROATIAN = {"listopada": 10, "listopad": 10}  # in every other Slavic language, November
_ACCENTS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=5000)
def fold(word: str) -> str:
    """A word without case, accents and points."""
    if word.isascii():
        return word.lower().replace(".", "")
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold())).replace(".", "")


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for index, forms in enumerate(_NAMES.split()):
        for form in forms.split("|"):
            table.setdefault(fold(form), index % 12 + 1)
            if "\u05d0" <= form[0] <= "\u05ea":
                table.setdefault("ב" + form, index % 12 + 1)  # Hebrew's "in" is a prefix
    for number, name in enumerate(_SOLAR_NAMES.split(), start=1):
        table.setdefault(fold(name), SOLAR + number)
    table.pop("x")
    return table


_NUMBERS = _table()
_PAIRS = {tuple(map(fold, words.split())): number for words, number in _TWO_WORDS.items()}
_FIRST_WORDS = frozenset(first for first, _ in _PAIRS)


def number(word: str, *, language: str | None = None) -> int | None:
    """The number of the month of this name, above SOLAR for one of the Iranian calendar; None for other words."""
    folded = fold(word)
    if language in ("hr", "bs") and folded in _CROATIAN:
        return _CROATIAN[folded]
    return _NUMBERS.get(folded)


def of_two(first: str, second: str) -> int | None:
    """The number of the month whose name is these two words."""
    if first.isascii() or (folded := fold(first)) not in _FIRST_WORDS:
        return None
    return _PAIRS.get((folded, fold(second)))
