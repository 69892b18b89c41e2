from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StakeholdersConfig(AppConfig):
    name = "stakeholders"
    verbose_name = _("Aktörer")

    def ready(self) -> None:
        from stakeholders.protection import lay_triggers

        post_migrate.connect(lay_triggers, sender=self, dispatch_uid="lay_triggers")
