"""The console (操作台): the staff's own page. It reads through the picture and writes only decisions.

The way of a request: `guard` (headers, host, origin) → `app` (session, role, CSRF) → the page that `routes` names →
`board` (what is seen) or `acts` (what is decided) → `render`.
"""
