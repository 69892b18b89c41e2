"""`{% load pictures %}`: the pictures of stakeholders/pictures.py, drawn on the server."""

from django import template

from stakeholders import pictures

register = template.Library()

register.simple_tag(pictures.target_bar)
register.simple_tag(pictures.target_axis)
