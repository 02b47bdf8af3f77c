"""The work exchange without a shared file system: labs out, submissions in, feedback back, by the service.

What lies where: files by content in `blobs`, everything else in the tables of `book`, in the one database.
`office` is what both the web handlers (`api`) and the command line (`cli`) use; `steps` are nbgrader's own
exchange classes over it; `bridge` keeps the grading host's course folder in step with it.
"""
