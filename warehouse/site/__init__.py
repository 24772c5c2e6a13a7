"""The browsable site of a release: plain files that work from disk and from any web server, in Polish and English.

Belongs here: the pages, their templates, wording, script and style. `write_site` is the one entrance.
Does not belong here: any figure or decision that the published tables do not already hold.
"""

from warehouse.site.writing import SiteError, write_site

__all__ = ["SiteError", "write_site"]
