from django.apps import AppConfig
from django.core.validators import MaxLengthValidator
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StakeholdersConfig(AppConfig):
    name = "stakeholders"
    verbose_name = _("Aktörer")

    def ready(self) -> None:
        from stakeholders.protection import lay_triggers

        post_migrate.connect(lay_triggers, sender=self, dispatch_uid="lay_triggers")
        # Every form has its longest texts from here, and Django's own words for it are not how we speak to people.
        MaxLengthValidator.message = _("Texten är för lång: %(show_value)s tecken. Det får plats %(limit_value)s.")
