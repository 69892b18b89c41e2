"""Forms of collaboration: IOP, LÖK, samverkansavtal and their kin."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.rules import AgreementKind


class PartyRole(models.TextChoices):
    OWNER = "owner", _("ägare")
    PARTY = "party", _("part")
    OBSERVER = "observer", _("observatör")


class Agreement(Recorded, Versioned):
    """What two or more actors have agreed: term, notice, decision, rhythm, next follow-up."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="agreements")
    kind = models.CharField(_("samverkansform"), max_length=30, choices=AgreementKind.choices)
    title = models.CharField(_("namn"), max_length=200)
    purpose = models.TextField(_("syfte"), blank=True)
    areas = models.ManyToManyField("stakeholders.Area", blank=True, related_name="agreements", verbose_name=_("områden"))
    parties = models.ManyToManyField("stakeholders.Actor", through="AgreementParty", related_name="agreements", verbose_name=_("parter"))
    starts_on = models.DateField(_("börjar"), null=True, blank=True)
    ends_on = models.DateField(_("slutar"), null=True, blank=True, help_text=_("Tomt betyder tills vidare."))
    notice_months = models.PositiveSmallIntegerField(_("uppsägningstid, månader"), null=True, blank=True)
    decided_by = models.CharField(_("beslutat av"), max_length=200, blank=True)
    decided_on = models.DateField(_("beslutsdatum"), null=True, blank=True)
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    meeting_rhythm = models.CharField(_("mötesrytm"), max_length=200, blank=True)
    next_meeting_on = models.DateField(_("nästa möte"), null=True, blank=True)
    next_follow_up_on = models.DateField(_("nästa uppföljning"), null=True, blank=True)
    groups = models.JSONField(_("grupper"), default=list, blank=True)
    specifics = models.JSONField(_("uppgifter för just den här formen"), default=dict, blank=True)
    ended_at = models.DateTimeField(_("avslutat"), null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("överenskommelse")
        verbose_name_plural = _("överenskommelser")
        ordering = ["ends_on", "id"]

    def __str__(self) -> str:
        return self.title


class AgreementParty(Recorded):
    """One actor in an agreement, its role and what it puts in."""

    agreement = models.ForeignKey(Agreement, models.PROTECT)
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, related_name="agreement_roles")
    role = models.CharField(_("roll"), max_length=20, choices=PartyRole.choices, default=PartyRole.PARTY)
    contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, verbose_name=_("kontaktperson"))
    resources = models.TextField(_("resurser"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("agreement", "actor", name="one_party_per_agreement_and_actor")]

    def __str__(self) -> str:
        return f"{self.actor}, {self.get_role_display()}"
