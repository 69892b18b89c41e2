"""How forms are drawn: through our own templates, one for a field."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's form templates, with our field (label, hint, error and control, tied by aria ids)."""

    field_template_name = "components/field.html"
