"""What people get: the dictionary, the release and its files, exports, report and site.

Belongs here: everything that turns the inventory's frames into files for people.
Does not belong here: any decision about clusters (that is `inventory`), and orchestration.
"""
