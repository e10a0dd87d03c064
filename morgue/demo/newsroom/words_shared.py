"""The words that every English story of the newsroom draws on: people, places, numbers, frames.

All names are invented. Glue between slots is short on purpose: two stories should share few runs
of five words, or every story would look like a reprint of every other.
"""

# ruff: noqa: E501 - lists of words

from morgue.demo.newsroom.dice import between, pick
from morgue.demo.newsroom.grammar import Roll, Rule, alternatives

FIRST_NAMES = alternatives("""
Mara/Tobias/Ines/Callum/Odile/Farid/Greta/Hollis/Imogen/Jonas/Keziah/Lorcan/Maeve/Nadia/Osric/Petra
/Quentin/Rosalind/Stellan/Thandi/Ulrike/Viggo/Wilma/Xanthe/Yusuf/Zelda/Anselm/Brigid/Cosmo/Dagny/Emrys
/Fenella/Gideon/Hedda/Ivo/Jocasta/Kofi/Leontine/Magnus/Nerys/Otto/Priya/Rafe/Sunniva/Tamsin/Umar/Verity
/Wendel/Yara/Zacharias/Agnete/Benedek/Clodagh/Dario/Elspeth/Florian/Gwendal/Hanneke/Isolde/Joachim/Katarzyna
/Ludovic/Minna/Nikolai/Ottilie/Pascoe/Renske/Sorcha/Teodor/Ursula/Valentin/Winifred
""")
LAST_NAMES = alternatives("""
Abernethy/Blackstrand/Castellane/Drummock/Eastermann/Farquoy/Gantry/Holloway-Pike/Ingermann/Jessop/Kettlewell
/Lindqvarn/Marchbank/Nettleship/Oduya/Pellinore/Quayle/Rademaker/Sallowfield/Thrale/Underhay/Vantongeren
/Wexcombe/Yarrowby/Zelenko/Ashgrove/Bellweather/Coppersmith/Dunmallet/Elverskov/Fairlamb/Grimshaw-Oduro
/Haverkamp/Islington-Roe/Janssonius/Kilbracken/Longstaff/Merriweather/Norrington/Okonjo/Penhallow/Quibell
/Ravensworth/Stronghill/Tregarthen/Uppingham/Vosper/Winterbourne/Yelland/Zimmerling/Amberley/Brackwater
/Crowhurst/Dellacorte/Ember/Fothergill/Gathercole/Hesketh/Ironside/Jolliffe/Kestrel/Lamberhurst/Mossop
/Nightingale/Ormerod/Peverell/Quarmby/Ruddock/Satterthwaite/Tolliver/Umfreville/Vance/Wainwright-Obi
/Yardley/Appleyard/Birkinshaw/Cardew/Danjuma/Entwistle/Fazakerley/Goodfellow/Hazelrigg/Igbinedion
/Kirkbride/Lovelace/Maltravers/Nwosu/Osterhagen/Pomfret/Rothwell/Sandoval/Threlkeld/Venn/Wolstenholme
""")
TOWNS = alternatives("""
Saltmere/Brackenhithe/Cormorant Bay/Dunnock Point/Ebbing/Fallowmouth/Great Tarn/Hartsquay/Ivelcombe
/Kelpstead/Larkhaven/Mudeford Reach/Nettlewick/Oystergate/Pilchard Row/Quernstone/Ravelling/Sandlow
/Thornmarsh/Upper Wending/Vellhaven/Whitlock Sands/Yarmside/Amblehythe/Birdlip Cross/Crannock/Dovermoor
/Eastlathe/Foxholme/Gullane Ferry/Hobbermouth/Inchbrook/Kittering/Lower Spindle/Merrowdown/Northcote Weir
/Old Passage/Pennywater/Redfern Hill/Stannock/Tollerby/Underwater Fen/Wickerley/Yewbridge/Aldersyke
/Blindwell/Candlewick/Dapplemere/Etherow/Flintham Lock/Gorsedale/Hallowtree/Ketterick/Longshallow/Millbeck
""")

_SMALL = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "11", "12", "14")


def _number(roll: Roll) -> str:
    return str(between(roll, 15, 980))


def _big(roll: Roll) -> str:
    return f"{between(roll, 1050, 98_900):,}"


def _per_cent(roll: Roll) -> str:
    return f"{between(roll, 3, 68)}.{between(roll, 1, 9)}"


def _money(roll: Roll) -> str:
    if roll() < 0.5:
        return f"{between(roll, 2, 940)},000 crowns"
    return f"{between(roll, 1, 87)}.{between(roll, 1, 9)} million crowns"


def _hour(roll: Roll) -> str:
    return f"{between(roll, 1, 11)}.{between(roll, 10, 59)}{pick(roll, ('am', 'pm'))}"


def _year(roll: Roll) -> str:
    return str(between(roll, 1871, 2024))


SHARED: dict[str, Rule] = {
    "small": lambda roll: pick(roll, _SMALL),
    "n": _number,
    "big": _big,
    "pct": _per_cent,
    "money": _money,
    "clock": _hour,
    "year": _year,
    "first": lambda roll: pick(roll, FIRST_NAMES),
    "last": lambda roll: pick(roll, LAST_NAMES),
    "anytown": lambda roll: pick(roll, TOWNS),
    "day": "Monday/Tuesday/Wednesday/Thursday/Friday/Saturday/Sunday",
    "month": """January/February/March/April/May/June/July/August/September/October/November/December
        /midsummer/the first frost/Easter/the end of the year/next spring/the autumn""",
    "person": "{first} {last}",
    "when": """on {day}/late on {day}/early on {day}/before dawn on {day}/overnight/this week/shortly after {clock}
        /towards {clock} on {day}/at short notice/on {day} afternoon/in a closed session/by a single vote
        /without a debate/in the second week of {month}/during a visit to {anytown}""",
    "span": """{small} days/{small} weeks/{small} months/{small} years/nearly a decade/two winters/half a year
        /one long season/most of {year}/a fortnight/{n} days/the better part of {small} years/a generation""",
    "dispute": """argument/talks/legal advice/delay/silence/repairs/careful accounting/rumours/petitions
        /correspondence/budget cuts/broken promises/public hearings/good intentions/improvisation""",
    "came": """came to light/drew complaints/alarmed inspectors/cost {money}/went unnoticed for {span}
        /held up work for {span}/made headlines in {anytown}/turned up in a routine check/surprised even {org2}
        /led to {n} letters/kept lawyers busy/spread to {anytown}""",
    "cause": """after {trouble} {came}/following {span} of {dispute}/because {trouble} {came}
        /despite objections from {org2}/{span} after the first warning/to make room for {thing}
        /in return for {money}/once {org2} had given way/as {trouble} {came}/over fears of {trouble}
        /amid {dispute} about {thing}/to head off {trouble}""",
    "effect": """leaving {n} {unit} {idle}/a move that affects {big} {unit}/ending {span} of {dispute}
        /to the surprise of {org2}/at a cost of {money}/with {pct} per cent of {unit} already {idle}
        /and promised {money} for {thing}/though {thing} will not be touched/for the first time since {year}
        /against the advice of {org2}/pleasing nobody in {anytown}/and asked {org2} to help""",
    "idle": """unaccounted for/in storage/without an owner/on a waiting list/out of use/sold in advance
        /under review/promised elsewhere/stuck in {anytown}/up for auction/still to be counted""",
    "outcome": """reopened {when}/stayed shut for {span}/cost {money} more than planned/drew {big} visitors
        /passed inspection {when}/changed hands for {money}/took {span} to finish/failed {small} tests
        /went to {org2}/gave way {when}/outlived {small} chairmen/moved to {anytown}/doubled in price
        /won a prize in {year}/disappointed {people}""",
    "people": """commuters/shopkeepers/parents/pensioners/night-shift workers/anglers/tenants/visitors from {anytown}
        /apprentices/taxi drivers/neighbours/volunteers/allotment holders/students/the older residents
        /cyclists/market traders/lodgers/choir members/dog walkers""",
    "will": """will open by {month}/will close for {span}/will need {money}/could be ready before {month}
        /may have to wait {span}/will be paid for by {org2}/would cost {money}/should survive until {year_next}
        /will be put to a vote/might be moved to {anytown}/will be inspected every {small} weeks""",
    "year_next": lambda roll: str(between(roll, 2027, 2049)),
    "said": "said/added/argued/insisted/explained/admitted/wrote/conceded",
    "told": "said/told the {paper}/said in an interview with the {paper}/said by telephone/said outside {place}",
    "records": "figures/minutes/accounts/internal notes/documents/logbooks/invoices/a draft report/court papers",
    "seen": "seen by the {paper}/released {when}/published in {anytown}/kept since {year}/leaked {when}/tabled {when}",
    "lead": """{org1} {act} {thing1} {when} {cause}, {effect}.
        /{org1} in {town} {act} {thing1} {when}, {effect}.
        /{people} in {town} woke on {day} to find that {org1} {act} {thing1}, {effect}.
        /{small} votes decided it: {org1} {act} {thing1} {when}, {effect}.
        /For {span}, {thing1} divided {town}; {when}, {org1} {act} it {cause}.
        /{org1} wants to {plan} in {town} and {act} {thing1} {when}, {effect}.""",
    "context": """{thing} {outcome}, {records} {seen} show.
        /According to {records} {seen}, {thing} {outcome}.
        /{org2} {act} {thing} in {year}, {effect}.
        /{town} counted {n} {unit} last {day_season}, against {n} in {year}.
        /{big} {unit} passed through {anytown} in {span}, {pct} per cent of them {idle}.
        /{people} say {thing} {outcome} {cause}.
        /{thing} {will}, provided that {org2} agrees to {plan}.
        /Nothing of the kind {happened} since {year}, when {org2} {act} {thing} {cause}.
        /In {anytown}, {small} hours away, {thing} {outcome} {cause}.
        /The bill came to {money}, of which {org2} paid {pct} per cent.
        /A first attempt to {plan} failed in {year} {cause}.
        /{records} {seen} put the loss at {money} and blame {trouble}.
        /On {street} the mood is calmer: {people} there lost {n} {unit} and gained {thing}.
        /{fact}/{fact}/{fact}/{fact}/{fact}""",
    "happened": "has happened/was tried/had been seen/was allowed/came about",
    "day_season": "spring/summer/autumn/winter/month/season/{day}",
    "street": """Anchor Lane/Tanner's Hill/Corn Street/the Esplanade/Candle Yard/Weavers' Row/Station Approach
        /Bishop's Walk/Lower Quay Street/Mercer's Passage/the Ropewalk/Pudding Lane/Gasworks Road/Orchard Close""",
    "place": """the town hall/a café on {street}/the old customs house/the gates of {thing}/the library
        /the magistrates' court/a crowded church hall/the ferry terminal/her office on {street}/the back of a van""",
    "claim": """we waited {span} for {thing}/nobody asked {people}/{money} would be a bargain/I counted {n} {unit} myself
        /without {thing} there is no {town}/we would rather {plan} than wait/{trouble} {came}, and still nothing moved
        /it took {span} and {small} committees/somebody has to {plan}/{org2} promised us {thing} in {year}
        /the numbers are plain: {n} {unit} in {span}/you cannot {plan} on goodwill/my family used {thing} for {span}
        /{people} will remember this in {month}/there were {n} of us and {small} chairs/give us {span} and {money}
        /every winter {trouble} {came}/I would not bet {money} on it/{anytown} managed it with {n} {unit}
        /ask {people} on {street}/we are not against {thing}, we are against haste/this is {year} all over again
        /{view}/{view}/{view}/{view}/{view}/{view}""",
    "quote1": """“{claim},” {p1}, {p1role}, {told}. “{claim}.”
        /{p1}, {p1role}, {told}: “{claim}. {claim}.”
        /“{claim},” {p1} {told}.
        /{p1role} {p1} {told} that {thing} {will}. “{claim}.”""",
    "quote2": """“{claim},” {said} {p2}, {p2role} in {anytown}.
        /{p2}, {p2role}, sees it differently. “{claim},” {p2last} {said}. “{claim}.”
        /{p2last}, who once {act} {thing}, {said}: “{claim}.”
        /“{claim}. {claim},” {said} {p2}.
        /{p2} of {org2} {said} that {trouble} {came}. “{claim}.”""",
    "quote1again": """{p1last} {said} that {thing} {will}.
        /“{claim},” {p1last} {said}.
        /Asked about {trouble}, {p1last} {said}: “{claim}.”
        /{p1last} denied that {org1} {act} {thing} {cause}.""",
    "street_voice": """At {place}, {person} was waiting with {n} {unit}. “{claim}.”
        /“{claim},” {said} {person}, {between} {street} and {street}.
        /{person}, {age}, has lived on {street} since {year}: “{claim}.”
        /{person} collected {big} signatures {cause}. “{claim},” {person_said}.""",
    "between": "who runs a stall between/who walks daily between/a postman between/a tenant between",
    "person_said": "read the first page/the petition says/it begins",
    "age": lambda roll: str(between(roll, 19, 97)),
    "next": """A decision on {thing} is due in {month}.
        /{org2} meets again on {day} to discuss {trouble}.
        /Work to {plan} begins in {month} and {will_short}.
        /{thing} {will}.
        /Until then, {people} in {town} make do with {thing}.
        /{org1} expects {n} {unit} by {month}, {effect}.
        /The next hearing is set for {clock} on {day} at {place}.""",
    "will_short": "should take {span}/is priced at {money}/needs {n} {unit}/depends on {org2}",
    "standfirst": """{people} in {town} wait {span} as {org1} weighs {thing}
        /{p1role} warns of {trouble}; {org2} points to {money}
        /{money}, {n} {unit} and a promise to {plan}: what changes for {people}
        /{org2} objects, {people} hesitate, and {thing} {will}
        /{trouble} {came}, {records} {seen} show""",
    "head_any": """{thing1} at centre of {town} row over {trouble}
        /{town}: plan to {plan} divides {people}
        /{n} {unit} and one question: who pays for {thing1}?
        /{org1} {act} {thing1}, angering {people}
        /{town} counts the cost of {trouble}
        /How {thing1} kept {town} waiting {span}""",
    "caption": """{thing1} near {town}, photographed {when}./{people} outside {place} in {town}.
        /{p1}, {p1role}, at {place}./{thing} as it looked in {year}./{n} {unit} on {street} in {anytown}.
        /{caption_own}/{caption_own}/{caption_own}""",
    "comment": """{claim}/{claim}. {claim}/{thing} {outcome}. Typical/Well done {org1}/Has anybody asked {people}?
        /{money}? For {thing}?/I remember when {thing} {outcome}/{person} for mayor, I say/As if {trouble} mattered""",
}
