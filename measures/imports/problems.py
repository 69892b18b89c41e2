"""What can be wrong in a file: where, what, what to do about it, and how bad it is. One sentence each, none of them blaming."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Severity(StrEnum):
    """BLOCKS: the row is not read in. GAP: it is, but something is missing in the plan. NOTE: how we understood it."""

    BLOCKS = "blocks"
    GAP = "gap"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to say about one cell, row or sheet (`row` 0). `column` is the heading as the file writes it.

    A note about how a value was read stands once for all its rows: `facts["times"]` says how many.
    """

    code: str
    sheet: str
    row: int = 0
    column: str = ""
    value: str = ""
    facts: Mapping[str, Any] | None = None

    @property
    def severity(self) -> Severity:
        return WORDING[self.code][0]

    @property
    def wrong(self) -> str:
        """What is wrong, or how it was understood."""
        return str(WORDING[self.code][1]) % {"value": self.value, **(self.facts or {})}

    @property
    def remedy(self) -> str:
        """What the reader can do about it; "" where nothing needs to be done."""
        return str(WORDING[self.code][2]) % {"value": self.value, **(self.facts or {})}

    def as_json(self) -> list[Any]:
        """As it is stored with the import."""
        return [self.code, self.sheet, self.row, self.column, self.value[:200], dict(self.facts or {})]

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Problem":
        return cls(*stored)


_B, _G, _N = Severity.BLOCKS, Severity.GAP, Severity.NOTE

WORDING: dict[str, tuple[Severity, Any, Any]] = {
    # the whole file
    "no_plan_sheet": (
        _B,
        _("Vi hittar inget blad med åtgärder: inget blad har rubrikerna Nr och Åtgärd."),
        _("Välj själv vad kolumnerna betyder, eller ändra rubrikerna i filen."),
    ),
    "nothing_in_file": (_B, _("Filen har inga rader under rubrikerna."), _("Kontrollera att du har valt rätt fil.")),
    "no_plan_title": (
        _B,
        _("Planens namn står inte ovanför tabellen."),
        _("Skriv planens namn här nedanför, eller på första raden i bladet."),
    ),
    "no_plan_years": (
        _B,
        _("Planens år framgår inte av titeln."),
        _("Skriv första och sista året här nedanför, eller i titeln: ”Handlingsplan 2025–2034”."),
    ),
    "sheet_not_read": (
        _N,
        _("Bladet läses inte: vi känner inte igen rubrikerna."),
        _("Välj själv vad kolumnerna betyder om bladet hör till planen."),
    ),
    "column_not_read": (_N, _("Kolumnen ”%(value)s” läses inte."), _("Välj själv vad den betyder om den behövs.")),
    "heading_misspelt": (_N, _("Rubriken ”%(value)s” läses som ”%(meant)s”."), ""),
    "title_row": (_N, _("Raden läses som en rubrik: ”%(value)s”."), ""),
    "row_skipped": (_N, _("Raden hoppas över, den är ingen åtgärd: ”%(value)s”."), ""),
    # any row
    "too_long": (_B, _("Texten är %(length)s tecken lång, högst %(limit)s går in."), _("Korta texten.")),
    "personal_number": (
        _B,
        _("Det ser ut som ett personnummer."),
        _("Ta bort det – vi behöver inga personuppgifter."),
    ),
    "not_a_date": (
        _B,
        _("”%(value)s” går inte att läsa som ett datum."),
        _("Skriv till exempel 2026-06-30, ”T2 2026” eller ”2026”."),
    ),
    "no_such_day": (
        _B,
        _("”%(value)s” finns inte."),
        _("Skriv ett datum som finns, till exempel 2026-06-30."),
    ),
    "no_year": (_B, _("”%(value)s” saknar år."), _("Skriv hela datumet, till exempel 2026-03-01.")),
    "odd_year": (_B, _("Året i ”%(value)s” är orimligt."), _("Kontrollera året.")),
    "end_before_start": (
        _B,
        _("Slutet %(end)s ligger före starten %(start)s."),
        _("Rätta det ena datumet."),
    ),
    "day_read_as": (_N, _("”%(value)s” läses som %(day)s."), ""),
    "running": (_N, _("”%(value)s” läses som att åtgärden pågår från planens första dag."), ""),
    "open": (_N, _("”%(value)s” läses som att slutdatum inte finns."), ""),
    "outside_plan": (_N, _("%(day)s ligger utanför planens år %(years)s."), _("Kontrollera datumet.")),
    "not_a_number": (
        _B,
        _("”%(value)s” går inte att läsa som ett tal."),
        _("Skriv talet med siffror, till exempel 1250 eller 12,5."),
    ),
    "thousands_or_decimals": (
        _B,
        _("”%(value)s” kan betyda två saker: tusental eller decimaler."),
        _("Skriv 1250 eller 1,25."),
    ),
    "percent_or_fraction": (
        _B,
        _("”%(value)s” kan vara en andel av 1 eller procent."),
        _("Skriv med procenttecken som text, till exempel ”18 %%” eller ”0,18 %%”."),
    ),
    "too_large": (_B, _("”%(value)s” är ett orimligt stort tal."), _("Kontrollera talet.")),
    "not_an_amount": (
        _B,
        _("”%(value)s” går inte att läsa som ett belopp."),
        _("Skriv kronor med siffror, till exempel 150000, ”150 tkr” eller ”1,2 mkr”."),
    ),
    "rounded": (_N, _("”%(value)s” avrundas till fyra decimaler."), ""),
    "about": (_N, _("”%(value)s” läses som talet utan ”cirka”."), ""),
    # areas
    "area_without_name": (_B, _("Områdets namn saknas."), _("Skriv namnet.")),
    "area_twice": (_B, _("Området ”%(value)s” står redan på rad %(first)s."), _("Ta bort den ena raden.")),
    "area_kind_unknown": (
        _B,
        _("”%(value)s” är ingen områdestyp."),
        _("Skriv kommun, ort eller bostadsområde."),
    ),
    "area_parent_unknown": (
        _B,
        _("Området ”%(value)s” finns varken i filen eller i registret."),
        _("Lägg till det på en egen rad eller rätta namnet."),
    ),
    "area_in_circle": (_B, _("Området ingår i sig självt."), _("Rätta kolumnen ”Ingår i”.")),
    "area_unknown": (
        _G,
        _("Området ”%(value)s” finns varken i filen eller i registret. Raden läses in utan det."),
        _("Lägg till området i bladet Områden."),
    ),
    "area_alike": (_N, _("”%(value)s” liknar området ”%(meant)s”. Vi använder det."), ""),
    # actors
    "actor_without_name": (_B, _("Aktörens namn saknas."), _("Skriv namnet.")),
    "actor_twice": (_B, _("Aktören ”%(value)s” står redan på rad %(first)s."), _("Ta bort den ena raden.")),
    "actor_kind_unknown": (
        _G,
        _("”%(value)s” är ingen aktörstyp. Aktören läses in som ”annan”."),
        _("Välj typ på aktörens sida efteråt, eller rätta i filen."),
    ),
    "actor_kind_missing": (
        _G,
        _("Typ av aktör saknas. Aktören läses in som ”annan”."),
        _("Välj typ på aktörens sida efteråt, eller fyll i den i filen."),
    ),
    "org_number_wrong": (
        _G,
        _("”%(value)s” är inget organisationsnummer: kontrollsiffran eller längden stämmer inte. Aktören läses in utan."),
        _("Kontrollera numret."),
    ),
    "org_number_is_personal": (
        _G,
        _("Numret ser ut som ett personnummer och sparas inte."),
        _("Lämna cellen tom."),
    ),
    "org_number_taken": (
        _B,
        _("Organisationsnumret %(value)s hör redan till ”%(owner)s”."),
        _("Rätta numret, eller använd samma namn om det är samma aktör."),
    ),
    "email_wrong": (
        _G,
        _("”%(value)s” är ingen e-postadress. Kontaktpersonen läses in utan."),
        _("Rätta adressen, annars når brevet ingen."),
    ),
    "email_missing": (_G, _("E-postadress saknas."), _("Utan adress går det inte att be aktören rapportera.")),
    "actor_alike": (_N, _("”%(value)s” liknar ”%(meant)s”. Vi använder den."), _("Är det fel: välj en annan nedan.")),
    "actor_unclear": (
        _B,
        _("”%(value)s” liknar flera aktörer: %(alike)s."),
        _("Välj vilken nedan, eller rätta namnet i filen."),
    ),
    "actor_unknown": (
        _B,
        _("Aktören ”%(value)s” finns varken i filen eller i registret."),
        _("Välj en aktör nedan, lägg till den som ny, eller rätta namnet i filen."),
    ),
    "actor_left_out": (_N, _("”%(value)s” lämnas utan uppdrag, som du valde."), ""),
    "actor_in_both": (_N, _("”%(value)s” står som både ansvarig och medverkande. Vi läser den som ansvarig."), ""),
    "actor_repeated": (_N, _("”%(value)s” står flera gånger. Vi läser den en gång."), ""),
    "person_as_actor": (
        _B,
        _("”%(value)s” ser ut som en e-postadress, inte en aktör."),
        _("Skriv organisationens namn."),
    ),
    # measures
    "number_missing": (
        _B,
        _("Åtgärden saknar nummer."),
        _("Ge den ett eget nummer, till exempel 1.13. Numret är hur vi känner igen den nästa gång."),
    ),
    "number_is_date": (
        _B,
        _("Excel har gjort om numret till ett datum (%(value)s)."),
        _("Formatera kolumnen som Text och skriv numret igen, till exempel 1.2."),
    ),
    "number_twice": (
        _B,
        _("Numret %(value)s står redan på rad %(first)s."),
        _("Ge en av åtgärderna ett eget nummer. Skriv 1.10 som text: annars läser Excel det som 1.1."),
    ),
    "title_missing": (_B, _("Åtgärden saknar namn."), _("Skriv vad åtgärden heter.")),
    "focus_area_missing": (
        _B,
        _("Varken fokusområde eller mål är ifyllt, och inget står på raderna ovanför."),
        _("Skriv vilket fokusområde åtgärden hör till."),
    ),
    "responsible_missing": (_G, _("Åtgärden saknar ansvarig aktör."), _("Tilldela en aktör efter inläsningen.")),
    "start_missing": (_G, _("Startdatum saknas."), _("Fyll i det på åtgärdens sida.")),
    "end_missing": (_G, _("Slutdatum saknas."), _("Skriv ett datum eller ”tills vidare”.")),
    "cause_missing": (_G, _("Åtgärden saknar orsak."), _("Ange vilken orsak den möter på åtgärdens sida.")),
    "indicator_missing": (_G, _("Åtgärden %(value)s saknar indikator."), _("Lägg till minst en på åtgärdens sida.")),
    "evidence_missing": (_G, _("Stöd i forskning eller erfarenhet saknas."), _("Bedöm stödet på åtgärdens sida.")),
    "evidence_ungraded": (
        _G,
        _("Stödet saknar grad A–D eller X och läses därför inte in: ”%(value)s”."),
        _("Skriv till exempel ”C – visst stöd i två studier”."),
    ),
    "funding_unknown": (
        _G,
        _("”%(value)s” är ingen finansiering vi känner igen. Åtgärden läses in utan."),
        _("Välj egen drift, värdeöverföring 5 § 1, kommunens budget, statsbidrag, EU eller partner (natura)."),
    ),
    "effect_time_unclear": (
        _G,
        _("Tid till effekt ”%(value)s” sparas som text men går inte att räkna med."),
        _("Skriv till exempel ”0–6 mån / 1–2 år”."),
    ),
    # indicators
    "measure_unknown": (
        _B,
        _("Åtgärden %(value)s finns varken i filen eller i planen."),
        _("Rätta numret eller lägg till åtgärden."),
    ),
    "measure_left_out": (
        _B,
        _("Åtgärden %(value)s läses inte in (rad %(measure_row)s), därför inte heller indikatorn."),
        _("Rätta åtgärden först."),
    ),
    "indicator_without_name": (_B, _("Indikatorn saknar namn."), _("Skriv vad som mäts.")),
    "indicator_twice": (
        _B,
        _("Samma indikator för åtgärden står redan på rad %(first)s."),
        _("Ta bort den ena raden, eller ge den ett eget namn."),
    ),
    "level_missing": (_B, _("Nivå i effektkedjan saknas."), _("Skriv resurs, aktivitet, prestation, utfall eller effekt.")),
    "level_unknown": (
        _B,
        _("”%(value)s” är ingen nivå i effektkedjan."),
        _("Skriv resurs, aktivitet, prestation, utfall eller effekt."),
    ),
    "kind_missing": (
        _G,
        _("Räknesätt saknas. Indikatorn läses in men räknas inte samman."),
        _("Välj antal, personer, kvot, ställning, milstolpe, pengar eller nivå på indikatorns sida. Vi gissar inte."),
    ),
    "kind_unknown": (
        _G,
        _("”%(value)s” är inget räknesätt. Indikatorn läses in men räknas inte samman."),
        _("Välj antal, personer, kvot, ställning, milstolpe, pengar eller nivå på indikatorns sida. Vi gissar inte."),
    ),
    "ratio_undefined": (
        _G,
        _("För en kvot behövs täljare, nämnare och om den gäller hela året eller senaste läget."),
        _("Fyll i det på indikatorns sida, annars går aktörernas svar inte att räkna samman."),
    ),
    "direction_unclear": (
        _G,
        _("Riktning saknas och framgår inte av målvärdena. Vi läser ”ökar” tills vidare."),
        _("Skriv ökar eller minskar."),
    ),
    "direction_from_targets": (_N, _("Riktning saknas. Målvärdena visar att den ska vara ”%(direction)s”."), ""),
    "direction_against_targets": (
        _G,
        _("Riktningen är ”%(value)s” men målet går från %(baseline)s till %(target)s."),
        _("Kontrollera riktningen eller målvärdena."),
    ),
    "baseline_without_year": (
        _G,
        _("Utgångsvärdet saknar år och läses därför inte in."),
        _("Skriv vilket år värdet gäller."),
    ),
    "baseline_missing": (
        _G,
        _("Utgångsvärde saknas. Då går det inte att säga hur långt målet är nått."),
        _("Fyll i värdet och året på indikatorns sida."),
    ),
    "basis_missing": (
        _G,
        _("Det framgår inte om målet gäller per år eller sedan start. Målvärdena läses därför inte in."),
        _("Skriv ”per år” eller ”sedan start”."),
    ),
    "target_missing": (_G, _("Målvärde saknas."), _("Fyll i det på indikatorns sida.")),
    "unit_missing": (_G, _("Enhet saknas."), _("Skriv till exempel st, personer, kr eller %%.")),
    "year_wrong": (_B, _("”%(value)s” är inget årtal."), _("Skriv till exempel 2024.")),
    "reported_elsewhere": (
        _N,
        _("Värdet hämtas från ”%(value)s”: aktörerna frågas inte om det."),
        "",
    ),
}
"""Code → how bad, what is wrong, what to do. Every sentence is filled from the problem's value and facts."""
