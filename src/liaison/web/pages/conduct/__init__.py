"""What does a desk see of the code of conduct: norms, reports, help, its own cases?"""

from __future__ import annotations

from liaison.web.pages.conduct import help, index, own_cases

ROUTES = [*index.ROUTES, *help.ROUTES, *own_cases.ROUTES]
