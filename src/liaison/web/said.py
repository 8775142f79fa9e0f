"""What was just done, said once on the next page?

    return after_post(path, "acknowledged")        …/?said=acknowledged

Invariants: the address carries a code of this table and nothing else, so that no link makes a page say other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy

SAID: Mapping[str, Any] = MappingProxyType(
    {
        "acknowledged": gettext_lazy("Acknowledged. The other side is told that a person of this desk has seen it."),
        "acknowledged-before": gettext_lazy("It was acknowledged before; nothing was sent again."),
        "sent": gettext_lazy("Sent. It is kept in the outbox until the other side's node has it."),
        "answered": gettext_lazy("Sent. The desk that reported sees what became of its rows."),
        "networks-measured": gettext_lazy("Measured. Nobody was told yet: mark those whose providers are to be told."),
        "providers-told": gettext_lazy("Sent. The providers are told privately; nobody else sees it."),
        "measurement-dropped": gettext_lazy("Dropped. Nobody was told of it."),
        "call-noted": gettext_lazy("On record on both sides. The time to confirm it in writing runs."),
        "evidence-destroyed": gettext_lazy(
            "Destroyed here. The signed record is on its way to whoever handed it over."
        ),
        "evidence-destroyed-waits": gettext_lazy(
            "Destroyed here. The signed record waits for a second person of this desk before it is sent."
        ),
        "evidence-added": gettext_lazy("Kept as evidence: hashed, sealed, and the first line of its record is signed."),
        "audit-granted": gettext_lazy("Leave is given. It ends by itself; each reading is a line of the audit trail."),
        "audit-grant-ended": gettext_lazy("That leave is ended."),
        "stand-proposed": gettext_lazy("Proposed. Somebody else at this desk approves it; nothing is published yet."),
        "stand-declared": gettext_lazy("Published. It stands in the register from now on."),
        "stand-withdrawn": gettext_lazy("The proposal is taken back."),
        "status-asked": gettext_lazy("Asked. The answer comes into this request by itself."),
        "status-told": gettext_lazy("Told, as the steps below have it."),
        "request-seen": gettext_lazy(
            "Noted: a person here has it. This desk is not told again of the dates that came."
        ),
        "home-step-noted": gettext_lazy("Noted. It stays on this node, and its dates run from now on."),
        "handed-in": gettext_lazy("Handed in. It is sent when a second person has cleared it; nothing has left yet."),
        "cleared": gettext_lazy("Cleared: signed, sealed and on its way."),
        "returned": gettext_lazy("Returned. Its writer sees your reason and has the text again."),
        "taken-back": gettext_lazy("It is with its writer again, as it was."),
        "reviewed": gettext_lazy("Noted: you have looked at it."),
        "rule-made": gettext_lazy("The rule holds from now on."),
        "rule-dropped": gettext_lazy("The rule is gone."),
        "hold-set": gettext_lazy("Noted. Nothing of it is destroyed until the hold is lifted."),
        "hold-lifted": gettext_lazy("The hold is lifted; the rules go on."),
        "exercise-planned": gettext_lazy("Planned. Everybody who plays is told of it."),
        "exercise-changed": gettext_lazy("Done. Everybody who plays is told of it."),
        "exercise-called-away": gettext_lazy("Exercise control is told that this contact centre is called away."),
        "exercise-back": gettext_lazy("Exercise control is told that this contact centre takes part again."),
        "shared": gettext_lazy("Shared. The other desk has it on its desk page."),
        "shared-elsewhere": gettext_lazy("Shared. It is sealed and on its way to the other desk's node."),
        "offered": gettext_lazy("Offered. This desk answers until somebody at the other desk takes the case over."),
        "offered-elsewhere": gettext_lazy(
            "Offered. It is sealed and on its way; this desk answers until the other desk has taken the case over."
        ),
        "taken-over-here": gettext_lazy("Taken over. This desk answers in the case from now on."),
        "taken-over": gettext_lazy("Taken over. Its former desk is told, and so is the other side, in this new case."),
        "given-back": gettext_lazy("The other desk is told. The case is not shown here any more."),
        "cleared-elsewhere": gettext_lazy("Cleared. The desk that wrote it sends it when it has your word."),
        "refused-elsewhere": gettext_lazy("Returned. Its writer gets your reason with the text."),
        "unshared": gettext_lazy("The other desk does not see it any more."),
        "duty-taken": gettext_lazy("You are on duty now. What comes in is yours to answer."),
        "duty-changed": gettext_lazy("Kept. The rota follows it from then on."),
        "duty-change-dropped": gettext_lazy("Taken back. The rota goes on as before."),
        "swap-asked": gettext_lazy("Asked. Nothing changes until your colleague agrees on their page Duty."),
        "swap-agreed": gettext_lazy("Agreed. The two shifts are swapped."),
        "swap-over": gettext_lazy("The shifts stay as they were."),
        "handover-left": gettext_lazy("Left for the next officer. It never leaves this node."),
        "handover-read": gettext_lazy("Noted: you have read it."),
        "feed-ended": gettext_lazy("The address has ended. Programs get nothing from it any more."),
        "layer-kept": gettext_lazy("The layer is kept and counts from now on."),
        "layer-dropped": gettext_lazy("The layer is dropped, with the changes to it that were to come."),
        "noted": gettext_lazy("The note is kept here. It never leaves this node."),
        "norm-noted": gettext_lazy("Noted beside the case. It never leaves this node."),
        "norm-dropped": gettext_lazy("The note is taken back."),
        "follow-up-set": gettext_lazy("Noted. The case comes back to your desk page on that day."),
        "follow-up-dropped": gettext_lazy("The follow-up date is gone."),
        "fetching": gettext_lazy("The file is being fetched. This page shows when it is here; reload it to see."),
        "plan-made": gettext_lazy("The plan holds for every message that comes from now on."),
        "plan-dropped": gettext_lazy("The plan that every desk begins with holds from now on."),
        "method-added": gettext_lazy("Kept. A code is on its way there: type it here, and the way is used."),
        "method-confirmed": gettext_lazy("Confirmed. You are told by this way from now on."),
        "method-code-sent": gettext_lazy("Another code is on its way there."),
        "method-tested": gettext_lazy("A test is on its way. Reload this page to see what came of it."),
        "method-removed": gettext_lazy("Removed. Nothing is sent there any more."),
        "snoozed": gettext_lazy("Noted: you have it, and are told again then. The sender is not told yet."),
        "handed-on": gettext_lazy("Handed on. Your colleague is told now; if they stay silent, it begins again."),
        "called-in": gettext_lazy("Your colleague is told now, as well. Nothing else changes: it escalates as before."),
        "work-planned": gettext_lazy("Planned. Routine messages are told when it is over; what is urgent, at once."),
        "planned-work-ended": gettext_lazy("Ended. What waited for it is told now."),
        "taken": gettext_lazy("Noted: you have it. The sender is told when somebody acknowledges it."),
        "checks-begun": gettext_lazy("The worker is looking at every node. This page shows what it found; reload it."),
        "check-made": gettext_lazy("Checked. What came of it stands below."),
        "persons-asked": gettext_lazy("Sent. The answers come as people acknowledge; this page shows them."),
        "persons-asked-some": gettext_lazy("Sent where it could be. Some contact centres cannot be written to now."),
        "report-both-kept": gettext_lazy(
            "A colleague saved this answer while you wrote. Both texts are kept: choose one, or put them together."
        ),
        "report-text-chosen": gettext_lazy("Noted. The other text stays among the earlier ones."),
        "report-imported": gettext_lazy("Taken in. What differs from an answer that was here stands beside it."),
        "report-proposed": gettext_lazy("Proposed as you saw it. Somebody else looks at it and publishes it."),
        "report-proposal-withdrawn": gettext_lazy("Taken back. Nothing was published."),
        "report-published": gettext_lazy("Published: each answer to those you chose, and its hash in the register."),
        "confirmed": gettext_lazy("Confirmed. Others see it when the register has taken it in."),
        "entry-proposed": gettext_lazy("Kept as a proposal. Nothing is published before it is approved."),
        "entry-withdrawn": gettext_lazy("The proposal is withdrawn. The register says what it said before."),
        "entry-published": gettext_lazy("Published. Others see it when the register has taken it in."),
        "draft-discarded": gettext_lazy("The draft is discarded. Nothing of it was sent."),
        "contacts-removed": gettext_lazy("All that came from this source is removed from the address book."),
        "mailbox-kept": gettext_lazy("Kept. What can be sent to it stands below."),
        "mailbox-removed": gettext_lazy("Removed. Nothing is written to it by mail any more."),
        "certificate-attached": gettext_lazy("Attached. It is used once its fingerprint was read out and compared."),
        "certificate-compared": gettext_lazy("They agree. Mails to this desk are encrypted to this key from now on."),
        "saved": gettext_lazy("Saved."),
        "passkey-added": gettext_lazy("The passkey was added. You can sign in with it from now on."),
        "passkey-removed": gettext_lazy("The passkey was removed. Nobody can sign in with it any more."),
        "password-removed": gettext_lazy("Password and one-time codes were removed."),
        "session-ended": gettext_lazy("The session was ended. That browser is signed out with its next page."),
        "roles-saved": gettext_lazy("The roles are saved and hold from the next page on."),
        "deputy-named": gettext_lazy("The deputy is named and has the roles on those days."),
        "deputy-ended": gettext_lazy("The officer is nobody's deputy any more."),
        "token-ended": gettext_lazy("The token has ended. The program that has it is let in no more."),
        "webhook-removed": gettext_lazy("The webhook is removed. Nothing is sent there any more."),
        "webhook-tested": gettext_lazy("A test was sent. The first line of its list says what came of it."),
        "webhook-tried": gettext_lazy("It is tried again at once. Reload this page to see what came of it."),
        "leaving-begun": gettext_lazy("Access has ended. Go through what is left on the list below."),
        "lost-ended": gettext_lazy("Ended: nothing this officer had lets anybody in. Invite them again."),
        "lost-sessions-ended": gettext_lazy(
            "Every session ended. Their keys also serve another participant: call the operator."
        ),
        "step-done": gettext_lazy("Ticked."),
        "guest-ended": gettext_lazy("The guest page has ended. Its code opens nothing any more."),
        "guest-taken": gettext_lazy("Taken in. The contact centre sees it in the case, as asserted by its sender."),
        "guest-taken-before": gettext_lazy("It was taken in before; nothing was added."),
        "case-closed": gettext_lazy("The case is closed. Only the officers you named read it from now on."),
        "case-opened": gettext_lazy("The case is open again to every officer of the desk."),
    }
)


def after_post(path: str, code: str) -> HttpResponse:
    """Go on to a page that says what was done."""
    return HttpResponseRedirect(f"{path}?said={code}")


def said(request: HttpRequest) -> Any:
    """What the page in hand has to say, empty for nothing."""
    return SAID.get(request.GET.get("said", ""), "")
