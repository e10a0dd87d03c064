"""Notes in which a publisher tells of its own changes: corrections, clarifications, editor's notes, updates.

Knows what such notes begin with, language by language. Must not know what was changed.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.edits.units import Unit

_REACH = 400  # characters at the beginning of a paragraph in which a note says that it is one

# Heads of a note: they are one where a colon, a dash, a date or the end of the line follows.
_HEADS = """
correction|corrections|corrected|clarification|clarifications|editor's note|editors' note|editor's notes
|publisher's note|update|updates|updated|erratum|errata|retraction|a correction|amendment|amended|note to readers
|korrektur|berichtigung|richtigstellung|anmerkung der redaktion|anm. d. red|anm. der redaktion|hinweis der redaktion
|aktualisierung|aktualisiert|klarstellung|transparenzhinweis|nachtrag
|correctif|rectificatif|rectification|précision|mise à jour|note de la rédaction|ndlr|edit|actualisation
|corrección|correcciones|rectificación|aclaración|fe de errores|fe de erratas|nota del editor|nota de la redacción
|nota de redacción|actualización|correcció|rectificació|nota de la redacció
|correção|correções|retificação|esclarecimento|nota da redação|nota do editor|nota de redação|atualização|erramos
|correzione|rettifica|precisazione|errata corrige|nota della redazione|nota dell'editore|nota di redazione|ndr
|aggiornamento
|correctie|rectificatie|verbetering|aanvulling|naschrift|noot van de redactie|noot redactie|update van
|rättelse|förtydligande|korrigering|redaktionens kommentar|uppdatering|uppdaterad
|rettelse|præcisering|opdatering|opdateret|redaktionel note|presisering|rettet|oppdatering|oppdatert|endringslogg
|oikaisu|korjaus|korjattu|päivitys|tarkennus|leiðrétting
|sprostowanie|korekta|aktualizacja|od redakcji|uściślenie|oprava|opraveno|aktualizováno|aktualizace|poznámka redakce
|redakčná poznámka|helyreigazítás|helyesbítés|javítás|frissítés|szerk.|a szerk|pontosítás
|erată|corectură|rectificare|precizare|actualizare|nota redacției|ispravka|ispravak|popravek|dopuna|ažurirano
|düzeltme|güncelleme|editörün notu|editör notu|tekzip
|исправление|исправлено|поправка|уточнение|от редакции|примечание редакции|обновлено|обновление|дополнено|опровержение
|виправлення|виправлено|уточнення|від редакції|примітка редакції|оновлено|оновлення|спростування
|корекция|поправка|бележка на редактора|исправка
|διόρθωση|διευκρίνιση|ενημέρωση|σημείωση της σύνταξης|σημείωση του συντάκτη
|تصحيح|توضيح|تنويه|استدراك|تحديث|ملاحظة المحرر|ملاحظة من المحرر|ملاحظة التحرير|اصلاحیه|تصحیح|به‌روزرسانی|وضاحت
|תיקון|הבהרה|עדכון|הערת העורך|הערת המערכת
|भूल सुधार|संशोधन|सुधार|स्पष्टीकरण|संपादक की टिप्पणी|संपादकीय टिप्पणी|अपडेट|সংশোধনী|সম্পাদকের নোট|திருத்தம்
|koreksi|ralat|catatan editor|catatan redaksi|pembetulan|pembaruan|đính chính|cập nhật|sửa lỗi|masahihisho|marekebisho
|更正|勘误|勘誤|更正启事|编者按|编者注|编辑注|編按|編者按|编辑部注|澄清|订正|修正|更新
|訂正|訂正とお詫び|お詫びと訂正|おわびと訂正|おわび|お詫び|追記|編集部注|編注|修正履歴|更新履歴
|정정|정정보도|바로잡습니다|바로잡음|편집자주|편집자 주|업데이트|수정|추가
|แก้ไข|แก้ไขข่าว|หมายเหตุบรรณาธิการ|หมายเหตุ|อัปเดต
"""

# What is said nowhere but in a note.
_SAYINGS = r"""
\b(?:this|the)\s(?:article|story|piece|post|report|headline|column|page|item|version|caption)\s
  (?:has\sbeen|was|had\sbeen|is)\s(?:since\s|later\s|subsequently\s)?
  (?:updated|corrected|amended|clarified|revised|edited|modified|changed|removed|altered)
|\b(?:an?|the)\s(?:earlier|previous|original|prior|former)\s(?:version|headline|edition)s?\s
  (?:of\s(?:this|the|our)|said|stated|misstated|gave|incorrectly|wrongly|misspelled)
|\bearlier\sversions\sof\sthis|\bwe\s(?:regret|apologi[sz]e\sfor)\sthe\serror|\bhas\sbeen\s(?:corrected|updated)\sto\s
  (?:reflect|correct|clarify|include|add|show|say|remove)
|\bin\seiner\s(?:früheren|vorherigen|ersten|ursprünglichen|älteren)\s(?:version|fassung)
|\bin\sder\s(?:ursprünglichen|ersten|früheren|vorherigen)\s(?:version|fassung)|\bwir\shaben\s(?:den|das|die)\s.{0,40}korrigiert
|\bune\s(?:première|précédente|ancienne)\sversion\sde|\bune\sversion\s(?:antérieure|précédente|initiale)
|\bcet\sarticle\sa\sété\s(?:mis\sà\sjour|modifié|corrigé|actualisé)
|\buna\s(?:versión|primera\sversión)\s(?:anterior|previa)|\besta?e?\s(?:artículo|noticia|nota)\s(?:ha\ssido|fue)\s
  (?:actualizad|corregid|modificad)
|\buma\sversão\s(?:anterior|prévia)|\bdiferentemente\sdo\s(?:que\s)?(?:informado|publicado)|\beste\s(?:texto|artigo)\sfoi\s
  (?:atualizado|corrigido|alterado)
|\buna\s(?:versione\sprecedente|precedente\sversione)|\bquesto\sarticolo\sè\sstato\s(?:aggiornato|corretto|modificato)
|\bin\seen\s(?:eerdere|vorige|eerste)\sversie|\bdit\sartikel\s(?:is|werd)\s.{0,30}(?:aangepast|gewijzigd|bijgewerkt)
|\bi\sen\stidigare\sversion|\bi\sen\stidligere\s(?:version|versjon|udgave|utgave)|\bartikeln\shar\s(?:uppdaterats|ändrats|korrigerats)
|\bartiklen\ser\s(?:opdateret|rettet)|\b(?:artikkelen|saken)\ser\s(?:oppdatert|endret|rettet)|\baiemmassa\sversiossa
|\bjutussa\s(?:luki|kerrottiin)\saiemmin|\b(?:we|w)\s(?:wcześniejszej|poprzedniej|pierwotnej)\swersji|\bv\s(?:předchozí|původní)\sverzi
|\bв\s(?:предыдущей|первоначальной|ранней)\s(?:версии|редакции)|\bу\s(?:попередній|первісній)\sверсії
|\bhaberin\s(?:önceki|ilk)\s(?:halinde|versiyonunda)|\bversi\ssebelumnya|\bσε\sπροηγούμενη\s(?:έκδοση|εκδοχή)
|本文(?:此前|早前|之前|较早|較早|已|曾)|(?:较早|早前|此前|先前)(?:的)?(?:版本|报道|報道)(?:误|有误|錯|错|中)|(?:我们|本报|本社)(?:对此)?(?:深表歉意|致歉)
|(?:当初|以前|公開当初)の(?:記事|本文|見出し)|誤りでした|訂正します|記事(?:の一部)?を(?:訂正|修正|更新)|(?:기사|제목)(?:를|을)\s?(?:수정|정정)
|نسخة\sسابقة\sمن|في\sنسخة\sسابقة|पिछले\sसंस्करण|इस\s(?:खबर|लेख)\sको\s(?:अपडेट|संशोधित)
"""

_AFTER = (  # a comma or a preposition only before a date
    r"\s*(?:[:：.|;(\[)\]】」）〕/]|[\-–—](?:\s|$)|\d|$)"
    r"|(?:,|\s(?:on|at|am|vom|le|du|el|del|il|van|den|från|fra|от|від))\s.{0,20}\d"
)
_HEAD = re.compile(
    rf"^[\s*_\[(【〔「（<•#\-–—/|]*(?:{_HEADS.replace(chr(10), '')})(?:{_AFTER})", re.IGNORECASE
)
_SAYING = re.compile(_SAYINGS, re.IGNORECASE | re.VERBOSE)


def is_note(paragraph: str) -> bool:
    """Whether a paragraph tells of a change of the article that it stands in."""
    begin = paragraph[:_REACH].replace("’", "'")
    return bool(_HEAD.match(begin) or _SAYING.search(begin))


def paragraphs(units: Sequence["Unit"]) -> list[str]:
    """The notes among the sentences of a text, each whole."""
    return [
        " ".join(unit.normal for unit in group)
        for (_, is_noting), group in groupby(units, key=lambda unit: (unit.line, unit.is_note))
        if is_noting
    ]
