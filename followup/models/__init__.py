"""How it goes: rounds, answers, review, judgements, and what was published."""

from followup.models.annual import AnnualFollowUp, Assessment, Decision, FrozenFile, Publication, YearText
from followup.models.correction import CorrectionRequest
from followup.models.journal import JournalNote
from followup.models.link import AccessLink, AccessLinkUse
from followup.models.outside import OutsideValue
from followup.models.overlap import OverlapDecision
from followup.models.period import Obligation, ObligationIndicator, ObligationRuling, Period, PeriodUnlock
from followup.models.report import Draft, Report, ReportCell, ReportLine, ReportSignature, ReviewComment

__all__ = [
    "AccessLink",
    "AccessLinkUse",
    "AnnualFollowUp",
    "Assessment",
    "CorrectionRequest",
    "Decision",
    "Draft",
    "FrozenFile",
    "JournalNote",
    "Obligation",
    "ObligationIndicator",
    "ObligationRuling",
    "OutsideValue",
    "OverlapDecision",
    "Period",
    "PeriodUnlock",
    "Publication",
    "Report",
    "ReportCell",
    "ReportLine",
    "ReportSignature",
    "ReviewComment",
    "YearText",
]
