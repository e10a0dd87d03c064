"""The words of the newsroom's German and Chinese stories: fewer than the English ones, with their own frames."""

# ruff: noqa: E501 - lists of words

from morgue.demo.newsroom.dice import between
from morgue.demo.newsroom.grammar import Roll, Rule


def _german_number(roll: Roll) -> str:
    return f"{between(roll, 2, 98)}.{between(roll, 100, 999)}"


def _digits(roll: Roll) -> str:
    return str(between(roll, 12, 960))


GERMAN: dict[str, Rule] = {
    "n": _digits,
    "big": _german_number,
    "small": "zwei/drei/vier/fünf/sechs/sieben/acht/neun/zehn/elf/zwölf",
    "year": lambda roll: str(between(roll, 1871, 2024)),
    "first": "Anneliese/Bertram/Cordula/Detlef/Edeltraud/Friedemann/Gesine/Hartwig/Irmela/Jorinde/Korbinian/Lieselotte",
    "last": """Ackerknecht/Bruckhäuser/Dornseif/Eschweiler/Fährmann/Grünspan/Hollerbusch/Jägersberg/Kieselstein
        /Lüttringhaus/Mühlenbrock/Nußdorfer/Quellenreuth/Rübesamen/Süßkind/Weißgerber""",
    "person": "{first} {last}",
    "anytown": "Möwenbruch/Salzhörn/Grünewöhr/Altfähre/Königsried/Schäfersau/Großentann/Überlohe/Krähwinkel am See/Lüdersiel",
    "day": "Montag/Dienstag/Mittwoch/Donnerstag/Freitag/Samstag/Sonntag",
    "month": "Januar/Februar/März/April/Mai/Juni/Juli/August/September/Oktober/November/Dezember",
    "when": "am {day}/am späten {day}abend/in der Nacht zum {day}/Anfang {month}/nach {small} Stunden Beratung/kurzfristig",
    "org": "die Hafenverwaltung/der Gemeinderat/das Stadtwerk/der Fährverein/das Landesmuseum/die Deichgenossenschaft",
    "role": "Bürgermeisterin/Hafenmeister/Sprecherin/Museumsleiter/Deichgräfin/Fahrdienstleiter/Ortsvorsteher",
    "thing": """die alte Schleuse/den Umbau der Fischhalle/die Nachtfähre nach {anytown}/das Heimatmuseum/den Nordkai
        /die Straßenbahnlinie nach {anytown}/den Wochenmarkt/das Freibad/die Brücke bei {anytown}/den Leuchtturm""",
    "act": "genehmigt/verschoben/geprüft/abgelehnt/verkauft/gesperrt/wiedereröffnet/besichtigt/versichert/geräumt",
    "unit": "Liegeplätze/Einwände/Fahrgäste/Unterschriften/Kisten Hering/Besucher/Strandkörbe/Tonnen Kies/Anträge",
    "trouble": "Risse im Mauerwerk/Schlick in der Einfahrt/eine fehlende Genehmigung/Rost/ein Rechenfehler/Lärm in der Nacht",
    "claim": """Wir haben {small} Jahre auf {thing} gewartet/{n} {unit} sind kein Pappenstiel/Das Wasser liest keine Akten
        /Niemand hat die Leute in {anytown} gefragt/{trouble} kennt hier jeder/Ohne {unit} kein {month}
        /Ich habe {n} {unit} selbst gezählt""",
    "headline": """{org1} hat {thing1} {act}/{town} streitet über {trouble}/{n} {unit} weniger in {town}
        /{trouble}: {town} wartet auf {month}/Warum {town} {thing1} braucht""",
    "standfirst": "{n} {unit}, {small} Sitzungen und {trouble}: was sich in {town} ändert/In {town} geht es um {thing1}",
    "lead": """{org1} in {town} hat {when} {thing1} {act}. Grund dafür ist nach Angaben der Behörde {trouble}.
        /Nach {small} Monaten Streit hat {org1} {when} {thing1} {act}, obwohl {n} {unit} fehlten.""",
    "sentence": """Im Jahr {year} waren es noch {big} {unit}./Betroffen sind {n} {unit} zwischen {town} und {anytown}.
        /„{claim}“, sagte {p1}, {p1role} in {town}./„{claim}“, meinte {person} aus {anytown}.
        /{p1last} verwies auf {trouble} und auf {n} {unit}./Bis {month} soll {org} {n} {unit} zählen.
        /Schon {year} hatte {org} {thing} {act}./Die Kosten liegen bei {big} Kronen, {small} Prozent trägt {org}.
        /Aus {anytown} kamen {when} {n} Briefe./Für {day} ist eine Sitzung in {anytown} angesetzt.
        /{person} betreibt dort seit {year} einen Kiosk: „{claim}.“""",
    "caption": "Blick auf {town} im {month}./{p1}, {p1role}, in {anytown}./{n} {unit} bei {town}.",
}

CHINESE: dict[str, Rule] = {
    "n": _digits,
    "big": lambda roll: f"{between(roll, 1, 90)}.{between(roll, 1, 9)}万",
    "small": "两/三/四/五/六/七/八/九/十",
    "year": lambda roll: str(between(roll, 1912, 2024)),
    "first": "志远/淑芬/海涛/雨晴/建国/思齐/文博/晓岚/国栋/秋实/景行/若溪",
    "last": "欧阳/林/沈/顾/陆/程/江/苏/叶/秦/贺/邵",
    "person": "{last}{first}",
    "anytown": "盐湾镇/芦苇渡/青石港/白鹭洲/望潮村/旧码头/松林口/月牙湖/南堤/鹤鸣县",
    "day": "星期一/星期二/星期三/星期四/星期五/星期六/星期日",
    "month": "一月/二月/三月/四月/五月/六月/七月/八月/九月/十月/十一月/十二月",
    "when": "{day}上午/{day}下午/{day}深夜/{month}初/经过{small}小时讨论后/日前",
    "org": "港务局/镇议会/轮渡公司/海洋博物馆/水利委员会/渔业合作社/城建办公室",
    "role": "港务局局长/发言人/馆长/总工程师/老船长/镇长/调度员",
    "thing": "旧船闸/鱼市大楼/开往{anytown}的夜班渡轮/北防波堤/地方志馆/环湖公路/灯塔/海水浴场/{anytown}大桥",
    "act": "批准了/推迟了/检查了/否决了/出售了/封闭了/重新开放了/考察了",
    "unit": "个泊位/份意见书/名乘客/个签名/箱鲱鱼/位游客/吨砂石/张船票",
    "trouble": "墙体裂缝/航道淤泥/许可证缺失/锈蚀/账目差错/夜间噪音/导航灯故障",
    "claim": """我们为{thing}等了{small}年/{n}{unit}不是小数目/没有人问过{anytown}的居民/{trouble}大家都看得见
        /潮水不会等文件/我亲自数过{n}{unit}/到了{month}一切都会清楚""",
    "headline": "{org1}{act}{thing1}/{town}因{trouble}陷入争论/{town}减少{n}{unit}/{trouble}令{thing1}工程延期",
    "standfirst": "{n}{unit}、{small}次会议以及{trouble}：{town}将有何变化。",
    "lead": """{org1}{when}在{town}{act}{thing1}，主要原因是{trouble}，受影响的还有{n}{unit}。
        /经过{small}个月的争论，{town}{org1}{when}{act}{thing1}，尽管仍缺少{n}{unit}。""",
    "sentence": """{year}年这里还有{big}{unit}。/从{town}到{anytown}，共有{n}{unit}受到影响。
        /“{claim}，”{p1role}{p1}说。/来自{anytown}的{person}表示：“{claim}。”
        /{p1}提到了{trouble}，也提到了{n}{unit}。/{org}计划在{month}之前统计{n}{unit}。
        /早在{year}年，{org}就{act}{thing}。/工程费用约为{big}克朗，其中百分之{small}由{org}承担。
        /{when}，从{anytown}寄来了{n}封信。/下一次会议定于{day}在{anytown}举行。
        /{person}从{year}年起在那里经营一家小店，他说：“{claim}。”""",
    "caption": "{month}的{town}。/{p1role}{p1}在{anytown}。/{town}附近的{n}{unit}。",
}
