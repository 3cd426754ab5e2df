"""One area over all periods: how it stands among those like it, and how it moves.

``open_profile`` gathers what is published of an area, whatever the source; its ``show_`` methods
tell it, a section each.
"""

from cchc_analysis.brief.profile.content import Profile, list_profiled, open_profile

__all__ = ["Profile", "list_profiled", "open_profile"]
