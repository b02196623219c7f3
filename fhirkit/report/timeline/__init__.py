"""The times of a case on one axis: :func:`timeline`, :func:`draw`, :func:`describe`."""

from fhirkit.report.timeline.build import timeline
from fhirkit.report.timeline.svg import draw
from fhirkit.report.timeline.words import describe

__all__ = ["describe", "draw", "timeline"]
