"""How forms are drawn: through our own templates, one for a field."""

from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Widget

PLAIN = {"hidden", "radioselect", "checkboxselectmultiple"}


class Field(BoundField):
    """A field that knows how the design system dresses its control, and where a link to it should lead."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if not self.is_hidden:
            given = self.field.widget.attrs.get("class", "")
            attrs["class"] = f"{given} ds-input".strip()
        return attrs

    @property
    def focus_id(self) -> str:
        """The control an error leads to: in a group of choices, the first."""
        return f"{self.auto_id}_0" if self.use_fieldset else self.id_for_label or self.auto_id


class Renderer(TemplatesSetting):
    """Django's form templates, with our field (label, hint, error and control, tied by aria ids)."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    bound_field_class = Field
